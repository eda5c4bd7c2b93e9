"""Rows as CSV, for programs and spreadsheets alike: UTF-8, numbers and instants plain, and no text a formula."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from apps.rating.numbers import plain

MARK = b"\xef\xbb\xbf"  # tells spreadsheets that this is UTF-8
MEDIA_TYPE = "text/csv; charset=utf-8"
FORMULA = ("=", "+", "-", "@")
PASSED_OVER = ("\t", "\r", "\n")  # by some spreadsheets, before they look for a formula


class Figure(str):
    """An amount as it is to stand, with all decimals of its currency: a number, however it is written."""

    __slots__ = ()

    @classmethod
    def of(cls, amount: Decimal) -> "Figure":
        """Write an exact amount with the decimals that it has."""
        return cls(f"{amount:f}")


Cell = str | int | Decimal | date | datetime | None


def written(rows: Iterable[Sequence[Cell]], *, mark: bool = True) -> Iterator[bytes]:
    """Yield a file of these rows, a row at a time, so that it may be of any length.

    Texts are made harmless; a number that comes as one is not touched. Instants keep their offset. Without its mark it
    is for programs alone.
    """
    if mark:
        yield MARK
    line = StringIO(newline="")
    writer = csv.writer(line)
    for row in rows:
        writer.writerow([_told(cell) for cell in row])
        yield line.getvalue().encode("utf-8", "backslashreplace")
        line.seek(0)
        line.truncate()


def harmless(text: str) -> str:
    """Keep a text from being a formula in a spreadsheet, also in full width and after spaces (OWASP, CSV injection).

    Where commas are decimal, spreadsheets cut at semicolons: what follows one is made harmless too.
    """
    return ";".join(f"'{part}" if _is_formula(part) else part for part in text.split(";"))


def _is_formula(text: str) -> bool:
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return text.startswith(PASSED_OVER) or first.startswith(FORMULA)


def _told(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell if isinstance(cell, Figure) else harmless(cell)
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
