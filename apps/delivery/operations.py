"""Store papers; keep the account of what was sent to whom."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction

from apps.core.refusals import Conflict, Refusal
from apps.delivery import links
from apps.delivery.models import Attempt, Delivery, Document, InvoiceLink, Reminder
from apps.invoicing.models import CreditNote, Invoice
from apps.outbox import operations as outbox
from apps.outbox.models import Message
from apps.tenancy import operations as tenancy
from apps.tenancy.models import Organization

LONGEST_ADDRESS = 254
LONGEST_TEXT = 5000
LONGEST_DETAIL = 1000
# What an outcome makes of its delivery: after a passing refusal it waits in the queue again.
AFTER = {
    Attempt.Outcome.SENT: Delivery.Status.SENT,
    Attempt.Outcome.REFUSED: Delivery.Status.QUEUED,
    Attempt.Outcome.REJECTED: Delivery.Status.FAILED,
    Attempt.Outcome.UNKNOWN: Delivery.Status.UNKNOWN,
}
EMAIL = EmailValidator()
UNSENDABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Result:
    """How an attempt ended, and what the other side said."""

    outcome: Attempt.Outcome
    detail: str = ""


@transaction.atomic
def store_document(
    *,
    message: Message,
    paper_of: Invoice | CreditNote,
    content: bytes,
    pages: int,
    now: datetime,
    usage_csv: bytes | None = None,
) -> Document:
    """Store the paper of an invoice or a credit note once and announce it; return the one that is stored already."""
    kind = _kind(paper_of)
    document, created = Document.objects.get_or_create(
        organization=paper_of.organization,
        **{kind: paper_of},
        defaults={
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "pages": pages,
            "usage_csv": usage_csv,
            "created_at": now,
        },
    )
    if created:
        outbox.append(
            organization=paper_of.organization,
            topic="document.stored" if kind == "invoice" else "credit_note_document.stored",
            payload={kind: paper_of.public_id, "document": document.public_id},
            now=message.occurred_at,
        )
    return document


@transaction.atomic
def resend(
    *, document: Invoice | CreditNote, recipient: str, message_text: str = "", actor: str, now: datetime
) -> Message:
    """Ask for the stored paper of an invoice or a credit note to be mailed again, with a few words above.

    The outbox does it. Raise Conflict for a draft, and Refusal for an address or a text that cannot be sent.
    """
    if isinstance(document, Invoice) and document.status == Invoice.Status.DRAFT:
        raise Conflict("not_finalized", "A draft cannot be sent: finalize it first.")
    recipient, message_text = recipient.strip(), message_text.strip()
    try:
        EMAIL(recipient)
    except ValidationError:
        raise Refusal("invalid_email", "Enter one address, such as name@example.com.", field="recipient") from None
    if len(recipient) > LONGEST_ADDRESS:
        raise Refusal("invalid_email", f"An address has at most {LONGEST_ADDRESS} letters.", field="recipient")
    if len(message_text) > LONGEST_TEXT:
        raise Refusal("text_too_long", f"Write at most {LONGEST_TEXT} letters.", field="message_text")
    if UNSENDABLE.search(message_text):
        raise Refusal("text_unprintable", "The text contains a letter that cannot be sent.", field="message_text")
    tenancy.record_audit(
        organization=document.organization,
        actor=actor,
        verb="resend",
        subject=document,
        now=now,
        summary=f"{document.number} to {recipient}",
    )
    kind = _kind(document)
    return outbox.append(
        organization=document.organization,
        topic=f"{kind}.resend_requested",
        payload={kind: document.public_id, "recipient": recipient, "text": message_text},
        now=now,
    )


@transaction.atomic
def resend_to_each(
    *,
    document: Invoice | CreditNote,
    recipients: Sequence[str],
    message_text: str = "",
    actor: str,
    now: datetime,
) -> list[Message]:
    """Ask for a stored paper to be mailed again to several addresses, to each once, or to none of them.

    Raise as `resend` does.
    """
    return [
        resend(document=document, recipient=recipient, message_text=message_text, actor=actor, now=now)
        for recipient in dict.fromkeys(recipients)
    ]


@transaction.atomic
def open_link(*, invoice: Invoice, now: datetime) -> str:
    """Make an invoice's link work, unless it does already; return the address."""
    InvoiceLink.objects.get_or_create(
        organization=invoice.organization,
        digest=links.digest_of(links.token_of(invoice)),
        defaults={"invoice": invoice, "created_at": now},
    )
    return links.address_of(invoice)


@transaction.atomic
def queue(*, message: Message, recipient: str, now: datetime, invoice: Invoice | None = None) -> Delivery:
    """Return the one delivery of a message to a recipient by e-mail, making it the first time."""
    delivery, _ = Delivery.objects.get_or_create(
        organization=message.organization,
        message=message,
        channel=Delivery.Channel.EMAIL,
        recipient=recipient,
        defaults={"invoice": invoice, "created_at": now},
    )
    return delivery


@transaction.atomic
def begin(*, delivery: Delivery, now: datetime) -> Attempt | None:
    """Note that a try begins, before anything is sent; None unless the delivery waits or was refused for good.

    The note is what tells a later run that mail may have left: from `sending` nothing is ever sent again by itself.
    """
    held = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if held.status not in {Delivery.Status.QUEUED, Delivery.Status.FAILED}:
        return None
    Delivery.objects.filter(pk=held.pk).update(status=Delivery.Status.SENDING)
    number = Attempt.objects.filter(delivery=held).count() + 1
    return Attempt.objects.create(organization_id=held.organization_id, delivery=held, number=number, started_at=now)


@transaction.atomic
def settle(*, attempt: Attempt, result: Result, now: datetime, is_last: bool = False) -> bool:
    """Write down how a try ended; False when it was settled already.

    A refusal puts the delivery back in the queue, unless this was the last try. Whoever made the try may still tell
    the outcome of one that was given up as unknown meanwhile.
    """
    Delivery.objects.select_for_update().get(pk=attempt.delivery_id)
    open_outcomes = [Attempt.Outcome.STARTED, Attempt.Outcome.UNKNOWN]
    moved = Attempt.objects.filter(pk=attempt.pk, outcome__in=open_outcomes).update(
        outcome=result.outcome, detail=result.detail[:LONGEST_DETAIL], finished_at=now
    )
    if moved:
        sent_at = now if result.outcome == Attempt.Outcome.SENT else None
        gave_up = is_last and result.outcome == Attempt.Outcome.REFUSED
        status = Delivery.Status.FAILED if gave_up else AFTER[result.outcome]
        Delivery.objects.filter(pk=attempt.delivery_id).update(status=status, sent_at=sent_at)
    return bool(moved)


@transaction.atomic
def reject(*, delivery: Delivery, reason: str, now: datetime) -> None:
    """Note a delivery that cannot even be written down as a mail."""
    attempt = begin(delivery=delivery, now=now)
    if attempt is not None:
        settle(attempt=attempt, result=Result(Attempt.Outcome.REJECTED, reason), now=now)


@transaction.atomic
def lose(*, delivery: Delivery, now: datetime) -> None:
    """Mark a delivery whose try nobody finished: its outcome is not known."""
    held = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if held.status != Delivery.Status.SENDING:
        return
    Attempt.objects.filter(delivery=held, outcome=Attempt.Outcome.STARTED).update(
        outcome=Attempt.Outcome.UNKNOWN, detail="The worker stopped before it knew the outcome.", finished_at=now
    )
    Delivery.objects.filter(pk=held.pk).update(status=Delivery.Status.UNKNOWN)


@transaction.atomic
def remind(*, organization: Organization, invoice: Invoice, days: int, now: datetime) -> Message | None:
    """Take one step of the schedule of reminders for an invoice; None where it was taken, or nothing is to be paid.

    Steps before it that were missed are passed over: one mail, not several at once.
    """
    held = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    if held.status != Invoice.Status.OPEN or not held.amount_due.minor:
        return None
    if Reminder.objects.filter(invoice=held, days__gte=days).exists():
        return None
    Reminder.objects.create(organization=organization, invoice=held, days=days, created_at=now)
    return outbox.append(
        organization=organization,
        topic="invoice.reminder_due",
        payload={"invoice": held.public_id, "number": held.number, "days": days},
        now=now,
    )


def _kind(document: Invoice | CreditNote) -> str:
    """Return what messages and rows call a document."""
    return "invoice" if isinstance(document, Invoice) else "credit_note"
