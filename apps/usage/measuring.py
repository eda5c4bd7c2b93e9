"""What periods measured so far, exactly, and without reading again what a rollup has counted.

A rollup counts every fact of its period up to an id, and those that come later have greater ones. So rollup and tail
together are exact at any moment: under a lock that the caller holds, amid recorders, before any worker has counted.
Previews, estimates and limits read here. Closing and verification read the events themselves.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Cast

from apps.catalog.models import Metric
from apps.rating.wallclock import day_start, local_date
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import queries
from apps.usage.models import DailyRollup, Event, Rollup
from apps.usage.queries import Usage, metric_of

ADDED_UP = (Metric.Aggregation.SUM, Metric.Aggregation.COUNT)
_NEXT = timedelta(days=1)

# These name the period, its rollup and its metric as the statement around them does: period, rollup, metric.
_FACTS = "usage_event event WHERE event.period_id = period.id"
_TAIL = f"{_FACTS} AND event.id > coalesce(rollup.counted_to, 0)"
_SUM = "sum(CASE WHEN event.reverses_id IS NULL THEN event.quantity ELSE -event.quantity END)"
_EVENTS = "count(*) FILTER (WHERE event.reverses_id IS NULL) - count(event.reverses_id)"
_UNREVERSED = f"""{_FACTS} AND event.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM usage_event reversal WHERE reversal.reverses_id = event.id)"""

# What a period measured, whatever its metric makes of the facts: the quantity that `so_far` returns.
MEASURED = f"""coalesce(CASE metric.aggregation
    WHEN 'sum' THEN coalesce(rollup.quantity, 0) + coalesce((SELECT {_SUM} FROM {_TAIL}), 0)
    WHEN 'count' THEN coalesce(rollup.event_count, 0) + (SELECT {_EVENTS} FROM {_TAIL})
    WHEN 'max' THEN (SELECT max(event.quantity) FROM {_UNREVERSED})
    WHEN 'latest' THEN (
        SELECT event.quantity FROM {_UNREVERSED} ORDER BY event.occurred_at DESC, event.id DESC LIMIT 1)
    WHEN 'unique' THEN (
        SELECT count(DISTINCT jsonb_extract_path_text(event.properties, metric.property)) FROM {_UNREVERSED})
END, 0)"""  # noqa: S608 - nothing in it comes from outside

_SO_FAR = f"""
SELECT period.id, coalesce(rollup.quantity, 0) + coalesce(tail.quantity, 0),
    coalesce(rollup.event_count, 0) + tail.event_count, coalesce(rollup.fact_count, 0) + tail.fact_count
FROM unnest(%(periods)s::bigint[]) AS period(id)
LEFT JOIN usage_rollup rollup ON rollup.period_id = period.id
CROSS JOIN LATERAL (
    SELECT {_SUM} AS quantity, {_EVENTS} AS event_count, count(*) AS fact_count FROM {_TAIL}
) tail
"""  # noqa: S608 - nor here

_FAR_BEHIND = """
SELECT period.id FROM subscriptions_period period
JOIN subscriptions_item item ON item.id = period.item_id
JOIN catalog_addon add_on ON add_on.id = item.add_on_id
JOIN catalog_metric metric ON metric.id = add_on.metric_id
LEFT JOIN usage_rollup rollup ON rollup.period_id = period.id
WHERE period.organization_id = %(organization)s AND period.status = 'current' AND metric.aggregation = ANY(%(kinds)s)
    AND EXISTS (
        SELECT FROM usage_event event
        WHERE event.period_id = period.id AND event.id > coalesce(rollup.counted_to, 0)
        OFFSET %(beyond)s
    )
"""


@dataclass(frozen=True)
class Day:
    """What the facts of one local day add up to, and how many events they are less what is taken back."""

    day: date
    quantity: Decimal
    event_count: int

    def __add__(self, other: "Day") -> "Day":
        return Day(self.day, self.quantity + other.quantity, self.event_count + other.event_count)


def so_far(*, periods: Iterable[Period]) -> dict[int, Usage]:
    """Return the usage of each period by its id: the same as `queries.usage_of`, sooner for sums and counts.

    The periods come with their item's add-on and metric.
    """
    periods = list(periods)
    added_up = [period for period in periods if is_added_up(period)]
    usage = queries.usage_of(periods=[period for period in periods if not is_added_up(period)])
    counted = added(period_ids=[period.pk for period in added_up])
    for period in added_up:
        measured = counted[period.pk]
        if metric_of(period.item).aggregation == Metric.Aggregation.COUNT:
            measured = Usage(Decimal(measured.event_count), measured.event_count, measured.fact_count)
        usage[period.pk] = measured
    return usage


def added(*, period_ids: Collection[int]) -> dict[int, Usage]:
    """Return what the facts of each period add up to, by its id, in one query of one moment.

    `quantity` is their sum, which a metric that counts does not want: it takes `event_count`.
    """
    if not period_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SO_FAR, {"periods": list(period_ids)})
        return {period: Usage(*measured) for period, *measured in cursor.fetchall()}


def days_of(*, period: Period) -> list[Day]:
    """Return the days of a period that have facts, in order, by the calendar of its organization.

    Only what is added up has such days: they add up to what the period measures. The period comes with its item's
    add-on and metric.
    """
    assert is_added_up(period), "a day of a maximum is no part of a period's"
    zone = period.item.organization.zone
    counted_to, days = counted_days(period=period, zone=zone)
    for part in facts_by_day(period=period, zone=zone, after=counted_to):
        days[part.day] = days[part.day] + part if part.day in days else part
    counts = metric_of(period.item).aggregation == Metric.Aggregation.COUNT
    return [
        Day(day, Decimal(part.event_count) if counts else part.quantity, part.event_count)
        for day, part in sorted(days.items())
    ]


def counted_days(*, period: Period, zone: ZoneInfo) -> tuple[int, dict[date, Day]]:
    """Return the days of a zone that are counted already, and the id up to which they are; 0 where none are.

    Both are of one moment, so what a worker counts meanwhile is neither missed nor counted twice.
    """
    rollup = Rollup.objects.filter(period=period, timezone=zone.key)
    rows = DailyRollup.objects.filter(period=period).annotate(counted_to=Subquery(rollup.values("counted_to")))
    found = list(rows.filter(counted_to__isnull=False).values_list("counted_to", "day", "quantity", "event_count"))
    days = {day: Day(day, quantity, event_count) for _, day, quantity, event_count in found}
    return max((counted_to for counted_to, *_ in found), default=0), days


def facts_by_day(*, period: Period, zone: ZoneInfo, after: int = 0, up_to: int | None = None) -> list[Day]:
    """Add up the facts of a period with ids beyond `after`, and as far as `up_to`, by local day, from the events alone.

    A reversal takes back on the day of what it reverses: it has the same instant. For a metric that counts, too, the
    quantity is the sum.
    """
    days = days_between(period.starts_at, period.ends_at, zone)
    place = Func(F("occurred_at"), Value([start for _, start in days]), function="width_bucket") - 1
    facts = Event.objects.filter(period=period, pk__gt=after)
    if up_to is not None:
        facts = facts.filter(pk__lte=up_to)
    placed = facts.annotate(place=Cast(place, IntegerField())).order_by().values_list("place")
    parts = placed.annotate(added=queries.SUM, events=queries.EVENTS)
    return [Day(days[place][0], added, events) for place, added, events in parts]


def far_behind(*, organization: Organization, beyond: int) -> list[Period]:
    """Return the open periods of sums and counts with more than `beyond` facts that are not counted yet.

    Each period costs a look at as many entries of an index at most; one where nothing came since costs a glance.
    """
    kinds = [str(kind) for kind in ADDED_UP]
    with connection.cursor() as cursor:
        cursor.execute(_FAR_BEHIND, {"organization": organization.pk, "kinds": kinds, "beyond": beyond})
        found = [pk for (pk,) in cursor.fetchall()]
    return list(Period.objects.filter(pk__in=found).order_by("pk"))


def rolled_up() -> list[Period]:
    """Return the periods that have a rollup, whatever their status."""
    return list(Period.objects.filter(pk__in=Rollup.objects.values("period")).order_by("pk"))


def is_told_truly(*, rollup: Rollup) -> bool:
    """Whether a rollup and its days say what the events say that it counts; its period comes with item and metric.

    What has a number up to the mark never changes, so it does not matter when the events are read.
    """
    facts = Event.objects.filter(period=rollup.period, pk__lte=rollup.counted_to)
    events = facts.aggregate(quantity=queries.SUM, event_count=queries.EVENTS, fact_count=Count("pk"))
    if any(getattr(rollup, name) != said for name, said in events.items()):
        return False
    zone = ZoneInfo(rollup.timezone)
    counted_to, days = counted_days(period=rollup.period, zone=zone)
    if not days:
        daily = DailyRollup.objects.filter(period=OuterRef("period"))
        return not Rollup.objects.filter(~Exists(daily), pk=rollup.pk).exists()
    said = facts_by_day(period=rollup.period, zone=zone, up_to=counted_to)
    return {day.day: day for day in said} == days


def is_added_up(period: Period) -> bool:
    """Whether a period's usage is a sum or a count, so that parts of it can be added."""
    return metric_of(period.item).aggregation in ADDED_UP


def days_between(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> list[tuple[date, datetime]]:
    """Return the local days of a span and where each begins; the first one may begin before the span.

    Here and not in the database, which may know other rules of the zone than those that made the period.
    """
    day = local_date(starts_at, zone)
    while day_start(day, zone) > starts_at:
        day -= _NEXT
    days = []
    while day_start(day, zone) < ends_at:
        if day_start(day + _NEXT, zone) > day_start(day, zone):  # a zone may have skipped a day
            days.append((day, day_start(day, zone)))
        day += _NEXT
    return days
