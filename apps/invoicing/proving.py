"""Work a whole issued invoice out again from what is stored, and compare every figure on it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from apps.invoicing import drafting, explanations, taxing
from apps.invoicing.assembling import Due
from apps.invoicing.explanations import Explanation
from apps.invoicing.models import Charge, CreditNote, Invoice, Kind, Line
from apps.rating.exact import EXACT
from apps.rating.money import Money, to_money
from apps.rating.numbers import plain
from apps.rating.wallclock import local_date


@dataclass(frozen=True)
class Figure:
    """One figure of a document: as it is stored, and as it comes out again."""

    name: str
    stored: str
    again: str

    @property
    def holds(self) -> bool:
        """Whether both say the same."""
        return self.stored == self.again


def figures_of(*, invoice: Invoice) -> list[Figure]:
    """Return every figure of an issued invoice beside what comes out again, however many events that reads.

    Lines come from events, pinned prices, quantities and spans; discount, tax and totals from the lines (EN 16931);
    credit and amount due from the allocations.
    """
    told = explanations.of_invoice(invoice=invoice, most=None)
    figures = [figure for each in told for figure in _of_line(each)]
    figures += _of_sums(invoice, [each.line for each in told if isinstance(each.line, Line)])
    return [*figures, *_of_settlement(invoice), *_of_dates(invoice)]


def _of_line(told: Explanation) -> Iterator[Figure]:
    line = told.line
    assert isinstance(line, Line), "an invoice has lines of its own"
    name = f"line {line.position}"
    if told.charge is None or told.again is None:
        assert line.unit_amount is not None, "lines by hand have one"
        again = to_money(EXACT.multiply(line.quantity, line.unit_amount), told.currency)
        yield Figure(f"{name}, amount", _text(line.amount_minor, told), again.text())
        return
    due = told.again
    yield Figure(f"{name}, quantity", plain(line.quantity), plain(due.quantity - due.billed_quantity))
    yield Figure(f"{name}, amount", _text(line.amount_minor, told), due.difference.text())
    unit_amount = drafting.unit_amount_of(replace(due, is_late=line.late))
    yield Figure(f"{name}, unit price", _number(line.unit_amount), _number(unit_amount))
    yield Figure(f"{name}, steps", _same(line.steps == told.charge.steps), _same(True))
    yield from of_charge(name, told, told.charge, due)


def of_charge(name: str, told: Explanation, charge: Charge, due: Due) -> Iterator[Figure]:
    """Compare a charge with what comes out again, and what its whole period owed."""
    yield Figure(f"{name}, charge", _text(charge.amount_minor, told), due.difference.text())
    if charge.kind == Kind.USAGE:
        yield Figure(f"{name}, events", str(charge.event_count), str(due.event_count))
    yield Figure(f"{name}, due for the period", told.due.text(), due.amount.text())
    known = {"amount", "events"}
    for difference in told.differences:
        if difference.figure not in known:
            yield Figure(f"{name}, {difference.figure} of the charge", difference.stored, difference.again)


def _number(number: Decimal | None) -> str:
    return "none" if number is None else plain(number)


def _same(holds: bool) -> str:
    return "as charged" if holds else "others than charged"


def _text(minor: int, told: Explanation) -> str:
    return Money(minor, told.currency).text()


def _of_sums(invoice: Invoice, lines: Sequence[Line]) -> Iterator[Figure]:
    """Spread the discount over copies of the lines and add them up as the draft was, with the rates on the lines."""
    whole, copies = copy(invoice), [copy(line) for line in lines]
    drafting.total_up(whole, copies)
    for line, again in zip(lines, copies, strict=True):
        if line.discount_minor or again.discount_minor:
            name = f"line {line.position}, part of the discount"
            yield money(name, invoice, line.discount_minor, again.discount_minor)
    yield money("discount", invoice, invoice.discount_minor, whole.discount_minor)
    yield money("subtotal", invoice, invoice.subtotal_minor, whole.subtotal_minor)
    yield tax_by_rate(invoice, taxing.groups_of(whole))
    yield money("tax", invoice, invoice.tax_minor, whole.tax_minor)
    yield money("total", invoice, invoice.total_minor, whole.total_minor)


def tax_by_rate(document: Invoice | CreditNote, again: Sequence[Mapping[str, Any]]) -> Figure:
    """Compare the tax groups of a document with those that come out again."""
    return Figure("tax by rate", _groups(taxing.groups_of(document), document), _groups(again, document))


def _groups(groups: Iterable[Mapping[str, Any]], document: Invoice | CreditNote) -> str:
    """Say tax groups in their order."""

    def text(minor: int) -> str:
        return Money(minor, document.currency).text()

    return "; ".join(
        f"{group['rate']} {group['code']} on {text(group['base_minor'])}: {text(group['tax_minor'])}"
        for group in groups
    )


def _of_settlement(invoice: Invoice) -> Iterator[Figure]:
    used = list(invoice.allocations.select_related("credit_note").order_by("pk"))
    settled = sum(use.amount_minor for use in used)
    at_issue = [
        use.amount_minor
        for use in used
        if use.created_at == invoice.finalized_at and not _corrects(use.credit_note, invoice)
    ]
    sums = list(_running(at_issue))
    credit = invoice.credit_minor if invoice.credit_minor in sums else sums[-1]
    yield money("credit applied", invoice, invoice.credit_minor, credit)
    yield money("settled", invoice, invoice.settled_minor, settled)
    yield money("amount due", invoice, invoice.amount_due.minor, invoice.total_minor - settled)
    if invoice.status != Invoice.Status.VOID:
        is_paid = settled == invoice.total_minor
        stored = "paid" if invoice.status == Invoice.Status.PAID else "not paid in full"
        yield Figure("paid", stored, "paid" if is_paid else "not paid in full")


def _corrects(note: object, invoice: Invoice) -> bool:
    """Say whether a credit note takes back from this very invoice: that came after it was issued."""
    return getattr(note, "invoice_id", None) == invoice.pk


def _running(amounts: Iterable[int]) -> Iterator[int]:
    """Yield the sums of ever more amounts, from none: a payment of the same instant comes after the credit."""
    total = 0
    yield total
    for amount in amounts:
        total += amount
        yield total


def _of_dates(invoice: Invoice) -> Iterator[Figure]:
    assert invoice.finalized_at is not None and invoice.issued_on is not None, "only what is issued has dates"
    issued_on = local_date(invoice.finalized_at, explanations.zone_of(invoice))
    yield Figure("issued on", f"{invoice.issued_on}", f"{issued_on}")
    if invoice.payment_terms_days is not None:
        due_on = invoice.issued_on + timedelta(days=invoice.payment_terms_days)
        yield Figure("due on", f"{invoice.due_on}", f"{due_on}")


def money(name: str, document: Invoice | CreditNote, stored: int, again: int) -> Figure:
    """Compare two amounts in minor units of a document's currency."""
    return Figure(name, Money(stored, document.currency).text(), Money(again, document.currency).text())
