"""What periods measured so far, and what that comes to, by the very code that bills. Nothing is stored or locked."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.catalog.models import Metric
from apps.invoicing import assembling, queries
from apps.invoicing.queries import Billed
from apps.rating import pricing
from apps.rating.money import AmountTooLarge, Money, to_money
from apps.rating.pricing import Step
from apps.subscriptions.models import Item, Period
from apps.subscriptions.timeline import stored
from apps.usage import measuring
from apps.usage.queries import Usage, metric_of, transactions_of


@dataclass(frozen=True)
class Estimate:
    """A period's quantity so far, its whole amount before tax, and how that came about.

    The amount is None where it is more than any invoice could say.
    """

    quantity: Decimal
    amount: Money | None
    steps: tuple[Step, ...]


def so_far(*, periods: Sequence[Period]) -> dict[int, Estimate]:
    """Rate the usage periods with all events recorded so far, by period id.

    They come with their price, and with their item's add-on, metric and subscription.
    """
    measured = measuring.so_far(periods=periods)
    return {period.pk: _estimate(period, measured[period.pk]) for period in periods}


def worth(*, item: Item, period: Period | None) -> Money | None:
    """Return what one period of a usage item comes to so far, as an estimate does; zero where none is opened yet."""
    currency = item.subscription.currency
    if period is None:
        return Money.zero(currency)
    period.item = item
    return so_far(periods=[period])[period.pk].amount if period.billable else Money.zero(currency)


def is_overpaid(*, item: Item, period: Period) -> bool:
    """Say whether a period of a usage item owes less by now than was billed for it (BILLING §1)."""
    period.item = item
    measured, billed = measuring.so_far(periods=[period]), queries.billed(periods=[period])
    try:
        return _due(period, measured[period.pk], billed).difference.minor < 0
    except AmountTooLarge:
        return False


def is_beyond(*, item: Item, period: Period | None, more: Decimal) -> bool:
    """Say whether so much more would bring a period of a usage item to more than any invoice could say.

    The period is None where it is yet to be opened.
    """
    if more <= 0 or (period is not None and not period.billable):
        return False
    quantity, transactions = Decimal(0), list[Decimal]()
    if period is not None:
        period.item = item
        quantity = measuring.so_far(periods=[period])[period.pk].quantity
    model = pricing.parse((period or item).price.form)
    if model.BY_TRANSACTION and period is not None:
        transactions = transactions_of(period=period)
    total = _with(quantity, more, metric_of(item).aggregation)
    try:
        to_money(model.rate(total, transactions=[*transactions, more]).amount, item.subscription.currency)
    except AmountTooLarge:
        return True
    return False


def _with(quantity: Decimal, more: Decimal, aggregation: str) -> Decimal:
    """Return what a period measures at most with one more event of this quantity."""
    if aggregation in (Metric.Aggregation.COUNT, Metric.Aggregation.UNIQUE):
        return quantity + 1
    return quantity + more if aggregation == Metric.Aggregation.SUM else max(quantity, more)


def _estimate(period: Period, measured: Usage) -> Estimate:
    try:
        return _rated(period, measured)
    except AmountTooLarge:
        return Estimate(measured.quantity, None, ())


def _rated(period: Period, measured: Usage) -> Estimate:
    due = _due(period, measured, Billed())
    return Estimate(due.quantity, due.amount, due.steps)


def _due(period: Period, measured: Usage, billed: Billed) -> assembling.Due:
    subscription = period.item.subscription
    zone = subscription.organization.zone
    return assembling.usage_due(stored(period), measured, billed, subscription.currency, zone)
