"""What delivery does when something happened: render and store the paper, mail it; mail what alerts and limits tell.

Wired in billing_site.wiring.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.core.mail import EmailMessage

from apps.accounts import queries as accounts
from apps.accounts.models import Customer
from apps.delivery import (
    credit_letters,
    letters,
    mails,
    notices,
    operations,
    queries,
    rendering,
    sending,
    usage_details,
)
from apps.delivery.credit_paper import credit_note_paper
from apps.delivery.letters import Letter
from apps.delivery.models import Delivery
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
    detailed = usage_details.detailed(invoice=invoice, paper=invoice_paper(invoice=invoice))
    _store(message, invoice, detailed.paper, now, detailed.usage_csv)


def store_credit_note(message: Message, now: datetime) -> None:
    """Render a credit note and store its paper; do nothing where it is stored already."""
    note = queries.credit_note_named(public_id=message.payload["credit_note"])
    if queries.document_of_credit_note(credit_note=note) is not None:
        return
    _store(message, note, credit_note_paper(credit_note=note), now)


def mail_invoice(message: Message, now: datetime) -> None:
    """Mail a stored paper to the buyer and who gets copies, unless the seller wants no mail about invoices of zero."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    if invoice.total_minor == 0 and invoice.organization.zero_invoices == Organization.ZeroInvoices.ISSUE:
        return
    link = operations.open_link(invoice=invoice, now=now)
    _mail(message, invoice, readers_of(invoice), lambda: letters.letter_of(invoice=invoice, link=link), now)


def mail_credit_note(message: Message, now: datetime) -> None:
    """Mail a stored credit note to the buyer and who gets copies."""
    note = queries.credit_note_named(public_id=message.payload["credit_note"])
    letter = partial(credit_letters.letter_of, credit_note=note)
    _mail(message, note, readers_of(note), letter, now)


def mail_again(message: Message, now: datetime) -> None:
    """Mail a stored paper to whom a person named, with that person's words."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    link, text = operations.open_link(invoice=invoice, now=now), message.payload["text"]
    letter = partial(letters.letter_of, invoice=invoice, text=text, link=link)
    _mail(message, invoice, [message.payload["recipient"]], letter, now)


def mail_credit_note_again(message: Message, now: datetime) -> None:
    """Mail a stored credit note to whom a person named, with that person's words."""
    note = queries.credit_note_named(public_id=message.payload["credit_note"])
    letter = partial(credit_letters.letter_of, credit_note=note, text=message.payload["text"])
    _mail(message, note, [message.payload["recipient"]], letter, now)


def mail_receipt(message: Message, now: datetime) -> None:
    """Thank for a payment; do nothing where an invoice counts as paid without one."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    paid = queries.paid_on(invoice=invoice)
    if not paid.minor:
        return
    link = operations.open_link(invoice=invoice, now=now)
    letter = partial(letters.receipt_of, invoice=invoice, paid=paid, link=link)
    _mail(message, invoice, readers_of(invoice), letter, now)


def mail_reminder(message: Message, now: datetime) -> None:
    """Remind of an invoice, unless it is paid by now or nothing is to be paid any more."""
    invoice = queries.invoice_named(public_id=message.payload["invoice"])
    if not letters.is_to_be_paid(invoice):
        return
    link = operations.open_link(invoice=invoice, now=now)
    letter = partial(letters.reminder_of, invoice=invoice, days=message.payload["days"], link=link)
    _mail(message, invoice, readers_of(invoice), letter, now)


def readers_of(document: Invoice | CreditNote) -> list[str]:
    """Return who gets a document: the buyer, then the addresses of copies, each once."""
    return list(dict.fromkeys([document.buyer["email"], *document.buyer.get("cc_emails", [])]))


def mail_alert(message: Message, now: datetime) -> None:
    """Tell whom an alert names that a period reached its threshold."""
    alert = usage.alert_named(public_id=message.payload["alert"])
    _notify(message, notices.readers_of_alert(alert=alert, customer=_customer(message)), now)


def mail_limit(message: Message, now: datetime) -> None:
    """Tell the team that a period reached its limit, or that usage was refused for it."""
    _notify(message, notices.team(organization=message.organization), now)


def _store(
    message: Message,
    paper_of: Invoice | CreditNote,
    paper: Paper,
    now: datetime,
    usage_csv: bytes | None = None,
) -> None:
    """Draw a paper and store it; one that cannot be drawn is left to a person, who may retry."""
    try:
        drawn = rendering.render(paper)
    except Undrawable as fault:
        raise GiveUp(str(fault)) from None
    operations.store_document(
        message=message,
        paper_of=paper_of,
        content=drawn.content,
        pages=drawn.pages,
        usage_csv=usage_csv,
        now=now,
    )


def _mail(
    message: Message,
    paper_of: Invoice | CreditNote,
    recipients: Sequence[str],
    letter: Callable[[], Letter],
    now: datetime,
) -> None:
    """Mail a stored paper with a letter to each recipient, once it is stored."""
    if isinstance(paper_of, Invoice):
        document, invoice = queries.document_of(invoice=paper_of), paper_of
    else:
        document, invoice = queries.document_of_credit_note(credit_note=paper_of), paper_of.invoice
    if document is None:
        raise RetryLater(f"The PDF of {paper_of.number} is not rendered yet.")

    def compose(delivery: Delivery) -> EmailMessage:
        return mails.compose(delivery=delivery, document=document, letter=letter())

    _send_each(message, recipients, compose, now, invoice)


def _notify(message: Message, readers: Sequence[Reader], now: datetime) -> None:
    """Mail a notice to each reader."""
    if not readers:
        raise GiveUp("There is nobody to tell: the organization has no billing e-mail.")
    by_address = {reader.address: reader for reader in readers}

    def compose(delivery: Delivery) -> EmailMessage:
        return notices.compose(delivery, by_address[delivery.recipient])

    _send_each(message, list(by_address), compose, now)


def _send_each(
    message: Message,
    recipients: Sequence[str],
    compose: Callable[[Delivery], EmailMessage],
    now: datetime,
    invoice: Invoice | None = None,
) -> None:
    """Send a message to each recipient; what went wrong with one keeps it from no other."""
    later, final = [], []
    for recipient in recipients:
        delivery = operations.queue(message=message, invoice=invoice, recipient=recipient, now=now)
        try:
            sending.send(delivery=delivery, compose=partial(compose, delivery), now=now)
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
