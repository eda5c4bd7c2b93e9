"""Cutting a span into the months, days and hours that a zone's calendar and clock show."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from apps.rating.wallclock import day_start, local_date

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)


def day_starts(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield when each local day of a half-open span begins, in UTC; the first day begins with the span.

    A day on which the clocks turn has 23 or 25 hours; one that the zone left out does not come.
    """
    last = local_date(ends_at - _MICROSECOND, zone)
    yield starts_at.astimezone(UTC)
    day = local_date(starts_at, zone) + _DAY
    while day <= last:
        start = day_start(day, zone)
        if start != day_start(day + _DAY, zone):
            yield start
        day += _DAY


def month_starts(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield when each local month of a half-open span begins, in UTC; the first month begins with the span."""
    last = local_date(ends_at - _MICROSECOND, zone)
    yield starts_at.astimezone(UTC)
    first = local_date(starts_at, zone).replace(day=1) + relativedelta(months=1)
    while first <= last:
        yield day_start(first, zone)
        first += relativedelta(months=1)


def hour_starts(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield when each hour of a half-open span begins on the zone's clock, in UTC; the first begins with the span.

    An hour that the clock shows twice comes twice, one that it skips not at all.
    """
    start = starts_at.astimezone(UTC)
    while start < ends_at:
        yield start
        local = start.astimezone(zone)
        start += _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
