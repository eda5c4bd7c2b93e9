"""Where the next period of an item begins and ends. Reads and computes; writes nothing."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from apps.catalog.models import Alignment, Price
from apps.rating import periods
from apps.rating.proration import WHOLE
from apps.rating.wallclock import day_start, local_date
from apps.subscriptions import queries
from apps.subscriptions.models import Item, Period, Subscription


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of an item's time and the price pinned to it: a stored period, or one that is yet to be opened."""

    item: Item
    index: int
    span: periods.Period
    full: periods.Period
    price: Price
    billable: bool
    fees_until: datetime | None = None
    period: Period | None = None

    def share(self, zone: ZoneInfo) -> Fraction:
        """Return which part of its full span it is, by the wall clock of a zone."""
        return WHOLE if self.span == self.full else periods.share(self.span, self.full, zone)


def stored(period: Period) -> Span:
    """See a stored period as a span."""
    return Span(
        item=period.item,
        index=period.index,
        span=_span(period.starts_at, period.ends_at),
        full=_span(period.full_starts_at, period.full_ends_at),
        price=period.price,
        billable=period.billable,
        fees_until=period.fees_until,
        period=period,
    )


def following(*, item: Item, last: Period | None, zone: ZoneInfo) -> Span | None:
    """Compute the span after an item's last period, or its first; None where the item has no further one.

    It begins where the last one ended: with a whole interval of its anchor, or with what is left of one where the item
    was added, cut or resumed in the midst of it. After a change of zone it ends at the first boundary in the new zone
    that leaves it at least half an interval (BILLING §2).
    """
    starts_at = last.ends_at if last else item.starts_at
    if item.ends_at is not None and item.ends_at <= starts_at:
        return None
    if last is not None and last.billable and item.is_one_time:
        return None
    index = last.index + 1 if last else 0
    subscription = item.subscription
    trial_ends_at = subscription.trial_ends_at
    if trial_ends_at is not None and starts_at < trial_ends_at:
        trial = periods.Period(starts_at, trial_ends_at)
        return Span(item=item, index=index, span=trial, full=trial, price=item.price, billable=False)
    paused_at = subscription.paused_at
    billable = paused_at is None or starts_at < paused_at
    regular = _regular(item, starts_at, zone)
    span = _span(starts_at, regular.ends_at)
    full = regular if regular.starts_at <= starts_at else span  # odd hours before the date of a zone to the west
    whole = last is not None and last.billable and last.ends_at == last.full_ends_at
    if whole and span != regular and not _counts_otherwise(item, starts_at, zone):
        span = full = _in_another_zone(item, starts_at, zone)
    return Span(item=item, index=index, span=span, full=full, price=item.price, billable=billable)


def cycle_end(*, subscription: Subscription, instant: datetime, zone: ZoneInfo) -> datetime:
    """Return when the plan's cycle that contains an instant ends: the trial, or the base fee's period where it has one.

    Of a plan without a base fee it is computed, since no period of it is stored.
    """
    trial_ends_at = subscription.trial_ends_at
    if trial_ends_at is not None and instant < trial_ends_at:
        return trial_ends_at
    instant = max(instant, subscription.starts_at)
    base = queries.base_period_at(subscription=subscription, instant=instant)
    if base is not None:
        return base.full_ends_at
    plan = subscription.plan
    interval = periods.Interval(periods.IntervalUnit(plan.interval_unit), plan.interval_count)
    anchor = periods.anchor_in(subscription.anchor_at, ZoneInfo(subscription.anchor_zone), zone)
    number = periods.index_at(anchor, interval, max(instant, anchor), zone)
    return periods.period(anchor, interval, number, zone).ends_at


def current(*, items: Sequence[Item], instant: datetime, zone: ZoneInfo) -> dict[int, periods.Period]:
    """Return the billing period of each item that contains an instant, by item id, opened or yet to be opened.

    An item whose life is over, or is yet to begin, has none.
    """
    opened = queries.periods_covering(items=items, instant=instant)
    found = {pk: periods.Period(period.starts_at, period.ends_at) for pk, period in opened.items()}
    rest = [item for item in items if item.pk not in found]
    last = queries.last_periods(items=rest) if rest else {}
    for item in rest:
        span = _ahead(item, last.get(item.pk), instant, zone)
        if span is not None:
            found[item.pk] = span.span
    return found


def between(*, items: Sequence[Item], earliest: datetime, latest: datetime, zone: ZoneInfo) -> dict[int, list[Span]]:
    """Return the spans of items that cover anything from one instant to another, opened or yet to be, by item id."""
    by_id = {item.pk: item for item in items}
    found: dict[int, list[Span]] = {pk: [] for pk in by_id}
    for period in queries.periods_reaching(items=items, earliest=earliest, latest=latest):
        period.item = by_id[period.item_id]
        found[period.item_id].append(stored(period))
    opened = queries.last_periods(items=items)
    for item in items:
        last = opened.get(item.pk)
        while last is None or last.ends_at <= latest:
            span = following(item=item, last=last, zone=zone)
            if span is None:
                break
            if span.span.ends_at > earliest:
                found[item.pk].append(span)
            last = _as_opened(span)
    return found


_span = lru_cache(maxsize=4096)(periods.Period)  # thousands last as long as each other


def _ahead(item: Item, last: Period | None, instant: datetime, zone: ZoneInfo) -> Span | None:
    """Compute the span after an item's last opened period that covers an instant."""
    while last is not None and last.ends_at <= instant:
        span = following(item=item, last=last, zone=zone)
        if span is None or span.span.ends_at > instant:
            return span
        last = _as_opened(span)
    return None


def _as_opened(span: Span) -> Period:
    """See a span as the period that it would be stored as."""
    return Period(
        item=span.item,
        index=span.index,
        starts_at=span.span.starts_at,
        ends_at=span.span.ends_at,
        full_starts_at=span.full.starts_at,
        full_ends_at=span.full.ends_at,
        price=span.price,
        billable=span.billable,
    )


def _regular(item: Item, instant: datetime, zone: ZoneInfo) -> periods.Period:
    """Return the whole interval of an item's anchor that contains an instant, or the first where that comes later."""
    return periods.containing(item.anchor_at, ZoneInfo(item.anchor_zone), item.interval, instant, zone)


def _counts_otherwise(item: Item, starts_at: datetime, zone: ZoneInfo) -> bool:
    """Say whether a whole period ends within a later one because a change of plan gave the item another interval.

    Under the calendar it then goes on from a midnight of the zone; a boundary of another zone is none.
    """
    return (
        item.subscription.alignment == Alignment.CALENDAR and day_start(local_date(starts_at, zone), zone) == starts_at
    )


def _in_another_zone(item: Item, starts_at: datetime, zone: ZoneInfo) -> periods.Period:
    anchor = _anchor(item, zone)
    number = _number(item, anchor, starts_at, zone)
    regular = periods.period(anchor, item.interval, number, zone)
    half = (regular.ends_at - regular.starts_at) / 2
    while regular.ends_at - starts_at < half:
        number += 1
        regular = periods.period(anchor, item.interval, number, zone)
    return periods.Period(starts_at, regular.ends_at)


def _anchor(item: Item, zone: ZoneInfo) -> datetime:
    """Return an item's anchor as its organization's zone of now counts from it: on the date on which it was set."""
    return periods.anchor_in(item.anchor_at, ZoneInfo(item.anchor_zone), zone)


def _number(item: Item, anchor: datetime, instant: datetime, zone: ZoneInfo) -> int:
    return periods.index_at(anchor, item.interval, max(instant, anchor), zone)
