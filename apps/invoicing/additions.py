"""What usage would add that is not recorded yet, one after the other, by the very code that bills. Nothing is stored.

A few queries for thousands of additions: periods and what they measured so far are read once, and each addition is
rated against what the ones before it made of its period.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from apps.catalog.models import Metric
from apps.invoicing import assembling, previews
from apps.invoicing.previews import Landing
from apps.invoicing.queries import Billed
from apps.rating import periods, pricing
from apps.rating.money import AmountTooLarge, Money, to_money
from apps.subscriptions import timeline
from apps.subscriptions.models import Item, Period
from apps.subscriptions.timeline import Span
from apps.usage import measuring
from apps.usage import queries as usage
from apps.usage.queries import Usage

MOST_TRANSACTIONS = 1_000_000  # so many are rated at the most for prices that look at each transaction


@dataclass(frozen=True)
class Addition:
    """So much more usage of an item at an instant. The item comes with all that pricing asks for."""

    item: Item
    instant: datetime
    quantity: Decimal


@dataclass(frozen=True)
class Foreseen:
    """What an addition would add, and where it would land, in which span of its item.

    `adds` is None where it is more than an invoice can say; `is_priced` is False where it is not worked out one by one.
    `fact_count` is how much the span has recorded already.
    """

    adds: Money | None
    landing: Landing
    span: Span
    fact_count: int
    is_priced: bool = True


def foresee(*, additions: Sequence[Addition]) -> list[Foreseen | None]:
    """Say for each addition, in order, what it would add; None where its item has no span then.

    All belong to one organization.
    """
    if not additions:
        return []
    items = list({addition.item.pk: addition.item for addition in additions}.values())
    instants = [addition.instant for addition in additions]
    spans = timeline.between(
        items=items, earliest=min(instants), latest=max(instants), zone=items[0].subscription.organization.zone
    )
    found = [_covering(spans[addition.item.pk], addition.instant) for addition in additions]
    totals = _totals([span for span in found if span is not None], len(additions))
    return [
        None if span is None else _foreseen(addition, span, totals[_name(span)])
        for addition, span in zip(additions, found, strict=True)
    ]


@dataclass
class _Total:
    """What a span measures and comes to, while additions come to it."""

    span: Span
    usage: Usage
    last_at: datetime | None = None
    transactions: list[tuple[datetime, Decimal]] | None = None
    is_priced: bool = True
    amount: Money | None = field(init=False)
    fact_count: int = field(init=False)

    def __post_init__(self) -> None:
        self.amount = self._rated()
        self.fact_count = self.usage.fact_count

    def add(self, addition: Addition) -> Money | None:
        """Add usage; return what the amount grew by."""
        if self.transactions is not None:
            insort(self.transactions, (addition.instant, addition.quantity), key=_instant)
        self.usage = Usage(self._with(addition), self.usage.event_count + 1, self.usage.fact_count + 1)
        before, self.amount = self.amount, self._rated()
        return self.amount - before if self.amount is not None and before is not None else None

    def _with(self, addition: Addition) -> Decimal:
        aggregation = usage.metric_of(self.span.item).aggregation
        if aggregation == Metric.Aggregation.SUM:
            return self.usage.quantity + addition.quantity
        if aggregation == Metric.Aggregation.COUNT:
            return self.usage.quantity + 1
        if aggregation == Metric.Aggregation.UNIQUE:
            return self.usage.quantity  # what has no properties adds no value of one
        if aggregation == Metric.Aggregation.MAX:
            first = self.usage.event_count == 0
            return addition.quantity if first else max(self.usage.quantity, addition.quantity)
        if self.last_at is None or addition.instant >= self.last_at:
            self.last_at = addition.instant
            return addition.quantity
        return self.usage.quantity

    def _rated(self) -> Money | None:
        currency = self.span.item.subscription.currency
        zone = self.span.item.subscription.organization.zone
        if not self.is_priced:
            return Money.zero(currency)
        try:
            if self.transactions is None:
                return assembling.usage_due(self.span, self.usage, Billed(), currency, zone).amount
            share = periods.share(self.span.span, self.span.full, zone)
            quantities = [quantity for _, quantity in self.transactions]
            rating = pricing.parse(self.span.price.form).rate(self.usage.quantity, transactions=quantities, share=share)
            return to_money(rating.amount, currency)
        except AmountTooLarge:
            return None


def _totals(spans: Sequence[Span], many: int) -> Mapping[tuple[int, int], _Total]:
    by_name = {_name(span): span for span in spans}
    opened = [span.period for span in by_name.values() if span.period is not None]
    measured = measuring.so_far(periods=opened) if opened else {}
    by_transaction = {name for name, span in by_name.items() if _is_by_transaction(span)}
    facts = sum(_usage(by_name[name], measured).fact_count for name in by_transaction)
    is_priced = (facts + many) * many <= MOST_TRANSACTIONS or not by_transaction
    rated = [by_name[name].period for name in by_transaction if is_priced]
    dated = usage.dated_transactions(periods=_stored(rated)) if _stored(rated) else {}
    latest = [each for each in opened if usage.metric_of(each.item).aggregation == Metric.Aggregation.LATEST]
    last = usage.last_instants(periods=latest) if latest else {}
    totals = {}
    for name, span in by_name.items():
        pk = span.period.pk if span.period is not None else 0
        each = name in by_transaction
        totals[name] = _Total(
            span=span,
            usage=_usage(span, measured),
            last_at=last.get(pk),
            transactions=dated.get(pk, []) if each else None,
            is_priced=is_priced or not each,
        )
    return totals


def _foreseen(addition: Addition, span: Span, total: _Total) -> Foreseen:
    closed = span.period is not None and span.period.status != Period.Status.CURRENT
    landing = previews.lands(item=addition.item, ends_at=span.span.ends_at, closed=closed)
    return Foreseen(
        adds=total.add(addition),
        landing=landing,
        span=span,
        fact_count=total.fact_count,
        is_priced=total.is_priced,
    )


def _is_by_transaction(span: Span) -> bool:
    return span.billable and pricing.parse(span.price.form).BY_TRANSACTION


def _stored(rows: Sequence[Period | None]) -> list[Period]:
    return [period for period in rows if period is not None]


def _usage(span: Span, measured: Mapping[int, Usage]) -> Usage:
    return measured[span.period.pk] if span.period is not None else Usage()


def _covering(spans: Sequence[Span], instant: datetime) -> Span | None:
    return next((span for span in spans if span.span.starts_at <= instant < span.span.ends_at), None)


def _name(span: Span) -> tuple[int, int]:
    return span.item.pk, span.index


def _instant(transaction: tuple[datetime, Decimal]) -> datetime:
    return transaction[0]
