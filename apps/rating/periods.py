"""Billing periods: each computed from the anchor, none from the one before."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from apps.rating.wallclock import day_start, local_date, wall_time

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)


class IntervalUnit(StrEnum):
    """The calendar units that periods are counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_YEAR = 12
_DAYS = {IntervalUnit.DAY: 1, IntervalUnit.WEEK: 7}
_MONTHS = {IntervalUnit.MONTH: 1, IntervalUnit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Interval:
    """How long a period is: so many days, weeks, months or years. Raises ValueError unless `count` is above zero."""

    unit: IntervalUnit
    count: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", IntervalUnit(self.unit))
        if self.count < 1:
            raise ValueError("an interval counts at least one unit")


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open span [starts_at, ends_at) between two instants, kept in UTC.

    Raises ValueError for naive datetimes and for an end that isn't after the start.
    """

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", _utc(self.starts_at))
        object.__setattr__(self, "ends_at", _utc(self.ends_at))
        if self.ends_at <= self.starts_at:
            raise ValueError("a period must end after it starts")

    def __contains__(self, instant: datetime) -> bool:
        return self.starts_at <= instant < self.ends_at


def period(anchor: datetime, interval: Interval, index: int, zone: ZoneInfo) -> Period:
    """Give period `index` of a chain that starts at the anchor.

    The first period starts at the anchor itself. Every later boundary lies `index` intervals after the anchor's local
    date, month ends clamped, where that day begins in the zone.
    Raises ValueError for a negative index or a naive anchor; OverflowError or ValueError beyond the year 9999.
    """
    return Period(_boundary(anchor, interval, index, zone), _boundary(anchor, interval, index + 1, zone))


@lru_cache(maxsize=4096)  # as many ask for the same month as there are customers
def containing(anchor: datetime, origin: ZoneInfo, interval: Interval, instant: datetime, zone: ZoneInfo) -> Period:
    """Give the period that contains an instant, or the first where that comes later.

    The anchor is the one of its date in the zone where it was set, `origin`. Raises ValueError for a naive datetime.
    """
    anchor = anchor_in(anchor, origin, zone)
    return period(anchor, interval, index_at(anchor, interval, max(_utc(instant), anchor), zone), zone)


def calendar_anchor(instant: datetime, interval: Interval, zone: ZoneInfo) -> datetime:
    """Give the last boundary of the calendar at or before an instant: an anchor from which periods follow the calendar.

    Days begin at midnight, weeks on Monday, months on the first, years on 1 January; months that divide a year begin
    with it, so that three of them are a quarter. Raises ValueError for a naive instant.
    """
    day = local_date(_utc(instant), zone)
    if interval.unit is IntervalUnit.WEEK:
        day -= timedelta(days=day.weekday())
    elif interval.unit is IntervalUnit.YEAR:
        day = day.replace(month=1, day=1)
    elif interval.unit is IntervalUnit.MONTH:
        into = (day.month - 1) % interval.count if _YEAR % interval.count == 0 else 0
        day = day.replace(month=day.month - into, day=1)
    return day_start(day, zone)


def anchor_in(anchor: datetime, origin: ZoneInfo, zone: ZoneInfo) -> datetime:
    """Give the anchor by which a zone counts the periods that began in another one: that of the same date.

    An anchor whose date both calendars show stays the instant it is. Raises ValueError for a naive anchor.
    """
    day = local_date(_utc(anchor), origin)
    return _utc(anchor) if local_date(_utc(anchor), zone) == day else day_start(day, zone)


def index_at(anchor: datetime, interval: Interval, instant: datetime, zone: ZoneInfo) -> int:
    """Give the index of the period that contains an instant.

    Raises ValueError for an instant before the anchor and for naive datetimes.
    """
    anchor, instant = _utc(anchor), _utc(instant)
    if instant < anchor:
        raise ValueError("the instant lies before the first period")
    index = _estimate(local_date(anchor, zone), interval, local_date(instant, zone))
    # The estimate counts calendar units; a clamped month end, a midnight shown twice or a day skipped moves it by one.
    while index > 0 and _boundary(anchor, interval, index, zone) > instant:
        index -= 1
    while _boundary(anchor, interval, index + 1, zone) <= instant:
        index += 1
    return index


def share(part: Period, full: Period, zone: ZoneInfo) -> Fraction:
    """Give the fraction of a full span that a part of it lasts, measured on the zone's wall clock.

    Turning the clocks never shows and whole days are exact fractions: 10 days of April are 1/3.
    Raises ValueError for a part that isn't within the full span.
    """
    if part.starts_at < full.starts_at or part.ends_at > full.ends_at:
        raise ValueError("the part must lie within the full span")
    shown, of = _shown(part, zone), _shown(full, zone)
    if of == timedelta(0):
        # The wall clock stood still for all of it, as in the last minutes of a day whose clock was turned back.
        shown, of = part.ends_at - part.starts_at, full.ends_at - full.starts_at
    return Fraction(shown // _MICROSECOND, of // _MICROSECOND)


def days(span: Period, zone: ZoneInfo) -> Fraction:
    """Give how many days a span lasts on the zone's wall clock."""
    return Fraction(_shown(span, zone) // _MICROSECOND, _DAY // _MICROSECOND)


def _boundary(anchor: datetime, interval: Interval, index: int, zone: ZoneInfo) -> datetime:
    if index < 0:
        raise ValueError("periods are counted from zero")
    anchor = _utc(anchor)
    if index == 0:
        return anchor
    first = local_date(anchor, zone)
    if interval.unit in _MONTHS:
        return _months_after(first, index * interval.count * _MONTHS[interval.unit], zone)
    days = index * interval.count * _DAYS[interval.unit]
    boundary = day_start(first + timedelta(days=days), zone)
    if days == index:
        return _without_skipped_days(anchor, first, boundary, index, zone)
    return boundary


@lru_cache(maxsize=4096)  # thousands of subscriptions meet at the same few midnights
def _months_after(first: date, months: int, zone: ZoneInfo) -> datetime:
    return day_start(first + relativedelta(months=months), zone)


def _without_skipped_days(anchor: datetime, first: date, boundary: datetime, index: int, zone: ZoneInfo) -> datetime:
    """Step over days that the zone left out, as Samoa did with 30 December 2011: no period can last such a day.

    A skipped day shows as an offset from UTC that grew by about a day since the anchor.
    """
    offsets = boundary.astimezone(zone).utcoffset(), anchor.astimezone(zone).utcoffset()
    grown = (offsets[0] or timedelta()) - (offsets[1] or timedelta())
    skipped = (grown + _DAY / 2) // _DAY
    return day_start(first + timedelta(days=index + skipped), zone) if skipped > 0 else boundary


def _estimate(first: date, interval: Interval, day: date) -> int:
    if interval.unit in _MONTHS:
        months = (day.year - first.year) * 12 + day.month - first.month
        return months // (interval.count * _MONTHS[interval.unit])
    return (day - first).days // (interval.count * _DAYS[interval.unit])


def _shown(span: Period, zone: ZoneInfo) -> timedelta:
    """Give how far the wall clock moved on over a span."""
    return wall_time(span.ends_at, zone) - wall_time(span.starts_at, zone)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is UTC:  # as all that is stored is
        return instant
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)
