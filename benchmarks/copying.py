"""The limit: the same rows by COPY, encoded beforehand, over one connection into a table like that of the events.

All rows of a turn go in one COPY and one commit. More and smaller ones would be slower, and so an easier limit.
"""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from apps.core.ids import new_ordered_ids
from apps.usage.models import Event
from benchmarks.events import Use

TABLE = "benchmark_copy"
BATCH_ROWS = 1000  # ids of as many rows begin with the same instant, as those of a batch do
COLUMNS = (
    "organization_id",
    "public_id",
    "item_id",
    "period_id",
    "quantity",
    "occurred_at",
    "recorded_at",
    "late",
    "idempotency_key",
    "content_digest",
    "properties",
    "note",
    "source",
    "actor",
    "reverses_id",
)


@dataclass(frozen=True)
class Stamp:
    """What the product adds to an event by itself."""

    organization_id: int
    actor: str
    recorded_at: datetime


class Twin:
    """A table like that of the events, with its indexes and checks, and the connection that fills it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Make the empty table; the connection commits by itself."""
        self._connection = connection
        connection.execute(
            sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(
                sql.Identifier(TABLE), sql.Identifier(Event._meta.db_table)
            )
        )

    def copy(self, blocks: Sequence[bytes]) -> float:
        """Store encoded rows and return how many seconds that took, the commit included."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(TABLE), columns())
        started = time.perf_counter()
        with self._connection.cursor().copy(statement) as copy:
            for block in blocks:
                copy.write(block)
        return time.perf_counter() - started


def columns() -> sql.Composed:
    """Return the columns that both sides fill; the id fills itself."""
    return sql.SQL(", ").join(map(sql.Identifier, COLUMNS))


def encode(uses: Sequence[Use], stamp: Stamp) -> list[bytes]:
    """Return the rows of events in PostgreSQL's text format, in blocks of a size that is quick to send."""
    blocks = []
    for start in range(0, len(uses), BATCH_ROWS):
        batch = uses[start : start + BATCH_ROWS]
        at = stamp.recorded_at + timedelta(milliseconds=start // BATCH_ROWS)
        ids = new_ordered_ids("evt", at=at, count=len(batch))
        rows = ["\t".join(_row(use, public_id, stamp)) for use, public_id in zip(batch, ids, strict=True)]
        blocks.append("\n".join([*rows, ""]).encode())
    return blocks


def totals(connection: psycopg.Connection[Any], table: str) -> tuple[int, Decimal]:
    """Return how many events a table holds, and the sum of their quantities."""
    query = sql.SQL("SELECT count(*), coalesce(sum(quantity), 0) FROM {}").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0], row[1]


def _row(use: Use, public_id: str, stamp: Stamp) -> Iterable[str]:
    event = use.new_event()
    yield str(stamp.organization_id)
    yield public_id
    yield str(use.line.item_id)
    yield str(use.line.period_id)
    yield use.sent["quantity"]
    yield use.sent["occurred_at"]
    yield stamp.recorded_at.isoformat()
    yield "f"
    yield use.sent["idempotency_key"]
    yield event.digest()
    yield json.dumps(use.sent.get("properties", {}))  # nothing in it needs the format's backslashes
    yield ""
    yield Event.Source.API
    yield stamp.actor
    yield "\\N"
