"""Rows as CSV, for programs and spreadsheets alike: UTF-8, numbers and instants plain, and no text a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from apps.rating.numbers import plain

MARK = b"\xef\xbb\xbf"  # tells spreadsheets that this is UTF-8
MEDIA_TYPE = "text/csv; charset=utf-8"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | Decimal | date | datetime | None


def written(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a file of these rows, a row at a time, so that it may be of any length.

    Texts are made harmless; a number that comes as one is not touched. Instants keep their offset.
    """
    yield MARK
    line = StringIO(newline="")
    writer = csv.writer(line)
    for row in rows:
        writer.writerow([_told(cell) for cell in row])
        yield line.getvalue().encode("utf-8", "backslashreplace")
        line.seek(0)
        line.truncate()


def harmless(text: str) -> str:
    """Keep a text from being a formula in a spreadsheet."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _told(cell: Cell) -> str:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
