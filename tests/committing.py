"""Tests whose transactions really commit: the flush between them, and work done by several connections at once."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

Result = TypeVar("Result")

PATIENCE_SECONDS = 20
# Django empties tables by TRUNCATE, which our freeze triggers refuse. Replica mode fires no ordinary trigger.
PAST_TRIGGERS = "SET LOCAL session_replication_role = replica;"


@pytest.fixture(scope="session", autouse=True)
def flush_past_triggers() -> Iterator[None]:
    """Let the flush after a committing test empty frozen tables too, in the transaction of the flush alone."""
    plain_flush = DatabaseOperations.sql_flush

    def sql_flush(*arguments: Any, **options: Any) -> list[str]:
        statements: list[str] = plain_flush(*arguments, **options)
        return [PAST_TRIGGERS, *statements] if statements else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture
def committing(transactional_db: None) -> Iterator[None]:
    """Commit for real, as the edges do; every table is empty again afterwards."""
    yield


def at_once(*pieces: Callable[[], Result]) -> Sequence[Result | Exception]:
    """Run the pieces at the same moment, each with a connection of its own and the caller's scope.

    Returns what each returned, or the exception that it raised, in their order. Time out with TimeoutError.
    """
    barrier = Barrier(len(pieces))

    def run(piece: Callable[[], Result]) -> Result | Exception:
        try:
            connection.ensure_connection()
            barrier.wait(PATIENCE_SECONDS)
            return piece()
        except Exception as problem:  # the test looks at it
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pieces)) as pool:
        futures = [pool.submit(copy_context().run, run, piece) for piece in pieces]
        return [future.result(PATIENCE_SECONDS) for future in futures]
