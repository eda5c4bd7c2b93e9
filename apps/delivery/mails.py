"""The mail that carries an invoice: what it says; and any message as it goes out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from apps.delivery import wording
from apps.delivery.models import Delivery
from apps.delivery.paper import Paper, invoice_paper, voice_of
from apps.delivery.voice import Voice
from apps.invoicing.models import CreditNote, Invoice
from apps.tenancy.models import Organization

MOST_LINES = 20
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Unsendable(Exception):
    """A message cannot be put into the form that mail has; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a mail says, ready to be read: `rows` are a line per usage type, `sums` the totals below them.

    `pair` is how a label stands before its text in plain letters.
    """

    subject: str
    opening: str
    words: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    more: str
    sums: tuple[tuple[str, str], ...]
    payment: tuple[str, ...]
    how_to_pay: str
    pair: str
    closing: str
    signature: tuple[str, ...]
    test: str
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
    voice = voice_of(invoice.seller, invoice.buyer)
    rest = len(paper.lines) - MOST_LINES
    return Letter(
        subject=marked(paper.is_test, _headline(voice, invoice, paper, short=True)),
        opening=voice.say("{sentence}.", sentence=_headline(voice, invoice, paper)),
        words=tuple(text.splitlines()),
        rows=tuple((_what(voice, line.description, line.quantity, line.period), line.amount) for line in paper.lines)[
            :MOST_LINES
        ],
        more=voice.many("and {count} more line on the invoice", "and {count} more lines on the invoice", rest)
        if rest > 0
        else "",
        sums=sums(paper),
        payment=paper.payment if invoice.amount_due.minor else (),
        how_to_pay=paper.labels.how_to_pay,
        pair=pair(voice),
        closing=closing(
            voice,
            voice.say("The invoice is attached as {file}.", file=f"{file_name(invoice)}.pdf"),
            has_reply=bool(invoice.organization.email),
        ),
        signature=(paper.seller.name, *paper.footer),
        test=test_words(voice) if paper.is_test else "",
        language=paper.language,
    )


def marked(is_test: bool, subject: str) -> str:
    """Mark the subject of a mail from a test organization."""
    return f"[TEST] {subject}" if is_test else subject


def test_words(voice: Voice) -> str:
    """Say that a document is none."""
    return voice.say("This is a test: it is not a real invoice, and nothing is owed.")


def pair(voice: Voice) -> str:
    """Return how a label stands before its text: the colon is not everywhere alike."""
    return voice.say("{label}: {text}", label="{label}", text="{text}")


def closing(voice: Voice, sentence: str, *, has_reply: bool) -> str:
    """Close a mail, with what to do where anything is unclear if somebody reads replies."""
    if not has_reply:
        return sentence
    return voice.say("{sentence} {invitation}", sentence=sentence, invitation=invitation(voice))


def invitation(voice: Voice) -> str:
    """Invite to reply."""
    return voice.say("If anything is unclear, just reply to this mail.")


def plain(letter: Letter) -> str:
    """Write a letter as plain text that is complete by itself."""
    parts: list[Sequence[str]] = [[letter.opening]]
    parts.append([letter.test] if letter.test else [])
    parts.append(letter.words)
    rows = ["  " + letter.pair.format(label=what, text=amount) for what, amount in letter.rows]
    parts.append([*rows, *([f"  {letter.more}"] if letter.more else [])])
    parts.append(["  " + letter.pair.format(label=label, text=amount) for label, amount in letter.sums])
    how = letter.pair.format(label=letter.how_to_pay, text="").strip()
    parts.append([how, *(f"  {line}" for line in letter.payment)] if letter.payment else [])
    parts.append([letter.closing])
    parts.append(["-- ", *letter.signature])
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def file_name(document: Invoice | CreditNote) -> str:
    """Return a document's number as a file may be named."""
    return UNSAFE.sub("-", str(document.number)).strip(".-") or document.public_id


def _headline(voice: Voice, invoice: Invoice, paper: Paper, *, short: bool = False) -> str:
    """Say number, seller, amount and what is to be done: the subject, and the first sentence."""
    told = {"number": str(invoice.number), "seller": paper.seller.name, "amount": paper.total}
    if not invoice.total_minor:
        return voice.say("Invoice {number} from {seller}: {amount}, nothing to pay", **told)
    if not invoice.amount_due.minor:
        return voice.say("Invoice {number} from {seller}: {amount}, paid", **told)
    assert invoice.due_on is not None and invoice.issued_on is not None, "a finalized invoice has its dates"
    is_near = short and invoice.due_on.year == invoice.issued_on.year
    day = wording.day_without_year if is_near else wording.day
    return voice.say("Invoice {number} from {seller}: {amount}, due {date}", **told, date=day(voice, invoice.due_on))


def sums(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Return the sums of a paper, with their names."""
    labels = paper.labels
    taxes = ((labels.subtotal, paper.subtotal), *paper.taxes) if paper.taxes else ()
    credit = ((labels.credit, paper.credit), (paper.due_label, paper.amount_due)) if paper.credit else ()
    return (*taxes, (labels.total, paper.total), *credit)


def _what(voice: Voice, description: str, quantity: str, period: str) -> str:
    return voice.say(", ").join(part for part in (description, quantity if quantity != "1" else "", period) if part)


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
