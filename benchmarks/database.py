"""A database of our own on the embedded server, with that server's normal durability."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from billing_site import embedded
from billing_site.embedded import fresh

SUPERUSER = "postgres"  # the socket's folder lets in nobody else than root and the server's account
SETTINGS = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_level",
    "shared_buffers",
    "max_wal_size",
)
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")

Connection = psycopg.Connection[Any]


@contextmanager
def database() -> Iterator[Connection]:
    """Make the database that EMBEDDED_DATABASE names, with the product's tables, and drop it after the block.

    Yields a connection that commits by itself. Raise SystemExit where the server does not keep what it has committed.
    """
    entry = embedded.connection_settings()
    with embedded.database():
        fresh.recreate()
        try:
            call_command("migrate", verbosity=0)
            with psycopg.connect(embedded.url(entry), autocommit=True) as connection:
                _require_durability(connection)
                yield connection
        finally:
            connections.close_all()
            _drop(entry)


def settings_of(connection: Connection) -> dict[str, str]:
    """Return the server's settings on which the speed of writing depends."""
    rows = connection.execute("SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", [[*SETTINGS]])
    return dict(rows.fetchall())


def settle() -> None:
    """Write out what earlier turns left in memory, so that no turn pays for another."""
    with _superuser(embedded.connection_settings()) as connection:
        connection.execute("CHECKPOINT")


def analyze(connection: Connection, *tables: str) -> None:
    """Clean up after bulk writes and count what is there, as the server does by itself some time later."""
    connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))


def _require_durability(connection: Connection) -> None:
    weak = [name for name, value in settings_of(connection).items() if name in DURABLE and value != "on"]
    if weak:
        raise SystemExit(f"This server does not keep what it commits ({', '.join(weak)}); figures would mean nothing.")


def _drop(entry: dict[str, Any]) -> None:
    with _superuser(entry) as connection:  # it alone may end the server's own cleaning in there
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(entry["NAME"])))


def _superuser(entry: dict[str, Any]) -> Connection:
    return psycopg.connect(embedded.url(entry | {"USER": SUPERUSER, "NAME": SUPERUSER}), autocommit=True)
