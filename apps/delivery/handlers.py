"""What delivery does when something happened: render and store the paper, mail it; mail what alerts and limits tell.

Wired in billing_site.wiring.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from apps.accounts import queries as accounts
from apps.accounts.models import Customer
from apps.delivery import credit_mails, mails, notices, operations, queries, rendering, sending
from apps.delivery.credit_paper import credit_note_paper
from apps.delivery.notices import Reader
from apps.delivery.paper import Paper, invoice_paper
from apps.delivery.renderer import Undrawable
from apps.invoicing.models import CreditNote, Invoice
from apps.outbox.models import Message
from apps.outbox.wiring import GiveUp, RetryLater
from apps.tenancy.models import Organization
from apps.usage import rules as usage


def store_document(message: Message, now: datetime) -> None:
    """Render a finalized invoice and store its paper; do nothing where it is stored already."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    if queries.document_of(invoice=invoice) is not None:
        return
    _store(message, invoice, invoice_paper(invoice=invoice), now)


def store_credit_note(message: Message, now: datetime) -> None:
    """Render a credit note and store its paper; do nothing where it is stored already."""
    note = queries.credit_note_named(public_id=message.payload["credit_note"])
    if queries.document_of_credit_note(credit_note=note) is not None:
        return
    _store(message, note, credit_note_paper(credit_note=note), now)


def mail_invoice(message: Message, now: datetime) -> None:
    """Mail a stored paper to the buyer, unless the seller wants no mail about invoices of zero."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    if invoice.total_minor == 0 and invoice.organization.zero_invoices == Organization.ZeroInvoices.ISSUE:
        return
    _mail(message, invoice, recipient=invoice.buyer["email"], text="", now=now)


def mail_credit_note(message: Message, now: datetime) -> None:
    """Mail a stored credit note to the buyer."""
    note = queries.credit_note_named(public_id=message.payload["credit_note"])
    document = queries.document_of_credit_note(credit_note=note)
    if document is None:
        raise RetryLater(f"The PDF of {note.number} is not rendered yet.")
    delivery = operations.queue(message=message, invoice=note.invoice, recipient=note.buyer["email"], now=now)
    sending.send(
        delivery=delivery,
        compose=lambda: credit_mails.compose(delivery=delivery, credit_note=note, pdf=bytes(document.content)),
        now=now,
    )


def mail_again(message: Message, now: datetime) -> None:
    """Mail a stored paper to whom a person named, with that person's words."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    _mail(message, invoice, recipient=message.payload["recipient"], text=message.payload["text"], now=now)


def mail_alert(message: Message, now: datetime) -> None:
    """Tell whom an alert names that a period reached its threshold."""
    alert = usage.alert_named(public_id=message.payload["alert"])
    _notify(message, notices.readers_of_alert(alert=alert, customer=_customer(message)), now)


def mail_limit(message: Message, now: datetime) -> None:
    """Tell the team that a period reached its limit, or that usage was refused for it."""
    _notify(message, notices.team(organization=message.organization), now)


def _store(message: Message, paper_of: Invoice | CreditNote, paper: Paper, now: datetime) -> None:
    """Draw a paper and store it; one that cannot be drawn is left to a person, who may retry."""
    try:
        drawn = rendering.render(paper)
    except Undrawable as fault:
        raise GiveUp(str(fault)) from None
    operations.store_document(message=message, paper_of=paper_of, content=drawn.content, pages=drawn.pages, now=now)


def _mail(message: Message, invoice: Invoice, *, recipient: str, text: str, now: datetime) -> None:
    document = queries.document_of(invoice=invoice)
    if document is None:
        raise RetryLater(f"The PDF of {invoice.number} is not rendered yet.")
    delivery = operations.queue(message=message, invoice=invoice, recipient=recipient, now=now)
    sending.send(
        delivery=delivery,
        compose=lambda: mails.compose(delivery=delivery, pdf=bytes(document.content), text=text),
        now=now,
    )


def _notify(message: Message, readers: Sequence[Reader], now: datetime) -> None:
    """Mail a notice to each reader; what went wrong with one keeps it from no other."""
    if not readers:
        raise GiveUp("There is nobody to tell: the organization has no billing e-mail.")
    later, final = [], []
    for reader in readers:
        delivery = operations.queue(message=message, recipient=reader.address, now=now)
        try:
            sending.send(delivery=delivery, compose=partial(notices.compose, delivery, reader), now=now)
        except RetryLater as fault:
            later.append(str(fault))
        except GiveUp as fault:
            final.append(str(fault))
    if later:
        raise RetryLater(" ".join([*later, *final]))
    if final:
        raise GiveUp(" ".join(final))


def _customer(message: Message) -> Customer:
    return accounts.customers().get(public_id=message.payload["customer"])
