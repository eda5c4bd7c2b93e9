"""Number, freeze and announce a draft."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.accounts.models import Customer
from apps.core.refusals import Conflict
from apps.invoicing import numbering, settling
from apps.invoicing.documents import hold
from apps.invoicing.models import Invoice
from apps.outbox import operations as outbox
from apps.tenancy.models import Address, Organization

ADDRESS = tuple(field.name for field in Address._meta.fields)


@transaction.atomic
def finalize(*, invoice: Invoice, now: datetime) -> Invoice:
    """Number, freeze and announce a draft; where nothing is left to pay it is paid at once.

    The customer's balance in its currency is used first, oldest credit first (BILLING §9). `issued_on` is the
    organization's local date of `now`, never back-dated. Raise Conflict if it is no draft, or has no lines.
    """
    draft = hold(invoice=invoice)
    if draft.status != Invoice.Status.DRAFT:
        raise Conflict("not_a_draft", f"Invoice {draft.number} is finalized already.")
    if not draft.lines.exists():
        raise Conflict("no_lines", "This draft has no lines: add one first.")
    complete(draft, seller=seller_snapshot(draft.organization), now=now)
    settle(draft, used_minor=settling.use_balance(invoice=draft, now=now), now=now)
    draft.sequence, draft.number = numbering.take_number(organization=draft.organization)
    draft.save()
    for topic in topics_of(draft):
        announce(draft, topic, now)
    return draft


def complete(draft: Invoice, *, seller: dict[str, Any], now: datetime) -> None:
    """Write on a draft when it is issued and due, and who sells and buys."""
    organization, customer = draft.organization, draft.customer
    terms = (draft.payment_terms_days, customer.payment_terms_days, organization.payment_terms_days)
    days = next(term for term in terms if term is not None)
    draft.issued_on = now.astimezone(organization.zone).date()
    draft.due_on = draft.issued_on + timedelta(days=days)
    draft.seller = seller
    draft.buyer = buyer_snapshot(customer, organization)


def settle(draft: Invoice, *, used_minor: int, now: datetime) -> None:
    """Open a draft with so much credit used on it; where nothing is left to pay it is paid."""
    draft.credit_minor = draft.settled_minor = used_minor
    is_paid = used_minor == draft.total_minor
    draft.finalized_at = now
    draft.status = Invoice.Status.PAID if is_paid else Invoice.Status.OPEN
    draft.paid_at = now if is_paid else None


def topics_of(issued: Invoice) -> list[str]:
    """Return what is announced of an invoice when it is issued."""
    paid = ["invoice.paid"] if issued.status == Invoice.Status.PAID else []
    return ["invoice.finalized", *paid]


def seller_snapshot(organization: Organization) -> dict[str, Any]:
    """Return what a document says of the seller, and how it is laid out."""
    names = ("name", "legal_name", "tax_id", "email", "payment_details", "footer", "page_size", "timezone", "mode")
    return _snapshot(organization, (*names, "color", "logo", "usage_details", *ADDRESS))


def buyer_snapshot(customer: Customer, organization: Organization) -> dict[str, Any]:
    """Return what a document says of the buyer."""
    names = (
        "public_id",
        "external_id",
        "name",
        "legal_name",
        "email",
        "cc_emails",
        "tax_id",
        "tax_exempt_reason",
        *ADDRESS,
    )
    return _snapshot(customer, names) | {"locale": customer.locale or organization.locale}


def _snapshot(row: Organization | Customer, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def announce(invoice: Invoice, topic: str, now: datetime) -> None:
    """Append a message about a finalized invoice."""
    outbox.append(organization=invoice.organization, topic=topic, payload=told_of(invoice), now=now)


def told_of(invoice: Invoice) -> dict[str, Any]:
    """Return what a message about a finalized invoice says."""
    return {"invoice": invoice.public_id, "number": invoice.number, "customer": invoice.customer.public_id}
