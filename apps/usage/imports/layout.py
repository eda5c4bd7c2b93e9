"""Which column is what: told by a header in any order, or by the order itself where that is evident."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from apps.core.refusals import Refusal


class Field(StrEnum):
    """What a row may say."""

    CUSTOMER = "customer"
    TYPE = "type"
    DATE = "date"
    AMOUNT = "amount"
    NOTE = "note"
    KEY = "key"


ORDER = tuple(Field)
REQUIRED = ORDER[:4]
# The spellings of each column's name, the most telling first: of two columns for one thing, that one is read.
SPELLINGS: Mapping[Field, tuple[str, ...]] = {
    Field.CUSTOMER: (
        "customer id",
        "external id",
        "customer external id",
        "customer",
        "customer name",
        "client",
        "company",
        "customer email",
        "customer e mail",
        "email",
        "e mail",
        "billing email",
    ),
    Field.TYPE: ("type", "usage type", "add on", "addon", "metric", "item"),
    Field.DATE: ("date", "occurred at", "time", "timestamp", "day", "when"),
    Field.AMOUNT: ("amount", "quantity", "qty", "units"),
    Field.NOTE: ("note", "notes", "comment"),
    Field.KEY: ("key", "idempotency key"),
}
OURS = ("row", "reason")  # what a file of rejected rows carries beside
DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
WHAT_TO_WRITE = (
    "Begin with a header that names the columns customer, type, date, amount (and note, key), "
    "or keep to the order customer, type, date, amount, note."
)

_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?!\d).*")
_AMOUNT = re.compile(r"[+-]?\d[\d.,' ]*")


@dataclass(frozen=True)
class Layout:
    """How the cells of a row are told apart, and which of them is what.

    `names` are the columns as they are headed, or as they are taken to be; `said` is what was assumed, in sentences.
    """

    delimiter: str
    names: tuple[str, ...]
    columns: Mapping[Field, int]
    has_header: bool
    said: tuple[str, ...] = ()


def layout_of(head: str) -> Layout:
    """Tell the layout from the beginning of a text; raise Refusal where it cannot be told."""
    first = {delimiter: _first_row(head, delimiter) for delimiter in DELIMITERS}
    if not any(first.values()):
        raise Refusal("no_rows", f"There are no rows. {WHAT_TO_WRITE}", field="file")
    delimiter = max(first, key=lambda each: (len(_columns(first[each])), len(first[each])))
    cells = first[delimiter]
    if _is_row(cells):
        return _in_order(delimiter, cells)
    columns = _columns(cells)
    missing = [field for field in REQUIRED if field not in columns]
    if not columns:
        raise Refusal("no_header", f"The first row is neither a header nor usage. {WHAT_TO_WRITE}", field="file")
    if missing:
        named = " and for the ".join(missing)
        raise Refusal("columns_missing", f"The header has no column for the {named}. {WHAT_TO_WRITE}", field="file")
    return Layout(delimiter, tuple(cell.strip() for cell in cells), columns, True, _passed_over(cells, columns))


def _in_order(delimiter: str, cells: Sequence[str]) -> Layout:
    width = max(len(REQUIRED), min(len(cells), len(ORDER) - 1))
    columns = {field: place for place, field in enumerate(ORDER[:width])}
    said = f"There is no header, so the columns were taken as {', '.join(columns)}."
    return Layout(delimiter, tuple(columns), columns, False, (said,))


def _passed_over(cells: Sequence[str], columns: Mapping[Field, int]) -> tuple[str, ...]:
    read = {*columns.values()}
    others = [
        cell.strip()
        for place, cell in enumerate(cells)
        if place not in read and cell.strip() and _spelt(cell) not in OURS
    ]
    return (f"Not read: {', '.join(others)}.",) if others else ()


def _first_row(head: str, delimiter: str) -> list[str]:
    try:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        return next((cells for cells in rows if any(cell.strip() for cell in cells)), [])
    except csv.Error:
        return []


def _columns(cells: Sequence[str]) -> dict[Field, int]:
    """Return the place of each column that the cells name."""
    spelt = [_spelt(cell) for cell in cells]
    found = {}
    for field, spellings in SPELLINGS.items():
        spelling = next((each for each in spellings if each in spelt), None)
        if spelling is not None:
            found[field] = spelt.index(spelling)
    return found


def _spelt(cell: str) -> str:
    return " ".join(re.split(r"[\s_-]+", cell.strip().lower()))


def _is_row(cells: Sequence[str]) -> bool:
    """Say whether the cells are evidently usage in the usual order."""
    if len(cells) < len(REQUIRED):
        return False
    return bool(_DATE.fullmatch(cells[2].strip()) and _AMOUNT.fullmatch(cells[3].strip()))
