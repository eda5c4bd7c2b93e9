"""Rows as CSV: numbers as they are, and no text that a spreadsheet would run."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice, repeat

import pytest

from apps.core import spreadsheets


def read(*rows: spreadsheets.Cell) -> list[str]:
    text = b"".join(spreadsheets.written([rows])).decode("utf-8-sig")
    (found,) = csv.reader(text.splitlines(keepends=True))
    return found


def test_numbers_and_instants_are_plain() -> None:
    cells = (3, Decimal("-1500.50"), datetime(2026, 9, 1, 12, tzinfo=UTC), date(2026, 9, 1), None, "a, b")
    assert read(*cells) == ["3", "-1500.5", "2026-09-01T12:00:00+00:00", "2026-09-01", "", "a, b"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1"])
def test_no_text_is_a_formula(text: str) -> None:
    assert read(text) == [f"'{text}"]


def test_half_of_a_letter_is_written_too() -> None:
    assert read("\ud83d") == ["\\ud83d"]


def test_a_file_without_end_is_written_row_by_row() -> None:
    first = list(islice(spreadsheets.written(repeat(["a"])), 3))
    assert first == [spreadsheets.MARK, b"a\r\n", b"a\r\n"]
