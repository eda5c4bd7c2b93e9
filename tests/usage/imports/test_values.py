"""Dates and amounts: what is plain is read, what could mean two things is not."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.usage.imports.values import BadValue, Dates, read_amount


@pytest.mark.parametrize(
    ("locale", "text", "read"),
    [
        ("en_US", "2026-11-03", date(2026, 11, 3)),
        ("en_US", "11/3/2026", date(2026, 11, 3)),
        ("en_GB", "03/11/2026", date(2026, 11, 3)),
        ("de_DE", "3.11.2026", date(2026, 11, 3)),
        ("fr_FR", "03/11/2026", date(2026, 11, 3)),
        ("ja_JP", "2026/11/03", date(2026, 11, 3)),
        ("nl_NL", "03-11-2026", date(2026, 11, 3)),
        ("en_US", "2026-11-03T14:30:00Z", datetime(2026, 11, 3, 14, 30, tzinfo=UTC)),
        ("en_US", "2026-11-03 14:30+02:00", datetime(2026, 11, 3, 12, 30, tzinfo=UTC)),
        ("nonsense", "2026-11-03T14:30:00.25-05:00", datetime(2026, 11, 3, 19, 30, 0, 250000, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_the_locale_writes_them(locale: str, text: str, read: date) -> None:
    found = Dates.of(locale).read(text)
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("locale", "text", "sentence"),
    [
        ("en_US", "3.11.2026", "could mean more than one day. Write it like 2026-11-20."),
        ("de_DE", "03/11/2026", "could mean more than one day"),
        ("nonsense", "03/11/2026", "could mean more than one day"),
        ("en_US", "13/11/2026", "There is no such date, read as month, day, year."),
        ("en_GB", "11/13/2026", "There is no such date, read as day, month, year."),
        ("en_US", "11/3/26", "Write the year with four digits, such as 11/20/2026 or 2026-11-20."),
        ("en_US", "2026-02-30", "There is no such date."),
        ("en_US", "1492-10-12", "There is no such date."),
        ("en_US", "0000-10-12", "There is no such date."),
        ("en_US", "2026-11-03T25:00Z", "There is no such date."),
        ("en_US", "2026-11-03T14:30", "lacks its offset from UTC"),
        ("en_US", "3 Nov 2026", "This is not a date."),
        ("en_US", "46329", "This is not a date."),
        ("en_US", "２０２６-11-03", "This is not a date."),
    ],
)
def test_what_is_no_plain_date_says_how_to_write_it(locale: str, text: str, sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence):
        Dates.of(locale).read(text)


@pytest.mark.parametrize(("text", "amount"), [("1", "1"), ("0.001", "0.001"), ("-2.50", "-2.5"), ("007", "7")])
def test_amounts(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1,000", "1,5", "1 000", "1'000", "1\u202f000", "1_000"])
def test_thousands_separators_are_refused_in_words(text: str) -> None:
    with pytest.raises(BadValue, match="without thousands separators"):
        read_amount(text)


@pytest.mark.parametrize("text", ["NaN", "1e3", "+1", "1.", ".5", "٣", "=1", "$5", "9" * 16, "0.0000000000001"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="number"):
        read_amount(text)
