"""Fill the table of events and its twin to a size, with all indexes, checks and triggers on."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from apps.usage.models import Event
from benchmarks.copying import TABLE, columns
from benchmarks.world import World

CHUNK_ROWS = 250_000
# Keys as random as programs like to make them: their index is what a large table costs. Ids grow, as real ones do.
FILL = sql.SQL(
    """
    WITH stored AS (
        INSERT INTO {events} ({columns})
        SELECT
            %(organization)s, 'evt_' || lpad(to_hex(n), 9, '0') || substr(md5(random()::text), 1, 11),
            line.item_id, line.period_id, 1 + n %% 1000,
            %(since)s + random() * (%(now)s - %(since)s), %(now)s, false, gen_random_uuid()::text,
            md5(n::text) || md5((-n)::text), '{{}}', '', {source}, %(actor)s, NULL
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
        JOIN unnest(%(items)s::bigint[], %(periods)s::bigint[]) WITH ORDINALITY AS line (item_id, period_id, place)
            ON line.place = 1 + n %% %(lines)s
        RETURNING {columns}
    )
    INSERT INTO {twin} ({columns}) SELECT {columns} FROM stored
    """
)


def fill(
    connection: psycopg.Connection[Any], world: World, *, rows: int, now: datetime, say: Callable[[int], None]
) -> None:
    """Store so many random events on the world's lines, in the events' table and in its twin alike."""
    statement = FILL.format(
        events=sql.Identifier(Event._meta.db_table),
        twin=sql.Identifier(TABLE),
        columns=columns(),
        source=sql.Literal(Event.Source.API.value),
    )
    values = {
        "organization": world.organization.pk,
        "actor": world.actor,
        "since": world.since,
        "now": now,
        "items": [line.item_id for line in world.lines],
        "periods": [line.period_id for line in world.lines],
        "lines": len(world.lines),
    }
    for first in range(1, rows + 1, CHUNK_ROWS):
        last = min(first + CHUNK_ROWS - 1, rows)
        connection.execute(statement, {**values, "first": first, "last": last})
        say(last)
