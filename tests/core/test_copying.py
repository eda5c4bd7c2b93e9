"""What is written for COPY is what PostgreSQL reads."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import TextChoices
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import json

from apps.core import copying

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.sampled_from(["\\N", "\\.", ""])
DOCUMENTS = st.recursive(
    st.booleans() | st.integers(-1000, 1000) | TEXTS, lambda one: st.lists(one) | st.dictionaries(TEXTS, one)
)
VALUES = (
    TEXTS,
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20),
    st.booleans(),
    st.datetimes(
        datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5))])
    ),
    st.dates(date(1900, 1, 1), date(2999, 1, 1)),
    DOCUMENTS,
)
ROWS = st.lists(st.tuples(*(st.none() | kind for kind in VALUES)), min_size=1, max_size=6)
SHARED = st.builds(lambda row, count: [row] * count, st.tuples(*VALUES), st.integers(2, 4))


class Kind(TextChoices):
    ONE = "one"
    OTHER = "other"


@pytest.fixture
def table(db: None) -> str:
    """An empty table with a column of each kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE copied (text text, number bigint, exact numeric, truth boolean, at timestamptz, "
            "day date, document jsonb) ON COMMIT DROP"
        )
    return "copied"


def copied(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Copy rows into the table, and read what is there."""
    *plain, documents = zip(*rows, strict=True)
    written = copying.rows_of([*map(copying.texts_of, plain), copying.documents_of(documents)])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM copied")
        with cursor.copy("COPY copied FROM STDIN") as copy:
            copy.write(written)
        cursor.execute("SELECT text, number, exact, truth, at, day, document FROM copied ORDER BY ctid")
        return [(*row[:-1], json.decode(row[-1]) if row[-1] is not None else None) for row in cursor]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS | SHARED)
@example(rows=[("\\N", 0, Decimal("1E+3"), True, datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), "a\tb")] * 2)
@example(
    rows=[("a\nb", None, None, None, None, None, None), (None, 1, Decimal("-0.10"), False, None, None, {"\\": "\n"})]
)
def test_what_is_copied_is_read_again(table: str, rows: list[tuple[Any, ...]]) -> None:
    assert copied(rows) == rows


def test_a_choice_is_its_value() -> None:
    assert copying.texts_of([Kind.ONE, Kind.OTHER]) == ["one", "other"]
    assert copying.texts_of([Kind.ONE, Kind.ONE]) == ["one", "one"]


def test_what_has_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="a float has no text"):
        copying.texts_of([1.5, 2.5])
