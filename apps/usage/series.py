"""Usage over time, for charts: what each day or hour measured, and how a period came to what it measures.

A day of a sum or a count is what that day added. A day of a maximum is its greatest value, of the latest its last, of a
unique count its distinct values: such days do not add up to what their period measures.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate, pairwise
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Func, IntegerField, Max, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from apps.catalog.models import Metric
from apps.rating import calendar
from apps.rating.periods import Period as Span
from apps.rating.wallclock import day_start, local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions import timeline
from apps.subscriptions.models import Item, Period
from apps.usage import measuring, queries
from apps.usage.models import Event, Rollup

Measured = dict[int, Decimal]  # by the place of the bucket; one without events has none


def _later(_: Decimal, quantity: Decimal) -> Decimal:
    return quantity


# How two parts of a bucket become one, where a period ends within it.
JOINED: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    Metric.Aggregation.SUM: add,
    Metric.Aggregation.COUNT: add,
    Metric.Aggregation.MAX: max,
    Metric.Aggregation.UNIQUE: add,
    Metric.Aggregation.LATEST: _later,
}


class Every(StrEnum):
    """How long a bucket is."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


CUTS = {Every.HOUR: calendar.hour_starts, Every.DAY: calendar.day_starts, Every.MONTH: calendar.month_starts}


@dataclass(frozen=True)
class Buckets:
    """A half-open span cut by a zone's clock: where each bucket begins, the first with the span, and where all end."""

    starts: tuple[datetime, ...]
    ends_at: datetime
    every: Every
    zone: ZoneInfo

    def dates(self) -> list[date]:
        """Return the local date on which each bucket begins."""
        return [local_date(start, self.zone) for start in self.starts]

    def within(self, period: Period) -> list[int]:
        """Return the places of the buckets that lie in a period, wholly or in part."""
        spans = pairwise([*self.starts, self.ends_at])
        return [place for place, (a, b) in enumerate(spans) if a < period.ends_at and b > period.starts_at]

    def are_days_of(self, period: Period) -> bool:
        """Say whether each bucket that lies in a period is a whole day of it."""
        if self.every != Every.DAY:
            return False
        edges = (max(self.starts[0], period.starts_at), min(self.ends_at, period.ends_at))
        return all(
            edge in (period.starts_at, period.ends_at, day_start(local_date(edge, self.zone), self.zone))
            for edge in edges
        )


def buckets(*, starts_at: datetime, ends_at: datetime, every: Every, zone: ZoneInfo) -> Buckets:
    """Cut a half-open span into the hours, days or months of a zone's clock."""
    return Buckets(tuple(CUTS[every](starts_at, ends_at, zone)), ends_at, every, zone)


def span_of(*, item: Item, now: datetime) -> Span | None:
    """Return an item's current period, opened or not; else its last one; None where it has not begun yet."""
    current = timeline.current(items=[item], instant=now, zone=item.organization.zone).get(item.pk)
    if current is None:
        for period in timelines.newest_periods(items=[item], instant=now, most=1):
            return Span(period.starts_at, period.ends_at)
    return current


def of_item(*, item: Item, into: Buckets) -> list[Decimal]:
    """Return what an item measured in each bucket, whatever periods lie there; zero where nothing was recorded.

    Every period starts empty: a value that comes in two of them counts in both.
    """
    periods = timelines.periods_between(item=item, starts_at=into.starts[0], ends_at=into.ends_at)
    found = measured(periods=periods, into=into)
    join = JOINED[queries.metric_of(item).aggregation]
    whole: dict[int, Decimal] = {}
    for period in periods:
        for place, quantity in found[period.pk].items():
            whole[place] = join(whole[place], quantity) if place in whole else quantity
    return [whole.get(place, Decimal(0)) for place in range(len(into.starts))]


def measured(*, periods: Sequence[Period], into: Buckets) -> dict[int, Measured]:
    """Return what each bucket measured by itself, by period id, in one query per way of aggregating.

    The periods come with their item's add-on, metric and organization. Whole days of a large period come from its
    rollup, in two queries more.
    """
    found = _rolled_up([period for period in periods if into.are_days_of(period)], into)
    rest = [period for period in periods if period.pk not in found]
    found |= {period.pk: {} for period in rest}
    for (aggregation, name), group in queries.by_metric(rest).items():
        for period, place, quantity in _measures(aggregation, name, _placed(group, into)):
            found[period][place] = Decimal(quantity)
    return found


def _rolled_up(periods: Sequence[Period], into: Buckets) -> dict[int, Measured]:
    """Return the days of the periods that have a rollup by the calendar of the buckets."""
    added_up = [period for period in periods if measuring.is_added_up(period)]
    if not added_up:
        return {}
    large = set(Rollup.objects.filter(period__in=added_up, timezone=into.zone.key).values_list("period_id", flat=True))
    places = {day: place for place, day in enumerate(into.dates())}
    return {
        period.pk: {places[day.day]: day.quantity for day in measuring.days_of(period=period) if day.day in places}
        for period in added_up
        if period.pk in large and period.item.organization.zone == into.zone
    }


def added(*, periods: Sequence[Period], into: Buckets) -> dict[int, Measured]:
    """Return what each bucket adds to the unique count of its period: values that it had not seen before.

    The periods come as for `measured`; those that count otherwise are left out.
    """
    found: dict[int, Measured] = {}
    for (aggregation, name), group in queries.by_metric(periods).items():
        if aggregation == Metric.Aggregation.UNIQUE:
            found |= {period.pk: {} for period in group}
            rows = _placed(group, into).filter(pk__in=_first_of_each(name, group))
            for period, place, count in rows.values_list("period_id", "place").annotate(count=Count("pk")):
                found[period][place] = Decimal(count)
    return found


def so_far(*, aggregation: str, quantities: Iterable[Decimal | None]) -> list[Decimal]:
    """Return what a period measured by the end of each bucket, from what each measured, or of a unique count added."""
    if aggregation == Metric.Aggregation.LATEST:
        return list(accumulate(quantities, _latest, initial=Decimal(0)))[1:]
    known = (quantity or Decimal(0) for quantity in quantities)
    return list(accumulate(known, max if aggregation == Metric.Aggregation.MAX else add))


def _latest(last: Decimal, new: Decimal | None) -> Decimal:
    return last if new is None else new


def _placed(periods: Sequence[Period], into: Buckets) -> QuerySet[Any]:
    """Return all facts of periods within the buckets, each with the place of its bucket.

    Where a day begins is computed here and not in the database: both must cut at the very instants of the periods.
    """
    place = Func(F("occurred_at"), Value(list(into.starts)), function="width_bucket", output_field=IntegerField()) - 1
    facts = Event.objects.filter(period__in=periods, occurred_at__gte=into.starts[0], occurred_at__lt=into.ends_at)
    return facts.annotate(place=place)


def _measures(aggregation: str, name: str, facts: QuerySet[Any]) -> QuerySet[Any, tuple[int, int, Any]]:
    """Return (period id, place, what it measured) as usage_of measures a whole period."""
    where = ("period_id", "place")
    if aggregation == Metric.Aggregation.LATEST:
        last = queries.unreversed(facts).order_by(*where, "-occurred_at", "-pk").distinct(*where)
        return last.values_list(*where, "quantity")
    measure = {
        Metric.Aggregation.SUM: queries.SUM,
        Metric.Aggregation.COUNT: queries.EVENTS,
        Metric.Aggregation.MAX: Max("quantity", output_field=queries.QUANTITY),
        Metric.Aggregation.UNIQUE: Count(queries.property_text(name), distinct=True),
    }[Metric.Aggregation(aggregation)]
    counted = facts if aggregation in measuring.ADDED_UP else queries.unreversed(facts)
    return counted.values_list(*where).annotate(measured=measure)


def _first_of_each(name: str, periods: Sequence[Period]) -> QuerySet[Any]:
    """Return the keys of the events that brought a value of a property into its period."""
    value = queries.property_text(name)
    order = Window(RowNumber(), partition_by=[F("period_id"), value], order_by=["occurred_at", "pk"])
    events = queries.unreversed(Event.objects.filter(period__in=periods)).annotate(value=value, order=order)
    return events.filter(order=1, value__isnull=False).values("pk")
