"""The limit of closing: one GROUP BY of the same events, and a COPY of as many invoice and line rows.

Into tables without indexes or foreign keys, over one connection and with the same durability, all in one transaction.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from apps.invoicing.models import Invoice, Line
from apps.usage.models import Event

EVENTS, INVOICES, LINES = (f"benchmark_{name}" for name in ("event", "invoice", "line"))
TWINS = {EVENTS: Event, INVOICES: Invoice, LINES: Line}
SUM = "SELECT period_id, sum(quantity), count(*) FROM benchmark_event GROUP BY period_id"
OF_MONTH = {
    EVENTS: "period_id IN (SELECT id FROM subscriptions_period WHERE ends_at = %s)",
    INVOICES: "boundary_at = %s AND cause = 'cycle'",
    LINES: "invoice_id IN (SELECT id FROM invoicing_invoice WHERE boundary_at = %s AND cause = 'cycle')",
}


@dataclass(frozen=True)
class Limit:
    """One turn: the seconds, what the events of each period add up to, and what the written invoices come to."""

    seconds: float
    sums: dict[int, tuple[Any, int]]
    total_minor: int


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Make the empty tables."""
    for table, model in TWINS.items():
        connection.execute(
            sql.SQL("CREATE TABLE {} (LIKE {})").format(sql.Identifier(table), sql.Identifier(model._meta.db_table))
        )


def fetch(connection: psycopg.Connection[Any], *, boundary_at: datetime) -> dict[str, list[bytes]]:
    """Put the month's events into their bare table, and return the rows that closing wrote, encoded for COPY."""
    for table in TWINS:
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
    connection.execute(_rows("INSERT INTO benchmark_event SELECT * FROM {} WHERE {}", EVENTS), [boundary_at])
    connection.execute("VACUUM (ANALYZE) benchmark_event")
    encoded = {}
    for table in (INVOICES, LINES):
        with connection.cursor().copy(
            _rows("COPY (SELECT * FROM {} WHERE {} ORDER BY id) TO STDOUT", table), [boundary_at]
        ) as copy:
            encoded[table] = [bytes(block) for block in copy]
    return encoded


def turn(connection: psycopg.Connection[Any], encoded: dict[str, list[bytes]]) -> Limit:
    """Add up the events and write the rows; the connection commits by itself but for the transaction of this."""
    started = time.perf_counter()
    with connection.transaction():
        found = connection.execute(SUM).fetchall()
        for table, blocks in encoded.items():
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                copy.write(b"".join(blocks))
    seconds = time.perf_counter() - started
    (total,) = connection.execute("SELECT coalesce(sum(total_minor), 0) FROM benchmark_invoice").fetchone() or (0,)
    return Limit(seconds, {period: (quantity, count) for period, quantity, count in found}, int(total))


def _rows(statement: str, table: str) -> sql.Composed:
    where = sql.SQL(OF_MONTH[table])
    return sql.SQL(statement).format(sql.Identifier(TWINS[table]._meta.db_table), where)
