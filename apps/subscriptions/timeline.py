"""Where the next period of an item begins and ends. Reads and computes; writes nothing."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from apps.catalog.models import Price
from apps.rating import periods
from apps.subscriptions.models import Item, Period


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of an item's time and the price pinned to it: a stored period, or one that is yet to be opened."""

    item: Item
    index: int
    span: periods.Period
    full: periods.Period
    price: Price
    billable: bool
    period: Period | None = None


def stored(period: Period) -> Span:
    """See a stored period as a span."""
    return Span(
        item=period.item,
        index=period.index,
        span=periods.Period(period.starts_at, period.ends_at),
        full=periods.Period(period.full_starts_at, period.full_ends_at),
        price=period.price,
        billable=period.billable,
        period=period,
    )


def following(*, item: Item, last: Period | None, zone: ZoneInfo) -> Span | None:
    """Compute the span after an item's last period, or its first; None where the item has no further one.

    It begins where the last one ended. After a change of zone it ends at the first boundary in the new zone that
    leaves it at least half an interval (BILLING §2).
    """
    if last is not None and (item.is_one_time or last.ends_at == item.ends_at):
        return None
    starts_at = last.ends_at if last else item.starts_at
    index = last.index + 1 if last else 0
    regular = periods.period(item.anchor_at, item.interval, index, zone)
    if last is not None:
        half = (regular.ends_at - regular.starts_at) / 2
        while regular.ends_at - starts_at < half:
            index += 1
            regular = periods.period(item.anchor_at, item.interval, index, zone)
    span = periods.Period(starts_at, regular.ends_at)
    return Span(item=item, index=index, span=span, full=span, price=item.price, billable=True)
