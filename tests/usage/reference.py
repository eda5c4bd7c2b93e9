"""Usage of one item by month, in plain Python: what the house must come to, whatever way it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

MONTHS = [datetime(2026 + n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in range(8, 44)]  # from September 2026 on
TIERS = [(Decimal(5), Decimal("1.00")), (Decimal(10), Decimal("0.50")), (None, Decimal("0.333"))]
CENT = Decimal("0.01")
ZERO = Decimal(0)


def month_of(at: datetime) -> int:
    """Return the number of the month that an instant lies in."""
    return max(number for number, start in enumerate(MONTHS) if start <= at)


def cents(quantity: Decimal) -> int:
    """Price a quantity by the tiers, from zero up, rounded once, half away from zero."""
    amount, begins = ZERO, ZERO
    for up_to, unit in TIERS:
        ends = max(quantity, ZERO) if up_to is None else min(max(quantity, ZERO), up_to)
        amount += max(ends - begins, ZERO) * unit
        begins = max(begins, ends)
    return int(amount.quantize(CENT, ROUND_HALF_UP) / CENT)


@dataclass
class Fact:
    """An event, or a reversal, which names what it takes back."""

    at: datetime
    quantity: Decimal
    host: str | None
    late: bool
    reverses: "Fact | None" = None
    reversed: bool = False


@dataclass
class Reference:
    """Everything that was accepted, which months are closed, and what was billed for each."""

    aggregation: str
    facts: list[Fact] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)
    billed: dict[int, int] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)

    def record(self, at: datetime, quantity: Decimal, host: str | None) -> Fact:
        """Accept an event."""
        fact = Fact(at, quantity, host, late=month_of(at) in self.closed)
        self.facts.append(fact)
        return fact

    def reverse(self, fact: Fact) -> Fact:
        """Take an event back."""
        fact.reversed = True
        reversal = Fact(fact.at, fact.quantity, fact.host, late=month_of(fact.at) in self.closed, reverses=fact)
        self.facts.append(reversal)
        return reversal

    def close(self, now: datetime) -> int:
        """Close the months that have ended, and bill or credit what the closed ones owe; return how many ended."""
        ended = {month for month in range(month_of(now)) if MONTHS[month + 1] <= now} - self.closed
        if ended:
            self.closed |= ended
            for month in self.closed:
                self.billed[month] = cents(self.quantity(month))
                self.seen[month] = self.fact_count(month)
        return len(ended)

    def of(self, month: int) -> list[Fact]:
        """Return the events of a month that count, in the order in which they came."""
        return [
            fact for fact in self.facts if month_of(fact.at) == month and not fact.reversed and fact.reverses is None
        ]

    def fact_count(self, month: int) -> int:
        """Count everything that a month has: events, and reversals with what they took back."""
        return sum(month_of(fact.at) == month for fact in self.facts)

    def quantity(self, month: int) -> Decimal:
        """Return what a month measures."""
        return measured(self.aggregation, self.of(month))


def measured(aggregation: str, facts: Sequence[Fact]) -> Decimal:
    """Aggregate events that came in this order."""
    quantities = [fact.quantity for fact in facts]
    if aggregation == "sum":
        return sum(quantities, ZERO)
    if aggregation == "count":
        return Decimal(len(facts))
    if aggregation == "unique":
        return Decimal(len({fact.host for fact in facts} - {None}))
    if aggregation == "max":
        return max(quantities, default=ZERO)
    last = ZERO
    latest: datetime | None = None
    for fact in facts:
        if latest is None or fact.at >= latest:
            latest, last = fact.at, fact.quantity
    return last
