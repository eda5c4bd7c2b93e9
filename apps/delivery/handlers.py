"""What delivery does when something happened: render and store the paper, mail it. Wired in billing_site.wiring."""

from datetime import datetime, timedelta
from time import monotonic

from apps.delivery import mails, operations, posting, queries, rendering
from apps.delivery.credit_paper import credit_note_paper
from apps.delivery.models import Attempt, Delivery
from apps.delivery.operations import Result
from apps.delivery.paper import invoice_paper
from apps.invoicing.models import Invoice
from apps.outbox import operations as outbox
from apps.outbox.models import Message
from apps.outbox.wiring import GiveUp, RetryLater
from apps.tenancy.models import Organization

NOT_KNOWN = "It is not known whether the mail to {} arrived. Ask there, and use Resend if it did not."


def store_document(message: Message, now: datetime) -> None:
    """Render a finalized invoice and store its paper; do nothing where it is stored already."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    if queries.document_of(invoice=invoice) is not None:
        return
    rendered = rendering.render(invoice_paper(invoice=invoice))
    operations.store_document(
        message=message, paper_of=invoice, content=rendered.content, pages=rendered.pages, now=now
    )


def store_credit_note(message: Message, now: datetime) -> None:
    """Render a credit note and store its paper; do nothing where it is stored already."""
    note = queries.credit_note_named(public_id=message.payload["credit_note"])
    if queries.document_of_credit_note(credit_note=note) is not None:
        return
    rendered = rendering.render(credit_note_paper(credit_note=note))
    operations.store_document(message=message, paper_of=note, content=rendered.content, pages=rendered.pages, now=now)


def mail_invoice(message: Message, now: datetime) -> None:
    """Mail a stored paper to the buyer, unless the seller wants no mail about invoices of zero."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    if invoice.total_minor == 0 and invoice.organization.zero_invoices == Organization.ZeroInvoices.ISSUE:
        return
    _mail(message, invoice, recipient=invoice.buyer["email"], text="", now=now)


def mail_again(message: Message, now: datetime) -> None:
    """Mail a stored paper to whom a person named, with that person's words."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    _mail(message, invoice, recipient=message.payload["recipient"], text=message.payload["text"], now=now)


def _mail(message: Message, invoice: Invoice, *, recipient: str, text: str, now: datetime) -> None:
    document = queries.document_of(invoice=invoice)
    if document is None:
        raise RetryLater(f"The PDF of {invoice.number} is not rendered yet.")
    delivery = operations.queue(message=message, invoice=invoice, recipient=recipient, now=now)
    try:
        mail = mails.compose(delivery=delivery, pdf=bytes(document.content), text=text)
    except mails.Unsendable as fault:
        operations.reject(delivery=delivery, reason=str(fault), now=now)
        raise GiveUp(str(fault)) from None
    attempt = operations.begin(delivery=delivery, now=now)
    if attempt is None:
        _leave(delivery, now)
        return
    begun = monotonic()
    result = posting.post(mail)
    is_last = attempt.number % outbox.MOST_TRIES == 0  # the outbox gives up with this one
    ended_at = now + timedelta(seconds=monotonic() - begun)
    operations.settle(attempt=attempt, result=result, now=ended_at, is_last=is_last)
    _answer(result, recipient, is_last=is_last)


def _answer(result: Result, recipient: str, *, is_last: bool) -> None:
    """Tell the outbox how it went."""
    if result.outcome == Attempt.Outcome.UNKNOWN:
        raise GiveUp(f"{NOT_KNOWN.format(recipient)} ({result.detail})")
    if result.outcome == Attempt.Outcome.REFUSED and not is_last:
        raise RetryLater(result.detail)
    if result.outcome != Attempt.Outcome.SENT:
        raise GiveUp(result.detail)


def _leave(delivery: Delivery, now: datetime) -> None:
    """Send nothing again: it is sent, or a run before this one stopped with mail perhaps on its way."""
    operations.lose(delivery=delivery, now=now)
    delivery.refresh_from_db()
    if delivery.status != Delivery.Status.SENT:
        raise GiveUp(NOT_KNOWN.format(delivery.recipient))
