from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.periods import Interval, IntervalUnit, Period, anchor_in, containing, index_at, period

MONTHLY = Interval(IntervalUnit.MONTH)
DAILY = Interval(IntervalUnit.DAY)
WEEKLY = Interval(IntervalUnit.WEEK)
UTC_ZONE = ZoneInfo("UTC")
ZONES = ["UTC", "America/New_York", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia",
         "America/Sao_Paulo", "Asia/Beirut", "America/St_Johns", "Atlantic/Azores", "America/Havana"]  # fmt: skip


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def ends(anchor: str, interval: Interval, zone: str, count: int) -> list[str]:
    """Give where the first periods of a chain end, on the zone's clock."""
    start, place = local(anchor, zone), ZoneInfo(zone)
    return [
        period(start, interval, index, place).ends_at.astimezone(place).isoformat(timespec="minutes")
        for index in range(count)
    ]


def test_a_month_runs_from_its_start_to_the_same_day_of_the_next() -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    assert period(start, MONTHLY, 0, UTC_ZONE) == Period(start, datetime(2026, 12, 1, tzinfo=UTC))
    assert period(start, MONTHLY, 2, UTC_ZONE).ends_at == datetime(2027, 2, 1, tzinfo=UTC)


def test_the_first_period_starts_at_the_start_instant_and_the_others_at_local_midnight() -> None:
    start = local("2026-03-10T14:30", "Europe/Paris")
    first, second = (period(start, MONTHLY, index, ZoneInfo("Europe/Paris")) for index in (0, 1))
    assert first == Period(start, local("2026-04-10T00:00", "Europe/Paris"))
    assert second.starts_at == first.ends_at == datetime(2026, 4, 9, 22, tzinfo=UTC)
    assert second.starts_at.tzinfo is UTC


def test_the_local_date_of_the_anchor_counts_not_its_utc_date() -> None:
    assert ends("2026-01-31T23:30", MONTHLY, "America/New_York", 2) == [
        "2026-02-28T00:00-05:00",
        "2026-03-31T00:00-04:00",
    ]
    assert ends("2026-02-01T03:00", MONTHLY, "Asia/Kolkata", 1) == ["2026-03-01T00:00+05:30"]


@pytest.mark.parametrize(
    ("anchor", "dates"),
    [
        ("2024-01-31", ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]),
        ("2023-01-31", ["2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"]),
        ("2024-01-30", ["2024-02-29", "2024-03-30", "2024-04-30", "2024-05-30"]),
        ("2023-01-30", ["2023-02-28", "2023-03-30", "2023-04-30", "2023-05-30"]),
        ("2024-01-29", ["2024-02-29", "2024-03-29", "2024-04-29", "2024-05-29"]),
        ("2023-01-29", ["2023-02-28", "2023-03-29", "2023-04-29", "2023-05-29"]),
        ("2023-11-30", ["2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30"]),
    ],
)
def test_month_ends_are_clamped_each_time_and_never_drift(anchor: str, dates: list[str]) -> None:
    assert [end[:10] for end in ends(anchor, MONTHLY, "Europe/Paris", 4)] == dates


@pytest.mark.parametrize(
    ("anchor", "interval", "dates"),
    [
        ("2024-02-29", Interval(IntervalUnit.YEAR), ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("2025-11-30", Interval(IntervalUnit.MONTH, 3), ["2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30"]),
        ("2026-01-01", Interval(IntervalUnit.WEEK, 2), ["2026-01-15", "2026-01-29", "2026-02-12", "2026-02-26"]),
        ("2026-02-27", DAILY, ["2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"]),
        ("2026-02-27", Interval(IntervalUnit.DAY, 30), ["2026-03-29", "2026-04-28", "2026-05-28", "2026-06-27"]),
    ],
)
def test_other_intervals(anchor: str, interval: Interval, dates: list[str]) -> None:
    assert [end[:10] for end in ends(anchor, interval, "America/New_York", 4)] == dates


@pytest.mark.parametrize(
    ("zone", "anchor", "interval", "expected"),
    [
        # Clocks go forward and back by day: midnight stays midnight.
        ("America/New_York", "2026-02-08", MONTHLY, ["2026-03-08T00:00-05:00", "2026-04-08T00:00-04:00"]),
        ("America/New_York", "2026-10-01", MONTHLY, ["2026-11-01T00:00-04:00", "2026-12-01T00:00-05:00"]),
        ("Australia/Lord_Howe", "2026-03-05", MONTHLY, ["2026-04-05T00:00+11:00", "2026-05-05T00:00+10:30"]),
        # Midnight doesn't exist: the first valid instant of the day.
        ("America/Sao_Paulo", "2018-10-04", MONTHLY, ["2018-11-04T01:00-02:00", "2018-12-04T00:00-02:00"]),
        ("Asia/Beirut", "2026-02-28", DAILY, ["2026-03-01T00:00+02:00"]),
        ("Asia/Beirut", "2026-03-28", DAILY, ["2026-03-29T01:00+03:00", "2026-03-30T00:00+03:00"]),
        # The gap begins before midnight.
        ("America/Toronto", "1919-03-30", DAILY, ["1919-03-31T00:30-04:00"]),
        # Midnight comes twice: the first of both.
        ("America/Havana", "2026-10-31", DAILY, ["2026-11-01T00:00-04:00", "2026-11-02T00:00-05:00"]),
        # The clock goes back from just after midnight: the day begins when it begins for good.
        ("America/St_Johns", "2010-11-06", DAILY, ["2010-11-07T00:00-03:30", "2010-11-08T00:00-03:30"]),
        # The day doesn't exist: monthly it begins with the next one, daily it is nobody's.
        ("Pacific/Apia", "2011-11-30", MONTHLY, ["2011-12-31T00:00+14:00", "2012-01-30T00:00+14:00"]),
        ("Pacific/Apia", "2011-12-28", DAILY, ["2011-12-29T00:00-10:00", "2011-12-31T00:00+14:00"]),
        ("Pacific/Apia", "2011-12-30", DAILY, ["2012-01-01T00:00+14:00"]),
        ("Pacific/Apia", "2011-12-16", WEEKLY, ["2011-12-23T00:00-10:00", "2011-12-31T00:00+14:00"]),
    ],
)  # fmt: skip
def test_boundaries_where_the_clock_is_turned(zone: str, anchor: str, interval: Interval, expected: list[str]) -> None:
    assert ends(anchor, interval, zone, len(expected)) == expected


def test_the_index_of_an_instant() -> None:
    start = datetime(2026, 1, 31, 12, tzinfo=UTC)
    february = datetime(2026, 2, 28, tzinfo=UTC)
    assert index_at(start, MONTHLY, start, UTC_ZONE) == 0
    assert index_at(start, MONTHLY, february - timedelta(microseconds=1), UTC_ZONE) == 0
    assert index_at(start, MONTHLY, february, UTC_ZONE) == 1
    assert index_at(start, MONTHLY, datetime(2126, 1, 31, tzinfo=UTC), UTC_ZONE) == 1200
    with pytest.raises(ValueError, match="before the first"):
        index_at(start, MONTHLY, start - timedelta(microseconds=1), UTC_ZONE)


def test_a_period_holds_its_start_and_not_its_end() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    assert start in Period(start, end)
    assert end not in Period(start, end)


def test_nonsense_is_refused() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="after it starts"):
        Period(start, start)
    with pytest.raises(ValueError, match="time zone"):
        Period(datetime(2026, 1, 1), start)
    with pytest.raises(ValueError, match="time zone"):
        period(datetime(2026, 1, 1), MONTHLY, 0, UTC_ZONE)
    with pytest.raises(ValueError, match="time zone"):
        index_at(start, MONTHLY, datetime(2026, 1, 1), UTC_ZONE)
    with pytest.raises(ValueError, match="from zero"):
        period(start, MONTHLY, -1, UTC_ZONE)
    with pytest.raises(ValueError, match="at least one"):
        Interval(IntervalUnit.DAY, 0)
    with pytest.raises(ValueError, match="fortnight"):
        Interval("fortnight")  # type: ignore[arg-type]


zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(1995, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))
intervals = st.builds(Interval, st.sampled_from(IntervalUnit), st.integers(1, 5))


@given(anchor=instants, interval=intervals, index=st.integers(0, 400), zone=zones)
def test_periods_tile_time_and_know_their_index(
    anchor: datetime, interval: Interval, index: int, zone: ZoneInfo
) -> None:
    this, following = (period(anchor, interval, i, zone) for i in (index, index + 1))
    assert this.ends_at == following.starts_at
    assert index_at(anchor, interval, this.starts_at, zone) == index
    assert index_at(anchor, interval, this.ends_at - timedelta(microseconds=1), zone) == index
    assert index_at(anchor, interval, this.ends_at, zone) == index + 1


@given(anchor=instants, interval=intervals, later=st.timedeltas(timedelta(0), timedelta(days=4000)), zone=zones)
def test_every_instant_lies_in_the_period_of_its_index(
    anchor: datetime, interval: Interval, later: timedelta, zone: ZoneInfo
) -> None:
    instant = anchor + later
    assert instant in period(anchor, interval, index_at(anchor, interval, instant, zone), zone)


turnings = st.sampled_from(
    [
        ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Kwajalein", datetime(1969, 9, 30, 13, tzinfo=UTC)),
        ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2018, 2, 18, 2, tzinfo=UTC)),
        ("America/Toronto", datetime(1919, 3, 31, 4, 30, tzinfo=UTC)),
        ("America/Havana", datetime(2026, 11, 1, 5, tzinfo=UTC)),
    ]
)


@given(
    turning=turnings,
    minutes=st.integers(-180, 180) | st.integers(-60 * 24 * 40, 60),
    index=st.integers(0, 3) | st.integers(0, 50),
    interval=st.builds(Interval, st.sampled_from(IntervalUnit), st.integers(1, 3)),
)
def test_no_turning_of_the_clock_breaks_a_chain(
    turning: tuple[str, datetime], minutes: int, index: int, interval: Interval
) -> None:
    zone, anchor = ZoneInfo(turning[0]), turning[1] + timedelta(minutes=minutes)
    this = period(anchor, interval, index, zone)
    assert index_at(anchor, interval, this.starts_at, zone) == index
    assert index_at(anchor, interval, this.ends_at, zone) == index + 1


@pytest.mark.parametrize(
    ("anchor", "origin", "zone", "expected"),
    [
        ("2026-09-01T00:00", "UTC", "America/New_York", "2026-09-01T00:00-04:00"),
        ("2026-09-01T00:00", "UTC", "Europe/Paris", "2026-09-01T02:00+02:00"),
        ("2026-09-01T14:30", "Europe/Paris", "America/New_York", "2026-09-01T08:30-04:00"),
        ("2026-09-01T00:00", "America/New_York", "UTC", "2026-09-01T04:00+00:00"),
        ("2026-09-01T23:30", "America/New_York", "UTC", "2026-09-01T00:00+00:00"),
        ("2026-01-31T00:00", "Pacific/Apia", "UTC", "2026-01-31T00:00+00:00"),
    ],
)
def test_an_anchor_keeps_its_date_in_another_zone(anchor: str, origin: str, zone: str, expected: str) -> None:
    moved = anchor_in(local(anchor, origin), ZoneInfo(origin), ZoneInfo(zone))
    assert moved.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes") == expected


def test_the_period_that_contains_an_instant_is_counted_from_the_date_on_which_the_anchor_was_set() -> None:
    anchor, origin, zone = local("2026-01-31", "America/New_York"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
    instant = local("2026-03-15", "Asia/Tokyo")
    whole = period(local("2026-01-31", "Asia/Tokyo"), MONTHLY, 1, zone)
    assert containing(anchor, origin, MONTHLY, instant, zone) == whole
    assert instant in whole


def test_before_the_anchor_it_is_the_first_period() -> None:
    anchor = local("2026-01-31", "UTC")
    before = local("2026-01-05", "UTC")
    assert containing(anchor, UTC_ZONE, MONTHLY, before, UTC_ZONE) == period(anchor, MONTHLY, 0, UTC_ZONE)
