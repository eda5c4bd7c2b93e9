"""A command that uses a server: python holding.py (database CHECKOUT | throwaway).

Prints the socket's folder once the server runs, then answers every line of SQL on its input with one line; ends with
its input.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from billing_site import embedded


@contextmanager
def server(kind: str) -> Iterator[dict[str, Any]]:
    if kind == "throwaway":
        with embedded.throwaway_cluster() as settings:
            yield settings
    else:
        checkout = Path(sys.argv[2])
        with embedded.database(checkout):
            yield embedded.connection_settings(checkout)


def answer(url: str, statement: LiteralString) -> str:
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            result = connection.execute(statement)
            return repr(result.fetchone()[0]) if result.description else "done"  # type: ignore[index]
    except psycopg.OperationalError as problem:
        return f"failed: {str(problem).splitlines()[0]}"


try:
    with server(sys.argv[1]) as settings:
        sys.stdout.write(f"{settings['HOST']}\n")
        sys.stdout.flush()
        for line in sys.stdin:
            sys.stdout.write(f"{answer(embedded.url(settings), line)}\n")
            sys.stdout.flush()
except embedded.EmbeddedServerError as problem:
    sys.exit(str(problem))
