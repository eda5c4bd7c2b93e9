"""Instants of many rows are read as Django reads them, however often they come."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection

from apps.core.postgresql.base import MOST_KNOWN, InstantLoader

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
SOME = """
SELECT '2026-09-01 00:00:00.25+00'::timestamptz + (n % {each}) * interval '1 hour' FROM generate_series(0, {last}) n
"""

pytestmark = pytest.mark.django_db


def asked(statement: str) -> list[datetime]:
    """Return the one column that a statement asks for."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [value for (value,) in cursor.fetchall()]


def test_instants_that_repeat_are_the_same_in_utc() -> None:
    found = asked(SOME.format(each=3, last=8))
    quarter = FIRST + timedelta(milliseconds=250)
    assert found == [quarter + timedelta(hours=number % 3) for number in range(9)]
    assert {value.tzinfo for value in found} == {UTC}
    assert found[0] is found[3]


def test_more_than_are_remembered_are_read_all_the_same() -> None:
    found = asked(SOME.format(each=MOST_KNOWN + 50, last=MOST_KNOWN + 49))
    assert len(set(found)) == MOST_KNOWN + 50
    assert found[-1] - found[0] == timedelta(hours=MOST_KNOWN + 49)


def test_what_no_datetime_can_hold_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(DataError):
            asked("SELECT 'infinity'::timestamptz")


def test_what_is_remembered_ends_with_the_cursor() -> None:
    one, other = InstantLoader(1184), InstantLoader(1184)
    assert one.load(b"2026-09-01 00:00:00+00") == other.load(b"2026-09-01 00:00:00+00") == FIRST
    assert one.load(b"2026-09-01 00:00:00+00") is not other.load(b"2026-09-01 00:00:00+00")
