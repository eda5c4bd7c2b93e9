"""The mail that carries an invoice: what it says; and any message as it goes out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from apps.core.formats import Formats
from apps.delivery import wording
from apps.delivery.models import Delivery
from apps.delivery.paper import Paper, invoice_paper
from apps.invoicing.models import CreditNote, Invoice
from apps.tenancy.models import Organization

MOST_LINES = 20
TEST = "This is a test: it is not a real invoice, and nothing is owed."
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Unsendable(Exception):
    """A message cannot be put into the form that mail has; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a mail says, ready to be read: `rows` are a line per usage type, `sums` the totals below them."""

    subject: str
    opening: str
    words: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    more: str
    sums: tuple[tuple[str, str], ...]
    payment: tuple[str, ...]
    closing: str
    signature: tuple[str, ...]
    is_test: bool
    language: str


def compose(*, delivery: Delivery, pdf: bytes, text: str = "") -> EmailMultiAlternatives:
    """Put a delivery into a message with the paper attached; `text` are a person's words to stand above the rest.

    Raise Unsendable where a name or an address would break a header.
    """
    invoice = delivery.invoice
    assert invoice is not None, "this delivery carries an invoice"
    letter = letter_of(invoice=invoice, text=text)
    mail = addressed(
        delivery=delivery,
        organization=invoice.organization,
        subject=letter.subject,
        body=plain(letter),
        markup=render_to_string("delivery/invoice_mail.html", {"letter": letter}),
        headers={"X-Tallybook-Invoice": str(invoice.number)},
    )
    mail.attach(f"{file_name(invoice)}.pdf", pdf, "application/pdf")
    return checked(mail)


def addressed(
    *,
    delivery: Delivery,
    organization: Organization,
    subject: str,
    body: str,
    markup: str,
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Return a message to a delivery's recipient, from the organization, with a real address to reply to."""
    sender = settings.DEFAULT_FROM_EMAIL
    if organization.email:
        sender = formataddr((organization.name, organization.email))
    mail = EmailMultiAlternatives(
        subject=subject,
        body=body,
        from_email=sender,
        to=[delivery.recipient],
        reply_to=[organization.email] if organization.email else None,
        headers={
            "Message-ID": f"<{delivery.public_id}@{_domain(sender)}>",
            "Auto-Submitted": "auto-generated",
            "X-Tallybook-Delivery": delivery.public_id,
            **(headers or {}),
        },
    )
    mail.attach_alternative(markup, "text/html")
    return mail


def checked(mail: EmailMultiAlternatives) -> EmailMultiAlternatives:
    """Return a message that can be sent; raise Unsendable where a name or an address would break a header."""
    try:
        mail.message()
    except ValueError as fault:  # what Django raises for line breaks in headers and addresses that are none
        raise Unsendable(f"The mail cannot be sent: {fault}") from fault
    return mail


def letter_of(*, invoice: Invoice, text: str = "") -> Letter:
    """Say an invoice in a letter, as it stands now: due, paid, or nothing to pay."""
    paper = invoice_paper(invoice=invoice)
    amount = f"Invoice {invoice.number} from {paper.seller.name}: {paper.total}"
    test = invoice.seller["mode"] == Organization.Mode.TEST
    has_reply = bool(invoice.organization.email)
    return Letter(
        subject=f"{'[TEST] ' if test else ''}{amount}, {_fate(invoice, short=True)}",
        opening=f"{amount}, {_fate(invoice)}.",
        words=tuple(text.splitlines()),
        rows=tuple((_what(line.description, line.quantity, line.period), line.amount) for line in paper.lines)[
            :MOST_LINES
        ],
        more=more(len(paper.lines) - MOST_LINES, of="invoice"),
        sums=sums(paper),
        payment=paper.payment if invoice.amount_due.minor else (),
        closing=f"The invoice is attached as {file_name(invoice)}.pdf."
        + (" If anything is unclear, just reply to this mail." if has_reply else ""),
        signature=(paper.seller.name, *paper.footer),
        is_test=test,
        language=paper.language,
    )


def plain(letter: Letter) -> str:
    """Write a letter as plain text that is complete by itself."""
    parts: list[Sequence[str]] = [[letter.opening]]
    if letter.is_test:
        parts.append([TEST])
    parts.append(letter.words)
    rows = [f"  {what}: {amount}" for what, amount in letter.rows]
    parts.append([*rows, *([f"  {letter.more}"] if letter.more else [])])
    parts.append([f"  {label}: {amount}" for label, amount in letter.sums])
    parts.append(["How to pay:", *(f"  {line}" for line in letter.payment)] if letter.payment else [])
    parts.append([letter.closing])
    parts.append(["-- ", *letter.signature])
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def file_name(document: Invoice | CreditNote) -> str:
    """Return a document's number as a file may be named."""
    return UNSAFE.sub("-", str(document.number)).strip(".-") or document.public_id


def _fate(invoice: Invoice, *, short: bool = False) -> str:
    if not invoice.total_minor:
        return "nothing to pay"
    if not invoice.amount_due.minor:
        return "paid"
    assert invoice.due_on is not None and invoice.issued_on is not None, "a finalized invoice has its dates"
    formats = Formats.of(invoice.buyer["locale"], ZoneInfo(invoice.seller["timezone"]))
    if short and invoice.due_on.year == invoice.issued_on.year:
        return f"due {wording.day_without_year(formats, invoice.due_on)}"
    return f"due {wording.day(formats, invoice.due_on)}"


def sums(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Return the sums of a paper, with their names."""
    taxes = (("Subtotal", paper.subtotal), *paper.taxes) if paper.taxes else ()
    credit = (("Credit applied", paper.credit), (paper.due_label, paper.amount_due)) if paper.credit else ()
    return (*taxes, ("Total", paper.total), *credit)


def _what(description: str, quantity: str, period: str) -> str:
    return ", ".join(part for part in (description, quantity if quantity != "1" else "", period) if part)


def more(lines: int, *, of: str) -> str:
    """Say how many lines of a document a mail leaves out; nothing where it leaves out none."""
    if lines <= 0:
        return ""
    return f"and {lines} more {'line' if lines == 1 else 'lines'} on the {of}"


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
