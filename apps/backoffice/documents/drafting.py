"""A whole draft: rate it again, make it final, throw it away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.backoffice import tax_cautions
from apps.backoffice.documents.base import Deed, formats_for, home_of
from apps.core.formats import Formats
from apps.invoicing import drafts, issuing, rebilling, taxing
from apps.invoicing.models import Invoice
from apps.tenancy import operations as tenancy

BEHIND = "Usage arrived since: recalculate first?"
TAX_CHANGED = "What decides on its tax has changed since: recalculate it first."


class OfDraft(Deed[Invoice]):
    """What may be done to a draft."""

    def is_offered(self, subject: Invoice) -> bool:
        return subject.status == Invoice.Status.DRAFT


class Recalculate(OfDraft):
    """Rate it again with all usage so far."""

    route = "recalculate"
    title = "Recalculate"
    button = "Recalculate"

    def is_offered(self, subject: Invoice) -> bool:
        measured = subject.subscription_id is not None
        return super().is_offered(subject) and (measured or taxing.has_changed(subject))

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        return [
            f"It comes to {formats.money(subject.total)} now.",
            (
                "Its periods are rated again with all usage recorded so far, late and taken back too. Lines by hand, "
                "discount, terms and notes stay. What an earlier invoice billed too much is credited."
            ),
        ]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> Invoice:
        return rebilling.recalculate(invoice=subject, now=now, actor=actor)

    def done(self, result: Invoice, subject: Invoice, formats: Formats) -> str:
        before, after = formats.money(subject.total), formats.money(result.total)
        return f"Recalculated: still {after}." if before == after else f"Recalculated: {after}, {before} before."


class Finalize(OfDraft):
    """Number and freeze it."""

    route = "finalize"
    title = "Finalize"
    button = "Finalize"
    confirm = "Finalize and send"

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        customer = subject.customer
        return [
            (
                f"This gives the draft for {customer} over {formats.money(subject.total)} its number and today's date, "
                f"mails it to {customer.email}, and cannot be undone. A final invoice never changes."
            )
        ]

    def cautions(self, subject: Invoice) -> list[tuple[str, str, str]]:
        if subject.status != Invoice.Status.DRAFT:
            return []
        recalculate = ("Recalculate", reverse("admin:invoicing_invoice_recalculate", args=[subject.pk]))
        if taxing.has_changed(subject):
            return [(TAX_CHANGED, *recalculate)]
        rates = ("Tax rates", reverse("admin:invoicing_taxrate_changelist"))
        (told,) = tax_cautions.of_drafts([subject], formats_for(subject))
        untaxed = [(sentence, *rates) for sentence in told]
        return [(BEHIND, *recalculate), *untaxed] if rebilling.is_behind(invoice=subject) else untaxed

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> Invoice:
        return finalized(invoice=subject, now=now, actor=actor)

    def done(self, result: Invoice, subject: Invoice, formats: Formats) -> str:
        return f"{result.number} is final. The PDF is made and mailed next."


class Discard(OfDraft):
    """Throw it away."""

    route = "discard"
    title = "Discard"
    button = "Discard"
    confirm = "Discard the draft"

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        again = "Lines by hand are gone."
        if subject.subscription_id is not None:
            again = "What it bills of the subscription is due again with the next closing. Lines by hand are gone."
        return [f"The draft over {formats.money(subject.total)} is thrown away. {again}"]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> None:
        drafts.discard(invoice=subject, now=now, actor=actor)

    def done(self, result: None, subject: Invoice, formats: Formats) -> str:
        return f"The draft over {formats.money(subject.total)} is thrown away."

    def leads_to(self, result: None, subject: Invoice) -> str:
        return home_of(subject.customer)


def finalized(*, invoice: Invoice, now: datetime, actor: str) -> Invoice:
    """Issue a draft and note who did. Raise Conflict if it is none, or has no lines."""
    done = issuing.issue(invoice=invoice, now=now)
    tenancy.record_audit(
        organization=done.organization, actor=actor, verb="finalized", subject=done, now=now, summary=str(done.number)
    )
    return done
