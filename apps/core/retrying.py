"""Repeat a whole operation that lost a race in the database."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from psycopg import errors

_Result = TypeVar("_Result")

TRIES = 3
RACES = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)


def retried(operation: Callable[[], _Result], *, also: tuple[type[Exception], ...] = ()) -> _Result:
    """Call `operation`, which owns its transaction, up to three times while it loses races; then raise.

    A deadlock or a serialization failure is a race; `also` names further exceptions that are.
    """
    for _ in range(TRIES - 1):
        try:
            return operation()
        except also:
            continue
        except OperationalError as error:
            if not isinstance(error.__cause__, RACES):
                raise
    return operation()
