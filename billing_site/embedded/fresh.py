"""Make an empty database on the embedded server in place of the one that EMBEDDED_DATABASE names.

Run it as python -m billing_site.embedded.fresh
"""

import sys
from pathlib import Path

import psycopg
from psycopg import sql

from billing_site.embedded.access import connection_settings, database, url
from billing_site.embedded.cluster import DATABASE
from billing_site.embedded.errors import EmbeddedServerError
from billing_site.embedded.places import CHECKOUT


def recreate(checkout: Path = CHECKOUT) -> None:
    """Drop and create the database that EMBEDDED_DATABASE names; raise EmbeddedServerError for the office's own."""
    entry = connection_settings(checkout)
    if entry["NAME"] == DATABASE:
        raise EmbeddedServerError(f"{DATABASE} holds the office's rows. Name another one in EMBEDDED_DATABASE.")
    name = sql.Identifier(entry["NAME"])
    with database(checkout), psycopg.connect(url(entry | {"NAME": DATABASE}), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))


if __name__ == "__main__":
    try:
        recreate()
    except EmbeddedServerError as problem:
        sys.exit(str(problem))
