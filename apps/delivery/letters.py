"""What the mails about an invoice say: that it is there, that it is due, that it was paid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from apps.delivery import wording
from apps.delivery.paper import BLACK, Paper, invoice_paper, voice_of
from apps.delivery.voice import Voice
from apps.invoicing.models import CreditNote, Invoice
from apps.rating.money import Money

MOST_LINES = 20
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a mail says, ready to be read: `rows` are a line per usage type, `sums` the totals below them.

    `pair` is how a label stands before its text in plain letters, `link` where the invoice is seen in a browser.
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
    color: str = BLACK
    link: str = field(default="", repr=False)
    link_text: str = ""


def letter_of(*, invoice: Invoice, text: str = "", link: str = "") -> Letter:
    """Say an invoice in a letter, as it stands now: due, paid, or nothing to pay; `text` are a person's words above."""
    paper = invoice_paper(invoice=invoice)
    voice = voice_of(invoice.seller, invoice.buyer)
    headlines = [headline(voice, invoice, paper, short=short) for short in (True, False)]
    return _letter(voice, invoice, paper, headlines, tuple(text.splitlines()), link)


def receipt_of(*, invoice: Invoice, paid: Money, link: str = "") -> Letter:
    """Say that an invoice is paid: `paid` is what came in money, beside the credit that was used on it."""
    paper = invoice_paper(invoice=invoice)
    voice = voice_of(invoice.seller, invoice.buyer)
    amount = voice.money(paid)
    told = {"number": str(invoice.number), "seller": paper.seller.name, "amount": amount}
    sentence = voice.say("Receipt for invoice {number} from {seller}: {amount} paid", **told)
    words = (voice.say("Thank you. We have received {amount}, and nothing is left to pay.", amount=amount),)
    letter = _letter(voice, invoice, paper, [sentence, sentence], words, link)
    return replace(letter, sums=(*letter.sums, (voice.say("Paid"), amount)))


def reminder_of(*, invoice: Invoice, days: int, link: str = "") -> Letter:
    """Remind politely of an unpaid invoice, so many days after its due day, or with a negative number before it."""
    assert invoice.due_on is not None, "a finalized invoice has its dates"
    paper = invoice_paper(invoice=invoice)
    voice = voice_of(invoice.seller, invoice.buyer)
    left = voice.money(invoice.amount_due)
    told = {"number": str(invoice.number), "seller": paper.seller.name, "amount": left}
    if days > 0:
        headlines = [
            voice.say("Reminder: invoice {number} from {seller}, {amount} was due {date}", **told, date=day)
            for day in _days(voice, invoice, invoice.due_on)
        ]
        words = voice.say(
            "We have not seen your payment yet; perhaps it was overlooked. "
            "If it is on its way, please ignore this mail."
        )
    else:
        headlines = [
            voice.say("Reminder: invoice {number} from {seller}, {amount} due {date}", **told, date=day)
            for day in _days(voice, invoice, invoice.due_on)
        ]
        words = voice.say(
            "This is a friendly reminder of the day on which this invoice is due. "
            "If your payment is on its way, there is nothing left for you to do."
        )
    letter = _letter(voice, invoice, paper, headlines, (words,), link)
    is_partly_settled = invoice.amount_due != invoice.total
    return replace(letter, sums=(*letter.sums, (voice.say("Still to pay"), left))) if is_partly_settled else letter


def is_to_be_paid(invoice: Invoice) -> bool:
    """Say whether anything is asked for: not once it is paid, nor where it was taken out of use."""
    return invoice.status == Invoice.Status.OPEN and bool(invoice.amount_due.minor)


def _letter(
    voice: Voice, invoice: Invoice, paper: Paper, headlines: Sequence[str], words: tuple[str, ...], link: str
) -> Letter:
    """Write a letter under a subject and a first sentence, in this order."""
    subject, sentence = headlines
    rest = len(paper.lines) - MOST_LINES
    is_due = is_to_be_paid(invoice)
    return Letter(
        subject=marked(paper.is_test, subject),
        opening=voice.say("{sentence}.", sentence=sentence),
        words=words,
        rows=tuple((_what(voice, line.description, line.quantity, line.period), line.amount) for line in paper.lines)[
            :MOST_LINES
        ],
        more=voice.many("and {count} more line on the invoice", "and {count} more lines on the invoice", rest)
        if rest > 0
        else "",
        sums=sums(paper),
        payment=paper.payment if is_due else (),
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
        color=paper.color,
        link=link,
        link_text=voice.say("See the invoice and how to pay") if is_due else voice.say("See the invoice"),
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
    parts.append([letter.pair.format(label=letter.link_text, text=letter.link)] if letter.link else [])
    parts.append([letter.closing])
    parts.append(["-- ", *letter.signature])
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def file_name(document: Invoice | CreditNote) -> str:
    """Return a document's number as a file may be named."""
    return UNSAFE.sub("-", str(document.number)).strip(".-") or document.public_id


def headline(voice: Voice, invoice: Invoice, paper: Paper, *, short: bool = False) -> str:
    """Say number, seller, amount and what is to be done: the subject, and the first sentence."""
    told = {"number": str(invoice.number), "seller": paper.seller.name, "amount": paper.total}
    if not invoice.total_minor:
        return voice.say("Invoice {number} from {seller}: {amount}, nothing to pay", **told)
    if not invoice.amount_due.minor:
        return voice.say("Invoice {number} from {seller}: {amount}, paid", **told)
    if invoice.status not in {Invoice.Status.OPEN, Invoice.Status.PAID}:
        return voice.say("Invoice {number} from {seller}: {amount}, no longer to be paid", **told)
    assert invoice.due_on is not None, "a finalized invoice has its dates"
    near, full = _days(voice, invoice, invoice.due_on)
    return voice.say("Invoice {number} from {seller}: {amount}, due {date}", **told, date=near if short else full)


def _days(voice: Voice, invoice: Invoice, on: date) -> tuple[str, str]:
    """Write a day shortly, without the year of the invoice's own date, and in full."""
    assert invoice.issued_on is not None, "a finalized invoice has its dates"
    full = wording.day(voice, on)
    return (wording.day_without_year(voice, on) if on.year == invoice.issued_on.year else full), full


def sums(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Return the sums of a paper, with their names."""
    labels = paper.labels
    before = ((labels.subtotal, paper.subtotal), *paper.taxes) if paper.taxes and not paper.is_inclusive else ()
    contained = paper.taxes if paper.is_inclusive else ()
    credit = ((labels.credit, paper.credit), (paper.due_label, paper.amount_due)) if paper.credit else ()
    return (*paper.discounts, *before, (labels.total, paper.total), *contained, *credit)


def _what(voice: Voice, description: str, quantity: str, period: str) -> str:
    return voice.say(", ").join(part for part in (description, quantity if quantity != "1" else "", period) if part)
