"""Where an invoice stands, in one sentence, and what became of its mails."""

from datetime import date
from typing import Any

from django.http import HttpRequest

from apps.accounts.scoped_admin import formats_of, organization_of
from apps.core import clock
from apps.core.formats import Formats
from apps.delivery import queries as delivery
from apps.delivery.models import Delivery
from apps.invoicing.models import CreditNote, Invoice
from apps.rating.wallclock import local_date

WHAT = {
    "document.stored": "Invoice",
    "invoice.resend_requested": "Sent again",
    "invoice.reminder_due": "Reminder",
    "invoice.paid": "Receipt",
    "credit_note_document.stored": "Credit note",
    "credit_note.resend_requested": "Credit note sent again",
}


def today_of(request: HttpRequest) -> date:
    """Return the organization's local date on its own clock."""
    organization = organization_of(request)
    return local_date(clock.billing(organization), organization.zone)


def sentence(invoice: Invoice, request: HttpRequest) -> str:
    """Say it: "Finalized 1 Oct, mailed to x at 09:00, due 15 Oct, unpaid."."""
    formats, today = formats_of(request), today_of(request)
    if invoice.issued_on is None or invoice.due_on is None:
        return "A draft: it has no number yet, and nobody has seen it."
    parts = [f"Finalized {formats.day(invoice.issued_on, today=today)}", _mailed(invoice, formats)]
    if invoice.status == Invoice.Status.PAID:
        paid = f" {formats.day_of(invoice.paid_at, today=today)}" if invoice.paid_at else ""
        parts.append("nothing to pay" if invoice.total_minor == 0 else f"paid{paid}")
    elif invoice.voided_at is not None:
        parts.append(f"void since {formats.day_of(invoice.voided_at, today=today)}: nothing is due on it")
    elif invoice.status == Invoice.Status.UNCOLLECTIBLE and invoice.written_off_at is not None:
        given_up = formats.day_of(invoice.written_off_at, today=today)
        parts.append(f"given up {given_up} with {formats.money(invoice.amount_due)} unpaid")
    else:
        due = formats.day(invoice.due_on, today=today)
        left = formats.money(invoice.amount_due)
        unpaid = f"{left} unpaid" if invoice.settled_minor else "unpaid"
        parts += [f"was due {due}" if invoice.is_past_due(today) else f"due {due}", unpaid]
    return ", ".join(parts) + "."


def deliveries(document: Invoice | CreditNote, formats: Formats) -> list[dict[str, Any]]:
    """Return the mails of an invoice or a credit note, newest first, with the last word on each."""
    rows = []
    for sent in delivery.deliveries_of(document=document):
        tries = sorted(sent.attempts.all(), key=lambda attempt: attempt.number)
        rows.append(
            {
                "delivery": sent,
                "what": WHAT.get(sent.message.topic, sent.message.topic),
                "words": sent.message.payload.get("text", ""),
                "made": formats.moment(sent.created_at),
                "sent": formats.moment(sent.sent_at) if sent.sent_at else "",
                "tries": len(tries),
                "detail": tries[-1].detail if tries and sent.status != Delivery.Status.SENT else "",
            }
        )
    return rows


def _mailed(invoice: Invoice, formats: Formats) -> str:
    rows = [row for row in delivery.deliveries_of(document=invoice) if "credit_note" not in row.message.payload]
    sent = [row for row in rows if row.sent_at is not None]
    if sent:
        last = max(sent, key=lambda row: row.sent_at or row.created_at)
        assert last.sent_at is not None, "only sent ones are left"
        return f"mailed to {last.recipient} on {formats.moment(last.sent_at)}"
    if any(row.status == Delivery.Status.FAILED for row in rows):
        return "the mail could not be delivered"
    return "mail on its way" if rows else "not mailed yet"
