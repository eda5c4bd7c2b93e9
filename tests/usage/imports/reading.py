"""Read texts as the import does, without a database."""

import io

from apps.usage.imports.layout import Layout, layout_of
from apps.usage.imports.rows import Row, read_row
from apps.usage.imports.texts import HEAD_BYTES, Lines, encoding_of
from apps.usage.imports.values import Dates

DATES = Dates.of("en_US")


def read(content: str | bytes, dates: Dates = DATES) -> tuple[Layout, list[Row]]:
    """Return the layout of a text, and its rows."""
    raw = content.encode() if isinstance(content, str) else content
    encoding = encoding_of(raw[:HEAD_BYTES])
    layout = layout_of(raw[encoding.begins : HEAD_BYTES].decode(encoding.codec, "replace"))
    records = Lines(io.BytesIO(raw), encoding, offset=encoding.begins).records(layout.delimiter)
    if layout.has_header:
        next(records)
    return layout, [read_row(record, layout, dates) for record in records]


def row(line: str, dates: Dates = DATES) -> Row:
    """Return the one row of a line in the usual order, with a key."""
    (found,) = read(f"customer,type,date,amount,note,key\n{line}\n", dates)[1]
    return found
