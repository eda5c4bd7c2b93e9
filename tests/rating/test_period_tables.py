"""Where periods end, written out by hand: month ends, every interval, both alignments, six zones."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.periods import Interval, IntervalUnit, Period, calendar_anchor, index_at, period, share

DAY, WEEK, MONTH, YEAR = (IntervalUnit(unit) for unit in ("day", "week", "month", "year"))
ZONES = ["UTC", "America/New_York", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shown(instant: datetime, zone: str) -> str:
    """Write an instant as the zone's clock shows it: the day, and the time where it is not midnight."""
    at = instant.astimezone(ZoneInfo(zone))
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute) == (0, 0) else f"{at:%Y-%m-%dT%H:%M}"


def ends(anchor: datetime, interval: Interval, zone: str, count: int) -> str:
    """Write where the first periods of a chain end."""
    place = ZoneInfo(zone)
    return " ".join(shown(period(anchor, interval, index, place).ends_at, zone) for index in range(count))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("anchor", "interval", "expected"),
    [
        # 2027 and 2028 follow each other: a February of 28 days, then a leap year's.
        ("2026-12-29", (MONTH, 1), "2027-01-29 2027-02-28 2027-03-29 2027-04-29"),
        ("2026-12-30", (MONTH, 1), "2027-01-30 2027-02-28 2027-03-30 2027-04-30"),
        ("2026-12-31", (MONTH, 1), "2027-01-31 2027-02-28 2027-03-31 2027-04-30"),
        ("2027-12-29", (MONTH, 1), "2028-01-29 2028-02-29 2028-03-29 2028-04-29"),
        ("2027-12-30", (MONTH, 1), "2028-01-30 2028-02-29 2028-03-30 2028-04-30"),
        ("2027-12-31", (MONTH, 1), "2028-01-31 2028-02-29 2028-03-31 2028-04-30"),
        ("2027-08-31", (MONTH, 2), "2027-10-31 2027-12-31 2028-02-29 2028-04-30"),
        ("2027-08-31", (MONTH, 3), "2027-11-30 2028-02-29 2028-05-31 2028-08-31"),
        ("2027-08-29", (MONTH, 6), "2028-02-29 2028-08-29 2029-02-28 2029-08-29"),
        ("2027-01-31", (MONTH, 5), "2027-06-30 2027-11-30 2028-04-30 2028-09-30"),
        ("2027-01-31", (MONTH, 13), "2028-02-29 2029-03-31 2030-04-30 2031-05-31"),
        ("2028-02-29", (YEAR, 1), "2029-02-28 2030-02-28 2031-02-28 2032-02-29"),
        ("2028-02-29", (YEAR, 2), "2030-02-28 2032-02-29 2034-02-28 2036-02-29"),
        ("2027-02-28", (YEAR, 1), "2028-02-28 2029-02-28 2030-02-28 2031-02-28"),
        ("2027-03-31", (YEAR, 3), "2030-03-31 2033-03-31 2036-03-31 2039-03-31"),
        ("2028-02-28", (DAY, 1), "2028-02-29 2028-03-01 2028-03-02 2028-03-03"),
        ("2028-02-28", (DAY, 2), "2028-03-01 2028-03-03 2028-03-05 2028-03-07"),
        ("2027-02-24", (WEEK, 1), "2027-03-03 2027-03-10 2027-03-17 2027-03-24"),
        ("2028-02-28", (WEEK, 4), "2028-03-27 2028-04-24 2028-05-22 2028-06-19"),
    ],
)
def test_periods_end_at_the_same_days_in_every_zone(
    zone: str, anchor: str, interval: tuple[IntervalUnit, int], expected: str
) -> None:
    for time in ("T00:00", "T17:45"):
        assert ends(local(anchor + time, zone), Interval(*interval), zone, 4) == expected


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("instant", "interval", "begins", "expected"),
    [
        ("2028-02-29", (MONTH, 1), "2028-02-01", "2028-03-01 2028-04-01 2028-05-01"),
        ("2027-03-01", (MONTH, 1), "2027-03-01", "2027-04-01 2027-05-01 2027-06-01"),
        ("2027-12-31", (MONTH, 1), "2027-12-01", "2028-01-01 2028-02-01 2028-03-01"),
        ("2027-02-28", (MONTH, 2), "2027-01-01", "2027-03-01 2027-05-01 2027-07-01"),
        ("2027-06-30", (MONTH, 3), "2027-04-01", "2027-07-01 2027-10-01 2028-01-01"),  # quarters
        ("2027-10-01", (MONTH, 3), "2027-10-01", "2028-01-01 2028-04-01 2028-07-01"),
        ("2027-12-31", (MONTH, 4), "2027-09-01", "2028-01-01 2028-05-01 2028-09-01"),
        ("2027-06-30", (MONTH, 6), "2027-01-01", "2027-07-01 2028-01-01 2028-07-01"),  # half-years
        ("2027-11-05", (MONTH, 12), "2027-01-01", "2028-01-01 2029-01-01 2030-01-01"),
        ("2027-11-05", (MONTH, 5), "2027-11-01", "2028-04-01 2028-09-01 2029-02-01"),  # no part of a year: the month
        ("2027-11-05", (MONTH, 24), "2027-11-01", "2029-11-01 2031-11-01 2033-11-01"),
        ("2028-12-31", (YEAR, 1), "2028-01-01", "2029-01-01 2030-01-01 2031-01-01"),
        ("2028-02-29", (YEAR, 2), "2028-01-01", "2030-01-01 2032-01-01 2034-01-01"),
        ("2028-02-29", (WEEK, 1), "2028-02-28", "2028-03-06 2028-03-13 2028-03-20"),  # a Tuesday, from its Monday
        ("2028-01-02", (WEEK, 1), "2027-12-27", "2028-01-03 2028-01-10 2028-01-17"),  # a Sunday, over the new year
        ("2028-02-28", (WEEK, 2), "2028-02-28", "2028-03-13 2028-03-27 2028-04-10"),
        ("2028-02-29", (DAY, 1), "2028-02-29", "2028-03-01 2028-03-02 2028-03-03"),
        ("2028-02-29", (DAY, 10), "2028-02-29", "2028-03-10 2028-03-20 2028-03-30"),
    ],
)
def test_the_calendar_gives_the_same_days_in_every_zone(
    zone: str, instant: str, interval: tuple[IntervalUnit, int], begins: str, expected: str
) -> None:
    for time in ("T00:00", "T23:30"):
        anchor = calendar_anchor(local(instant + time, zone), Interval(*interval), ZoneInfo(zone))
        assert shown(anchor, zone) == begins
        assert ends(anchor, Interval(*interval), zone, 3) == expected


@pytest.mark.parametrize(
    ("zone", "instant", "interval", "begins"),
    [
        # The date that counts is the zone's: it is another one in UTC.
        ("America/New_York", "2027-01-31T23:30", (MONTH, 1), "2027-01-01T05:00"),
        ("Asia/Kolkata", "2027-02-01T03:00", (MONTH, 1), "2027-01-31T18:30"),
        ("Pacific/Apia", "2027-03-01T09:00", (MONTH, 3), "2026-12-31T11:00"),
        # On the other side of a turning of the clock.
        ("America/New_York", "2027-03-20T12:00", (MONTH, 1), "2027-03-01T05:00"),
        ("Europe/Paris", "2027-06-30T12:00", (YEAR, 1), "2026-12-31T23:00"),
        ("Europe/Paris", "2027-03-28T12:00", (WEEK, 1), "2027-03-21T23:00"),
        ("Australia/Lord_Howe", "2027-04-20T12:00", (MONTH, 1), "2027-03-31T13:00"),
        # The month in which Samoa had no 30th, and the year that ended a day early.
        ("Pacific/Apia", "2011-12-31T00:00", (MONTH, 1), "2011-12-01T10:00"),
        ("Pacific/Apia", "2012-01-01T00:00", (YEAR, 1), "2011-12-31T10:00"),
        ("Pacific/Apia", "2011-12-31T12:00", (WEEK, 1), "2011-12-26T10:00"),
    ],
)
def test_the_calendars_boundary_as_an_instant_of_utc(
    zone: str, instant: str, interval: tuple[IntervalUnit, int], begins: str
) -> None:
    anchor = calendar_anchor(local(instant, zone), Interval(*interval), ZoneInfo(zone))
    assert anchor == datetime.fromisoformat(begins).replace(tzinfo=UTC)


@pytest.mark.parametrize("interval", [Interval(MONTH), Interval(WEEK), Interval(YEAR), Interval(DAY)])
def test_an_instant_without_a_zone_has_no_calendar(interval: Interval) -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar_anchor(datetime(2027, 1, 1), interval, ZoneInfo("UTC"))


@pytest.mark.parametrize("zone", ZONES)
def test_a_stub_of_whole_days_is_an_exact_fraction(zone: str) -> None:
    place = ZoneInfo(zone)
    start = local("2027-04-11T00:00", zone)
    whole = period(calendar_anchor(start, Interval(MONTH), place), Interval(MONTH), 0, place)
    assert share(Period(start, whole.ends_at), whole, place) == Fraction(20, 30)
    year = period(calendar_anchor(start, Interval(YEAR), place), Interval(YEAR), 0, place)
    assert share(Period(start, year.ends_at), year, place) == Fraction(265, 365)


zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(1995, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))
intervals = st.builds(Interval, st.sampled_from(IntervalUnit), st.integers(1, 25))


@given(start=instants, interval=intervals, zone=zones)
def test_the_last_boundary_of_the_calendar_lies_at_most_an_interval_back(
    start: datetime, interval: Interval, zone: ZoneInfo
) -> None:
    anchor = calendar_anchor(start, interval, zone)
    assert start in period(anchor, interval, 0, zone)
    assert calendar_anchor(anchor, interval, zone) == anchor


@given(start=instants, interval=intervals, zone=zones)
def test_the_stub_and_what_lies_before_it_are_exactly_one_whole(
    start: datetime, interval: Interval, zone: ZoneInfo
) -> None:
    whole = period(calendar_anchor(start, interval, zone), interval, 0, zone)
    stub = share(Period(start, whole.ends_at), whole, zone)
    before = share(Period(whole.starts_at, start), whole, zone) if start > whole.starts_at else Fraction(0)
    assert stub + before == 1
    assert 0 <= stub <= 1


@given(start=instants, interval=intervals, number=st.integers(0, 60), zone=zones)
def test_after_the_stub_periods_tile_and_know_their_index(
    start: datetime, interval: Interval, number: int, zone: ZoneInfo
) -> None:
    anchor = calendar_anchor(start, interval, zone)
    this, following = (period(anchor, interval, number + n, zone) for n in (0, 1))
    assert this.ends_at == following.starts_at
    for instant, index in ((this.starts_at, number), (this.ends_at - timedelta(microseconds=1), number)):
        assert index_at(anchor, interval, instant, zone) == index
    assert index_at(anchor, interval, this.ends_at, zone) == number + 1


@given(
    start=instants,
    interval=st.builds(Interval, st.sampled_from([MONTH, YEAR]), st.sampled_from([1, 2, 3, 4, 6, 12])),
    number=st.integers(0, 60),
    zone=zones,
)
def test_every_later_boundary_is_a_boundary_of_the_calendar_by_itself(
    start: datetime, interval: Interval, number: int, zone: ZoneInfo
) -> None:
    if interval.unit is YEAR:
        interval = Interval(YEAR)  # every second year has no calendar of its own
    end = period(calendar_anchor(start, interval, zone), interval, number, zone).ends_at
    assert calendar_anchor(end, interval, zone) == end
