"""Write many rows at once by COPY, with all that the table checks and triggers."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql
from psycopg.types.json import Jsonb


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
            row.pk = key


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
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(first._meta.db_table), columns)
    values: Callable[[Any], tuple[Any, ...]] = attrgetter(*(field.attname for field in written))
    wrapped = [place for place, field in enumerate(written) if isinstance(field, models.JSONField)]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            found = list(values(row))
            for place in wrapped:
                found[place] = Jsonb(found[place])
            copy.write_row(found)


def _is_left_out(field: Any, row: models.Model) -> bool:
    value = getattr(row, field.attname)
    return isinstance(value, DatabaseDefault) or (field.primary_key and value is None)
