"""Rows that were pasted or sent in one request: read at once, looked at without storing anything, then recorded."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.core.refusals import Refusal
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.imports.keys import TallyInMemory
from apps.usage.imports.layout import Layout, layout_of
from apps.usage.imports.planning import Planner, judge
from apps.usage.imports.rows import Row, read_row, said_of_dates
from apps.usage.imports.texts import AS_CSV, HEAD_BYTES, Encoding, Lines, encoding_of
from apps.usage.imports.values import Dates
from apps.usage.models import Event
from apps.usage.recording import Outcome

MOST_ROWS = 5_000
MOST_BYTES = 2_000_000
TOO_LARGE = (
    f"This is too much for one page: at most {MOST_ROWS:,} rows and {MOST_BYTES // 1_000_000} MB. Split it, or import "
    "the file from a shell: manage.py import_usage takes any size."
)


@dataclass(frozen=True)
class Sheet:
    """The rows of a text, and what was assumed to read them, in sentences."""

    layout: Layout
    rows: Sequence[Row]
    said: tuple[str, ...]

    def text_of(self, rows: Sequence[Row]) -> str:
        """Write some of the rows as they came, below the header if there was one."""
        header = [list(self.layout.names)] if self.layout.has_header else []
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.layout.delimiter).writerows([*header, *(row.cells for row in rows)])
        return text.getvalue()


def decoded(raw: bytes) -> str:
    """Return the text of a file; raise Refusal where it is none, or too large."""
    if len(raw) > MOST_BYTES:
        raise Refusal("too_large", TOO_LARGE, field="file")
    encoding = encoding_of(raw[:HEAD_BYTES])
    try:
        return raw[encoding.begins :].decode(encoding.codec)
    except UnicodeDecodeError:
        raise Refusal("not_text", f"Some letters of this file cannot be read. {AS_CSV}", field="file") from None


def read(text: str, *, locale: str) -> Sheet:
    """Read the rows of a text; raise Refusal where they cannot be told apart, or are too many."""
    text = text.removeprefix("\ufeff")
    raw = text.encode("utf-8", "replace")
    if len(raw) > MOST_BYTES:
        raise Refusal("too_large", TOO_LARGE, field="file")
    if "\0" in text:
        raise Refusal("not_text", f"This is not text that can be read here. {AS_CSV}", field="file")
    layout = layout_of(text[:HEAD_BYTES])
    dates = Dates.of(locale)
    records = Lines(io.BytesIO(raw), Encoding("utf-8", "strict", 0), offset=0).records(layout.delimiter)
    if layout.has_header:
        next(records)
    rows: list[Row] = []
    for record in records:
        if len(rows) == MOST_ROWS:
            raise Refusal("too_large", TOO_LARGE, field="file")
        rows.append(read_row(record, layout, dates))
    if not rows:
        raise Refusal("no_rows", "There is a header and no row below it.", field="file")
    return Sheet(layout, rows, (*layout.said, *said_of_dates(rows, layout, dates)))


def foresee(sheet: Sheet, *, organization: Organization, now: datetime) -> None:
    """Note on each row whether it could be recorded; nothing is stored."""
    planned = _planned(sheet, organization, now)
    events = [row.event for row in planned if row.event is not None]
    _judge(planned, usage.foresee_batch(organization=organization, events=events, now=now))


def record(sheet: Sheet, *, organization: Organization, now: datetime, actor: str) -> None:
    """Record each row that can be, and note on the others why not."""
    planned = _planned(sheet, organization, now)
    events = [row.event for row in planned if row.event is not None]
    outcomes = usage.record_batch(
        organization=organization, events=events, now=now, source=Event.Source.IMPORT, actor=actor
    )
    _judge(planned, outcomes)


def _planned(sheet: Sheet, organization: Organization, now: datetime) -> list[Row]:
    Planner(organization, TallyInMemory()).plan(sheet.rows, now=now)
    return [row for row in sheet.rows if row.event is not None]


def _judge(rows: Sequence[Row], outcomes: Sequence[Outcome]) -> None:
    for row, outcome in zip(rows, outcomes, strict=True):
        judge(row, outcome)
