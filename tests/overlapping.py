"""Make two transactions overlap on purpose, and prove from a third connection that one did wait for the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event
from time import monotonic, sleep
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

from tests.committing import PATIENCE_SECONDS

Result = TypeVar("Result")

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
_ENDED = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"


class RolledBack(Exception):
    """The test let a transaction be undone."""


class Held(Generic[Result]):
    """A transaction of another connection that has done its piece of work and neither committed nor gone back."""

    def __init__(self, piece: Callable[[], Result]) -> None:
        """Name the piece; `open` runs it in a thread of its own."""
        self._piece = piece
        self._done = Event()
        self._ending = Event()
        self._undone = False
        self.pid = 0
        self.result: Result
        self.future: Future[Any]

    def run(self) -> Result:
        """Do the piece, then wait to be let go."""
        try:
            with transaction.atomic():
                self.pid = own_pid()
                self.result = self._piece()
                self._done.set()
                assert self._ending.wait(PATIENCE_SECONDS), "nobody let this transaction go"
                if self._undone:
                    raise RolledBack
            return self.result
        finally:
            self._done.set()
            connection.close()

    def wait_until_done(self) -> None:
        """Return once the piece is done and the transaction stands open."""
        assert self._done.wait(PATIENCE_SECONDS)

    def commit(self) -> None:
        """Let it commit, and return once it has."""
        self._ending.set()
        self.future.result(PATIENCE_SECONDS)

    def roll_back(self) -> None:
        """Let it go back, and return once it has."""
        self._undone = True
        self._ending.set()
        assert isinstance(self.future.exception(PATIENCE_SECONDS), RolledBack)

    def kill(self) -> BaseException | None:
        """End its server process, as a crash would, and return what its client got."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [self.pid])
        wait_until(lambda: not _count(_ENDED, self.pid), "the server process lives on")
        self._ending.set()
        return self.future.exception(PATIENCE_SECONDS)


class Course:
    """Pieces that run beside the test, each over a connection of its own."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        """Use a pool that is large enough for all of them."""
        self._pool = pool

    def hold(self, piece: Callable[[], Result]) -> Held[Result]:
        """Do a piece in a transaction that stays open until the test lets it go."""
        held = Held(piece)
        held.future = self._pool.submit(copy_context().run, held.run)
        held.wait_until_done()
        assert held.pid and not held.future.done(), held.future.exception()
        return held

    def start(self, piece: Callable[[], Result]) -> "Future[Result | Exception]":
        """Begin a piece; its future gives what it returned, or the exception that it raised."""
        return self._pool.submit(copy_context().run, _run, piece)


def _run(piece: Callable[[], Result]) -> Result | Exception:
    try:
        return piece()
    except Exception as problem:  # the test looks at it
        return problem
    finally:
        connection.close()


@contextmanager
def course(most: int = 24) -> Iterator[Course]:
    """Run pieces beside the test; all of them have ended after the block."""
    with ThreadPoolExecutor(most) as pool:
        yield Course(pool)


def own_pid() -> int:
    """Return the number of the server process behind this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def wait_for_waiting(held: Held[Any], count: int = 1) -> None:
    """Return once so many others wait for what a held transaction has; fail where they do not come to."""
    wait_until(lambda: _count(_WAITING, held.pid) >= count, f"{count} were to wait, {_count(_WAITING, held.pid)} do")


def wait_for_line(count: int) -> None:
    """Return once so many connections wait for locks, whoever has them."""

    def waiting() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return int(cursor.fetchone()[0])

    wait_until(lambda: waiting() >= count, f"{count} were to wait in line")


def is_running(words: str) -> bool:
    """Say whether another connection runs, or has just run, a statement with these words in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND position(%s IN query) > 0", [words]
        )
        return bool(cursor.fetchone()[0])


def wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    """Return once something holds; fail after a while."""
    ends = monotonic() + PATIENCE_SECONDS
    while not holds():
        assert monotonic() < ends, otherwise
        sleep(0.01)


def _count(statement: str, pid: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [pid])
        return int(cursor.fetchone()[0])
