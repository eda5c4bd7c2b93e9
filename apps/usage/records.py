"""One usage record per item and period: what it measured, and how much of that came late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from apps.rating import pricing
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Period
from apps.usage import measuring, queries, rules
from apps.usage.models import Limit
from apps.usage.queries import Usage

MOST_CURRENT = 500
RELATED = ("price", "item__add_on__metric", "item__subscription__customer")


@dataclass(frozen=True)
class Record:
    """A period with what it measured. `late_quantity` is what arrived after its closing made of the quantity.

    `limit` is the one that holds now, and `left` what it leaves; a closed period is limited no more.
    """

    period: Period
    quantity: Decimal
    late_quantity: Decimal
    event_count: int
    included_units: Decimal
    limit: Limit | None = None

    @property
    def left(self) -> Decimal | None:
        """How much may still be used; None without a limit."""
        return rules.left(self.limit, self.quantity) if self.limit is not None else None


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
    everything = measuring.so_far(periods=periods)
    late = _late([period for period in periods if period.status != Period.Status.CURRENT], everything)
    return [
        Record(
            period=period,
            quantity=everything[period.pk].quantity,
            late_quantity=late.get(period.pk, Decimal(0)),
            event_count=everything[period.pk].event_count,
            included_units=pricing.parse(period.price.form).terms.included_units,
        )
        for period in periods
    ]


def limited(*, periods: Sequence[Period]) -> list[Record]:
    """Return the records of periods with the limit of those that collect; they come with their subscription too."""
    collecting = {period.pk for period in periods if period.status == Period.Status.CURRENT}
    limits = rules.limits_of(period.item for period in periods if period.pk in collecting)
    return [
        replace(record, limit=limits.get(record.period.item_id)) if record.period.pk in collecting else record
        for record in of(periods=periods)
    ]


def _late(closed: Sequence[Period], everything: Mapping[int, Usage]) -> dict[int, Decimal]:
    """Return what late usage made of the quantity of closed periods: of what is added up, its own quantity."""
    parts = queries.usage_of(periods=[period for period in closed if measuring.is_added_up(period)], late=True)
    on_time = queries.usage_of(periods=[period for period in closed if period.pk not in parts], late=False)
    late = {pk: part.quantity for pk, part in parts.items()}
    return late | {pk: everything[pk].quantity - part.quantity for pk, part in on_time.items()}
