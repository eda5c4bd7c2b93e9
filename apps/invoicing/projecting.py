"""Usage as it will be when periods end, if it goes on as it did so far: for projections of the next invoice.

What adds up is scaled by the part of the period that is over. What does not, stays as it is recorded, and that is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import cycle, islice

from msgspec.structs import replace

from apps.catalog.models import Metric
from apps.rating.exact import EXACT, at_places, half_away
from apps.subscriptions.models import Item, Period
from apps.usage import measuring
from apps.usage import queries as usage
from apps.usage.queries import Usage, metric_of

MOST_TRANSACTIONS = 20_000
_INSTANT = timedelta(microseconds=1)
KEPT = {
    Metric.Aggregation.MAX: "the greatest value so far stays",
    Metric.Aggregation.UNIQUE: "the distinct values so far stay",
    Metric.Aggregation.LATEST: "the latest value stays",
}
TOO_MANY = "it is priced by transaction, and there are too many to foresee one by one"
NO_SUM = "it is priced by transaction, and what is counted is not their sum"


@dataclass(frozen=True)
class Kept:
    """Why the usage of an item is not scaled."""

    item: Item
    reason: str


class Projection:
    """Reads usage as it will be; `kept` notes what it left as it is recorded. It is good for one look."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.kept: list[Kept] = []
        self._transactions: dict[int, Sequence[Decimal]] = {}

    def measure(self, *, periods: Iterable[Period]) -> dict[int, Usage]:
        """Return what each period will have measured at its end, by its id; closed ones as they are."""
        periods = list(periods)
        measured = measuring.so_far(periods=periods)
        collecting = [each for each in periods if self._is_under_way(each) and measured[each.pk].event_count]
        single = [each for each in collecting if each.price.model.BY_TRANSACTION]
        recorded = usage.transactions_of_many(periods=single) if single else {}
        return measured | {
            each.pk: self._projected(each, measured[each.pk], recorded.get(each.pk)) for each in collecting
        }

    def transactions(self, *, periods: Sequence[Period]) -> Mapping[int, Sequence[Decimal]]:
        """Return what a price by transaction looks at, by period: those that were measured before as projected."""
        rest = [each for each in periods if each.pk not in self._transactions]
        return {**self._transactions, **(usage.transactions_of_many(periods=rest) if rest else {})}

    def _is_under_way(self, period: Period) -> bool:
        is_open = period.billable and period.status == Period.Status.CURRENT
        return is_open and period.starts_at < self.now < period.ends_at

    def _projected(self, period: Period, measured: Usage, recorded: Sequence[Decimal] | None) -> Usage:
        """Scale what adds up; it is never below what is recorded."""
        whole, over = period.ends_at - period.starts_at, self.now - period.starts_at
        factor = Fraction(whole // _INSTANT, over // _INSTANT)
        aggregation = Metric.Aggregation(metric_of(period.item).aggregation)
        if recorded is not None:
            return self._by_transaction(period, measured, recorded, aggregation, factor)
        if aggregation in KEPT:
            return self._keep(period, measured, KEPT[aggregation])
        scaled = at_places(Fraction(measured.quantity) * factor, _places(measured.quantity))
        return replace(measured, quantity=max(measured.quantity, scaled))

    def _by_transaction(
        self, period: Period, measured: Usage, recorded: Sequence[Decimal], aggregation: str, factor: Fraction
    ) -> Usage:
        """Let the transactions so far come again in their order, until there are as many as go on in this way."""
        if aggregation != Metric.Aggregation.SUM:
            return self._keep(period, measured, NO_SUM)
        many = half_away(len(recorded) * factor)
        if many > MOST_TRANSACTIONS:
            return self._keep(period, measured, TOO_MANY)
        foreseen = list(islice(cycle(recorded), max(many, len(recorded))))
        total = Decimal(0)
        for quantity in foreseen:
            total = EXACT.add(total, quantity)
        if total < measured.quantity:
            return measured
        self._transactions[period.pk] = foreseen
        return replace(measured, quantity=total)

    def _keep(self, period: Period, measured: Usage, reason: str) -> Usage:
        self.kept.append(Kept(period.item, reason))
        return measured


def _places(quantity: Decimal) -> int:
    """Return how many decimals were recorded, so that whole calls stay whole."""
    exponent = quantity.normalize(EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
