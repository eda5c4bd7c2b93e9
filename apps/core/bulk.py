"""Make many rows quickly, and write them at once by COPY, with all that the table checks and triggers."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState
from django.db.models.expressions import DatabaseDefault
from msgspec import json
from psycopg import sql

from apps.core.ids import PublicIdField, new_ordered_ids

_Row = TypeVar("_Row", bound=models.Model)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python from looking for cycles among thousands of rows again and again while they are made and written.

    They are in none, and go when nobody holds them any more.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def share_processors() -> None:
    """Let PostgreSQL do the queries of this transaction by one process each, and in memory rather than by sorting.

    For work that is done in as many transactions at once as there are processors: its queries gain nothing by sharing
    them again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('max_parallel_workers_per_gather', '0', true), set_config('work_mem', '64MB', true)"
        )


def make(model: type[_Row], **values: Any) -> _Row:
    """Make an unsaved row as `model(...)` does, in a fraction of the time, where thousands of a kind are made.

    `values` are by column (`item_id`, not `item`). Those that are left out have their defaults, but for a public id:
    saving draws it, rows that are copied in get theirs by `give_public_ids`. Names are not checked, no signal is sent.
    """
    fixed, drawn = _defaults(model)
    row = model.__new__(model)
    row._state = ModelState()
    held = row.__dict__
    held.update(fixed, **values)
    for name, draw in drawn:
        if name not in values:
            held[name] = draw()
    return row


def hold(row: models.Model, **related: models.Model | None) -> None:
    """Let a row know the rows that its columns name already, by field, as `row.field = other` does.

    That it names them is not checked, nor which database they are in.
    """
    state = row._state.__dict__
    state["fields_cache"] = {**state.get("fields_cache", {}), **related}


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """Return what columns of a new row hold, and what is to be drawn for each row anew."""
    named = [field for field in model._meta.concrete_fields if isinstance(field, PublicIdField)]
    fields: list[Any] = [field for field in model._meta.concrete_fields if field not in named]
    drawn = [field for field in fields if field.has_default() and callable(field.default)]
    fixed = {field.attname: field.get_default() for field in fields if field not in drawn}
    return fixed | {field.attname: "" for field in named}, tuple((field.attname, field.default) for field in drawn)


def give_public_ids(rows: Sequence[models.Model], *, at: datetime) -> None:
    """Give new rows of one model their public ids, which begin with an instant: so their index grows at its end."""
    if not rows:
        return
    field = rows[0]._meta.get_field("public_id")
    assert isinstance(field, PublicIdField), "another kind of id is given in another way"
    for row, public_id in zip(rows, new_ordered_ids(field.prefix, at=at, count=len(rows)), strict=True):
        row.__dict__["public_id"] = public_id


def give_keys(rows: Sequence[models.Model]) -> None:
    """Draw the keys of new rows of one model before they are stored, so that other rows can name them."""
    if not rows:
        return
    table = rows[0]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(keys.of) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS of OFFSET 0) keys, "
            "generate_series(1, %s)",
            [table, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.__dict__["id"] = key


def copy_in(rows: Sequence[models.Model]) -> None:
    """Store new rows of one model, in their order, in one statement.

    Either all have their keys or none has; a column that the database fills by itself is left to it. What a model's
    save() or a field's pre_save() would do is not done.
    """
    if not rows:
        return
    first = rows[0]
    written: list[Any] = [field for field in first._meta.concrete_fields if not _is_left_out(field, first)]
    columns = sql.SQL(", ").join(sql.Identifier(field.column) for field in written)
    table = sql.Identifier(first._meta.db_table)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for cells in _cells(rows, written):
            copy.write_row(cells)


def _cells(rows: Sequence[models.Model], written: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Return the columns of each row, as far as the driver is slow to write them as texts.

    A value that many rows share, as they do their instants, is written once.
    """
    values: Callable[[Any], tuple[Any, ...]] = itemgetter(*(field.attname for field in written))
    columns = zip(*map(values, map(vars, rows)), strict=True)
    return zip(*(_told(field, column) for field, column in zip(written, columns, strict=True)), strict=True)


def _told(field: Any, column: Sequence[Any]) -> Sequence[Any]:
    if isinstance(field, models.DateField):
        texts = {value: None if value is None else str(value) for value in set(column)}
        return [texts[value] for value in column]
    if isinstance(field, models.DecimalField):
        return [None if value is None else str(value) for value in column]
    if isinstance(field, models.JSONField):
        shared = {id(value): value for value in column}
        encoded = {key: None if value is None else json.encode(value).decode() for key, value in shared.items()}
        return [encoded[id(value)] for value in column]
    return column


def _is_left_out(field: Any, row: models.Model) -> bool:
    value = getattr(row, field.attname)
    return isinstance(value, DatabaseDefault) or (field.primary_key and value is None)
