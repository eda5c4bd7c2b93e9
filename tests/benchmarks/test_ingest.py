"""Both sides of the ingest benchmark store the same."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.core import clock
from apps.usage.models import Event
from benchmarks import answers, copying, events, turns, world

ITEMS = 3
# What each side draws or clocks for itself.
OWN = {"public_id", "recorded_at"}


@pytest.fixture
def small_world(db: None) -> world.World:
    return world.build(items=ITEMS, now=clock.wall(), say=lambda number: None)


def stored(table: str) -> list[tuple[Any, ...]]:
    same = ", ".join(name for name in copying.COLUMNS if name not in OWN)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {same} FROM {table} ORDER BY idempotency_key")
        return list(cursor.fetchall())


def test_copied_rows_are_those_that_the_server_stores(small_world: world.World) -> None:
    now = clock.wall()
    source = events.Source(small_world.lines, since=small_world.since, now=now, seed=1)
    earlier, (first,) = source.mixed(1, size=60, earlier=[])
    fresh, (batch,) = source.mixed(1, size=60, earlier=earlier)
    found = [
        Client().post(
            turns.USAGE,
            events.batch_body(uses),
            content_type="application/json",
            headers={"Authorization": f"Bearer {small_world.key}"},
        )
        for uses in (first, batch)
    ]
    whole = [f"HTTP/1.1 {each.status_code} X\r\n\r\n".encode() + each.content for each in found]
    answers.check_batches(whole, sizes=[60, 60], recorded=117)
    twin = copying.Twin(connection.connection)
    twin.copy(copying.encode([*earlier, *fresh], copying.Stamp(small_world.organization.pk, small_world.actor, now)))
    assert stored(copying.TABLE) == stored(Event._meta.db_table)
    nothing = 0, Decimal(0)
    for table in (copying.TABLE, Event._meta.db_table):
        turns.check_totals(copying.totals(connection.connection, table), before=nothing, stored=[*earlier, *fresh])
        with pytest.raises(answers.WrongAnswer):
            turns.check_totals(copying.totals(connection.connection, table), before=nothing, stored=fresh)


def test_every_column_that_the_product_fills_is_copied() -> None:
    assert {*copying.COLUMNS, "id"} == {field.column for field in Event._meta.concrete_fields}
