"""Rows as CSV: numbers as they are, and no text that a spreadsheet would run."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import spreadsheets


def read(*rows: spreadsheets.Cell) -> list[str]:
    text = b"".join(spreadsheets.written([rows])).decode("utf-8-sig")
    (found,) = csv.reader(text.splitlines(keepends=True))
    return found


def test_numbers_and_instants_are_plain() -> None:
    cells = (3, Decimal("-1500.50"), datetime(2026, 9, 1, 12, tzinfo=UTC), date(2026, 9, 1), None, "a, b")
    assert read(*cells) == ["3", "-1500.5", "2026-09-01T12:00:00+00:00", "2026-09-01", "", "a, b"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠sum", "﹦1", " =1", "\xa0=1"],
)
def test_no_text_is_a_formula(text: str) -> None:
    assert read(text) == [f"'{text}"]


def test_nor_is_what_follows_a_semicolon() -> None:
    assert read("a;=1+1; ＋1;b;c-d") == ["a;'=1+1;' ＋1;b;c-d"]


@pytest.mark.parametrize("text", ["", " ", "Fabrikam", "INV-0001", "a=b", "'=1", "1 - 2", "日本"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert spreadsheets.harmless(text) == text


@pytest.mark.parametrize("amount", ["-30.00", "0.00", "-0.005", "1380.00", "-9223372036854775807"])
def test_amounts_keep_their_decimals_and_stay_numbers(amount: str) -> None:
    assert read(spreadsheets.Figure.of(Decimal(amount))) == [amount]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_whatever_is_written_is_read_back_but_for_the_apostrophe(texts: list[str]) -> None:
    content = b"".join(spreadsheets.written([texts, texts], mark=False)).decode()
    assert list(csv.reader(StringIO(content, newline=""))) == [[spreadsheets.harmless(text) for text in texts]] * 2


def test_half_of_a_letter_is_written_too() -> None:
    assert read("\ud83d") == ["\\ud83d"]


def test_a_file_without_end_is_written_row_by_row() -> None:
    first = list(islice(spreadsheets.written(repeat(["a"])), 3))
    assert first == [spreadsheets.MARK, b"a\r\n", b"a\r\n"]
