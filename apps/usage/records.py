"""One usage record per item and period: what it measured, and how much of that came late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from apps.rating import pricing
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Period
from apps.usage import queries

MOST_CURRENT = 500
RELATED = ("price", "item__add_on__metric", "item__subscription__customer")


@dataclass(frozen=True)
class Record:
    """A period with what it measured. `late_quantity` is what arrived after its closing made of the quantity."""

    period: Period
    quantity: Decimal
    late_quantity: Decimal
    event_count: int
    included_units: Decimal


def periods(
    *,
    status: str | None = None,
    ends_from: datetime | None = None,
    ends_before: datetime | None = None,
    **line: Any,
) -> QuerySet[Period]:
    """Return the opened periods of usage items; `line` says of which, as subscriptions.usage_items_named takes it."""
    items = timelines.usage_items_named(**line)
    wanted: dict[str, Any] = {"status": status, "ends_at__gte": ends_from, "ends_at__lt": ends_before}
    rows = Period.objects.filter(item__in=items, **{name: value for name, value in wanted.items() if value is not None})
    return rows.select_related(*RELATED)


def current_periods(*, now: datetime, **line: Any) -> QuerySet[Period]:
    """Return the opened periods that contain now, in the order in which their items were added."""
    return periods(**line).filter(starts_at__lte=now, ends_at__gt=now).order_by("item_id")


def of(*, periods: Sequence[Period]) -> list[Record]:
    """Return the records of periods that come with their price, and with their item's add-on and metric."""
    everything = queries.usage_of(periods=periods)
    closed = [period for period in periods if period.status != Period.Status.CURRENT]
    on_time = queries.usage_of(periods=closed, on_time=True)
    return [
        Record(
            period=period,
            quantity=everything[period.pk].quantity,
            late_quantity=_late(everything[period.pk], on_time.get(period.pk)),
            event_count=everything[period.pk].event_count,
            included_units=pricing.parse(period.price.form).terms.included_units,
        )
        for period in periods
    ]


def _late(everything: queries.Usage, on_time: queries.Usage | None) -> Decimal:
    return everything.quantity - on_time.quantity if on_time is not None else Decimal(0)
