"""What periods measured so far, and what that comes to, by the very code that bills. Nothing is stored or locked."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.invoicing import assembling
from apps.invoicing.queries import Billed
from apps.rating.money import AmountTooLarge, Money
from apps.rating.pricing import Step
from apps.subscriptions.models import Item, Period
from apps.subscriptions.timeline import stored
from apps.usage import measuring
from apps.usage.queries import Usage


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


def _estimate(period: Period, measured: Usage) -> Estimate:
    try:
        return _rated(period, measured)
    except AmountTooLarge:
        return Estimate(measured.quantity, None, ())


def _rated(period: Period, measured: Usage) -> Estimate:
    subscription = period.item.subscription
    zone = subscription.organization.zone
    due = assembling.usage_due(stored(period), measured, Billed(), subscription.currency, zone)
    return Estimate(due.quantity, due.amount, due.steps)
