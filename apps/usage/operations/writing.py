"""Put events into their table by COPY, the quickest way in that PostgreSQL has."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from django.db import connection

from apps.core.ids import new_ordered_ids

_COLUMNS = (
    "idempotency_key, public_id, item_id, period_id, quantity, occurred_at, late, content_digest, properties, note, "
    "reverses_id, organization_id, recorded_at, source, actor"
)
_COPY_ONE = f"COPY usage_event ({_COLUMNS}) FROM STDIN"
_COPY_MANY = f"COPY usage_event ({_COLUMNS}, id) FROM STDIN"
# Named outright: to look the name up costs as much as all else of a number, and is done for each of them.
_IDS = "SELECT nextval('usage_event_id_seq') FROM generate_series(1, %s)"
_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event that is to be stored: what differs from row to row. Its public id is one of `fresh_ids`."""

    public_id: str
    item_id: int
    period_id: int
    quantity: Decimal
    occurred_at: datetime
    late: bool
    idempotency_key: str | None
    content_digest: str
    properties: object
    note: str
    reverses_id: int | None = None


def fresh_ids(*, now: datetime, count: int) -> list[str]:
    """Return public ids for events that are recorded now."""
    return new_ordered_ids("evt", at=now, count=count)


def insert(*, organization_id: int, rows: Sequence[Row], now: datetime, source: str, actor: str) -> None:
    """Store events in one statement.

    The caller holds the locks of their periods: the sequence is only drawn from under them, so that no event with a
    lower number than a period's last can turn up there later. Raise IntegrityError for a key that is taken.
    """
    if not rows:
        return
    same = "\t".join([str(organization_id), now.isoformat(), source, _text(actor)])
    instants = msgspec.to_builtins([row.occurred_at for row in rows])
    lines = [_line(row, instant, same) for row, instant in zip(rows, instants, strict=True)]
    with connection.cursor() as cursor:
        copy = _COPY_ONE
        if len(lines) > 1:
            # The sequence follows the order of the request; the rows go in by key, so that two batches with keys in
            # common wait for each other in one order.
            cursor.execute(_IDS, [len(lines)])
            lines = sorted(f"{line}\t{number}" for line, (number,) in zip(lines, cursor.fetchall(), strict=True))
            copy = _COPY_MANY
        with connection.wrap_database_errors, cursor.copy(copy) as into:
            into.write("\n".join(lines) + "\n")


def _line(row: Row, instant: str, same: str) -> str:
    key = _NULL if row.idempotency_key is None else _text(row.idempotency_key)
    late = "t" if row.late else "f"
    properties = _text(msgspec.json.encode(row.properties).decode()) if row.properties else "{}"
    note = _text(row.note) if row.note else ""
    reverses = _NULL if row.reverses_id is None else row.reverses_id
    return (
        f"{key}\t{row.public_id}\t{row.item_id}\t{row.period_id}\t{row.quantity:f}\t{instant}\t{late}"
        f"\t{row.content_digest}\t{properties}\t{note}\t{reverses}\t{same}"
    )


def _text(text: str) -> str:
    return text.translate(_ESCAPES) if "\\" in text or not text.isprintable() else text
