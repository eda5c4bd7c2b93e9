"""An invoice on screen, laid out like the paper: the same for a preview and for the finished document."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.core.formats import Formats
from apps.invoicing.models import Invoice, Line
from apps.rating import pricing
from apps.rating.exact import EXACT
from apps.rating.money import Money, to_money


@dataclass(frozen=True)
class SheetLine:
    """One row: what, when, how much, at which unit price, for how much, and the steps that made the amount."""

    description: str
    span: str
    quantity: str
    unit_amount: str
    amount: str
    steps: list[str]
    late: bool


@dataclass(frozen=True)
class Sheet:
    """Everything a page prints of an invoice, as text."""

    lines: list[SheetLine]
    subtotal: str
    taxes: list[dict[str, str]]
    total: str


def sheet_of(invoice: Invoice, lines: Iterable[Line], formats: Formats) -> Sheet:
    """Put an invoice, stored or foreseen, into words and figures."""
    currency = invoice.currency
    return Sheet(
        lines=[_line(line, currency, formats) for line in lines],
        subtotal=formats.money(Money(invoice.subtotal_minor, currency)),
        taxes=[_tax(group, currency, formats) for group in invoice.tax_groups if group["tax_minor"]],
        total=formats.money(invoice.total),
    )


def _line(line: Line, currency: str, formats: Formats) -> SheetLine:
    def exactly(amount: Decimal) -> str:
        """Write an amount as money where that is exact, else in full: a step is never rounded."""
        money = to_money(amount, currency)
        return formats.amount(money) if EXACT.compare(money.amount, amount) == 0 else formats.number(amount)

    steps = [pricing.Step.from_json(step) for step in line.steps]
    return SheetLine(
        description=line.description,
        span=_span(line.period_starts_at, line.period_ends_at, formats),
        quantity=f"{formats.number(line.quantity)} {line.unit}".strip(),
        unit_amount=exactly(line.unit_amount) if line.unit_amount is not None else "",
        amount=formats.amount(Money(line.amount_minor, currency)),
        steps=[pricing.words(step, number=formats.number, money=exactly) for step in steps],
        late=line.late,
    )


def _tax(group: dict[str, Any], currency: str, formats: Formats) -> dict[str, str]:
    percent = formats.number(Decimal(group["rate"]) * 100)
    base = formats.amount(Money(group["base_minor"], currency))
    return {"words": f"Tax {percent} % of {base}", "amount": formats.amount(Money(group["tax_minor"], currency))}


def _span(starts_at: datetime | None, ends_at: datetime | None, formats: Formats) -> str:
    if starts_at is None or ends_at is None:
        return ""
    return f"{formats.day_of(starts_at)} – {formats.day_of(ends_at)}"
