"""What a deed would charge and give back, in words and rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from apps.core.formats import Formats
from apps.invoicing import previews
from apps.invoicing.lifecycle import foreseeing
from apps.invoicing.lifecycle.holding import Changed, foreseen
from apps.invoicing.models import CreditLine, CreditNote, Invoice, Line
from apps.rating.money import AmountTooLarge, Money

Verb = Callable[[], Changed]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line: what, for which days, how much."""

    what: str
    days: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What would come of a deed: when it takes effect, what is charged and given back at once, and what is next."""

    at: str
    charged: Sequence[Row]
    total: str
    tax: str
    credit: str
    due: str
    is_draft: bool
    given_back: Sequence[Row]
    given_back_total: str
    next_invoice: str


@dataclass(frozen=True)
class _Next:
    """The next invoice as it would be then."""

    preview: previews.Preview | None
    is_too_large: bool = False


def look(verb: Verb, formats: Formats) -> Told:
    """Do what a verb would do, look at it, and undo it all. Raise Refusal where it would not be done."""
    nexts: list[_Next] = []

    def tried() -> Changed:
        changed = verb()
        nexts.append(_next_invoice(changed))
        return changed

    changed = foreseen(tried)
    return _told(changed, nexts[-1], formats)


def in_short(changed: Changed, formats: Formats) -> Iterator[str]:
    """Say what was charged and given back by a deed that is done."""
    if changed.invoice is not None:
        amount = formats.money(changed.invoice.total)
        name = changed.invoice.number or "A draft"
        yield f"{name} charges {amount}."
    for note in changed.credit_notes:
        yield f"{note.number} gives {formats.money(note.total)} back."


def _next_invoice(changed: Changed) -> _Next:
    try:
        return _Next(foreseeing.next_invoice(subscription=changed.subscription))
    except AmountTooLarge:
        return _Next(None, is_too_large=True)


def _told(changed: Changed, following: _Next, formats: Formats) -> Told:
    invoice = changed.invoice
    return Told(
        at=formats.moment(changed.at),
        charged=[_row(line, line.amount_minor, changed, formats) for line in changed.lines],
        total=formats.money(invoice.total) if invoice is not None else "",
        tax=_unless_zero(invoice.tax_minor, invoice, formats) if invoice is not None else "",
        credit=_unless_zero(invoice.credit_minor, invoice, formats) if invoice is not None else "",
        due=formats.money(invoice.amount_due) if invoice is not None else "",
        is_draft=invoice is not None and invoice.number is None,
        given_back=[_row(line, line.amount_minor, changed, formats) for line in changed.credit_lines],
        given_back_total=_sum(changed.credit_notes, formats),
        next_invoice=_said(following, formats),
    )


def _row(line: Line | CreditLine, minor: int, changed: Changed, formats: Formats) -> Row:
    days = ""
    if line.period_starts_at is not None and line.period_ends_at is not None:
        days = f"{formats.day_of(line.period_starts_at)} – {formats.day_of(line.period_ends_at)}"
    amount = formats.money(Money(minor, changed.subscription.currency))
    return Row(what=line.description, days=days, amount=amount)


def _unless_zero(minor: int, invoice: Invoice, formats: Formats) -> str:
    return formats.money(Money(minor, invoice.currency)) if minor else ""


def _sum(notes: Sequence[CreditNote], formats: Formats) -> str:
    if not notes:
        return ""
    return formats.money(Money(sum(note.total_minor for note in notes), notes[0].currency))


def _said(following: _Next, formats: Formats) -> str:
    if following.is_too_large:
        return "The next invoice would come to more than an invoice can say."
    if following.preview is None:
        return "No further invoice comes by itself."
    on, so_far = formats.day_of(following.preview.bills_at), formats.money(following.preview.invoice.total)
    return f"The next invoice comes on {on}: {so_far} so far."
