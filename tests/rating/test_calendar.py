"""Days and hours of a span, as the clock on the wall shows them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.calendar import day_starts, hour_starts
from apps.rating.wallclock import day_start, local_date

BERLIN, LORD_HOWE, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"]
SPANS = st.tuples(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=40)),
    st.sampled_from(ZONES).map(ZoneInfo),
)


def hours_between(starts: list[datetime]) -> list[float]:
    return [(later - earlier) / timedelta(hours=1) for earlier, later in pairwise(starts)]


def test_the_days_of_a_month() -> None:
    starts = list(day_starts(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), ZoneInfo("UTC")))
    assert len(starts) == 30
    assert starts[0] == datetime(2026, 11, 1, tzinfo=UTC)
    assert starts[-1] == datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (10, 25, 25), (6, 1, 24)])
def test_the_day_on_which_the_clocks_turn(month: int, day: int, hours: int) -> None:
    starts_at, ends_at = (day_start(date(2026, month, day + more), BERLIN) for more in (0, 1))
    (start,) = day_starts(starts_at, ends_at, BERLIN)
    assert start == starts_at
    assert (ends_at - starts_at) == timedelta(hours=hours)
    assert len(list(hour_starts(starts_at, ends_at, BERLIN))) == hours


def test_a_day_that_a_zone_left_out_does_not_come() -> None:
    starts_at, ends_at = day_start(date(2011, 12, 29), APIA), day_start(date(2012, 1, 1), APIA)
    assert [local_date(start, APIA).day for start in day_starts(starts_at, ends_at, APIA)] == [29, 31]


def test_a_span_that_begins_in_the_middle() -> None:
    starts_at, ends_at = datetime(2026, 11, 1, 10, 20, tzinfo=UTC), datetime(2026, 11, 3, 0, 30, tzinfo=UTC)
    days = list(day_starts(starts_at, ends_at, BERLIN))
    assert [(start.day, start.hour, start.minute) for start in days] == [(1, 10, 20), (1, 23, 0), (2, 23, 0)]
    hours = list(hour_starts(starts_at, starts_at + timedelta(hours=2), ZoneInfo("Asia/Kolkata")))
    assert [(start.hour, start.minute) for start in hours] == [(10, 20), (10, 30), (11, 30)]


def test_hours_fit_the_clock_again_where_it_turns_by_half_an_hour() -> None:
    turning = datetime(2026, 4, 4, 15, tzinfo=UTC)  # at 2 o'clock, an hour before it is put back to 1:30
    starts = list(hour_starts(turning - timedelta(hours=2), turning + timedelta(hours=3), LORD_HOWE))
    assert {start.astimezone(LORD_HOWE).minute for start in starts} == {0, 30}
    assert hours_between(starts).count(0.5) == 1


@given(SPANS)
def test_days_and_hours_tile_the_span(span: tuple[datetime, timedelta, ZoneInfo]) -> None:
    starts_at, length, zone = span
    for starts in (day_starts, hour_starts):
        found = list(starts(starts_at, starts_at + length, zone))
        assert found[0] == starts_at
        assert all(earlier < later for earlier, later in pairwise(found))
        assert found[-1] < starts_at + length
    days = list(day_starts(starts_at, starts_at + length, zone))
    assert [local_date(start, zone) for start in days] == sorted({local_date(start, zone) for start in days})
    assert set(days) <= set(hour_starts(starts_at, starts_at + length, zone)) | {days[0]}
