"""Write columns of Python values as the text format of PostgreSQL's COPY, a column at a time.

The driver writes a value at a time, which takes it twice as long where thousands of rows share most of their values.
Source of the format: PostgreSQL 18, COPY, "Text Format".
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import json

NOTHING = r"\N"
_SPECIAL = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ESCAPES = str.maketrans(_SPECIAL)


def rows_of(columns: Sequence[Sequence[str]]) -> str:
    """Join texts of columns to rows, each with its line's end."""
    return "".join([f"{row}\n" for row in map("\t".join, zip(*columns, strict=True))])


def texts_of(column: Sequence[Any]) -> Sequence[str]:
    """Write the values of a column, which are of one type, or None; a value that all rows share is written once.

    Texts, whole numbers, decimals, truth values, dates and instants. Raise TypeError for anything else.
    """
    first = column[0]
    if first is column[-1] and column.count(first) == len(column):
        return [_text_of(first)] * len(column)
    kind = type(next(value for value in column if value is not None))
    if issubclass(kind, str):
        return _escaped(column)
    if issubclass(kind, date):
        known = {value: _text_of(value) for value in set(column)}
        return [known[value] for value in column]
    if kind is int or kind is Decimal:
        return [NOTHING if value is None else str(value) for value in column]
    return [_text_of(value) for value in column]


def documents_of(column: Sequence[Any]) -> Sequence[str]:
    """Write a column of JSON documents; one that rows share is written once."""
    shared = {id(value): value for value in column}
    encoded = _escaped([None if value is None else json.encode(value).decode() for value in shared.values()])
    told = dict(zip(shared, encoded, strict=True))
    return [told[id(value)] for value in column]


def _text_of(value: Any) -> str:
    match value:
        case None:
            return NOTHING
        case str():
            return value.translate(_ESCAPES)
        case bool():
            return "t" if value else "f"
        case int() | Decimal() | date():
            return str(value)
    raise TypeError(f"a {type(value).__name__} has no text that COPY reads")


def _escaped(column: Sequence[str | None]) -> Sequence[str]:
    """Escape what has a meaning in the format; most columns have nothing of it."""
    together = "".join([text for text in column if text is not None])
    if any(sign in together for sign in _SPECIAL):
        return [_text_of(text) for text in column]
    return [NOTHING if text is None else text for text in column]
