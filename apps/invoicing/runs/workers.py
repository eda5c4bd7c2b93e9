"""Share what is due among processes of this machine: each does what a second `close_due` beside the first would do.

They need not know of each other: chunks are claimed in the database. One that is killed has lost its chunk alone, which
the others, or whoever started them, close again.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from django.db import connections
from msgspec import Struct, msgpack

from apps.invoicing import closing
from apps.invoicing.closing import Closed
from apps.invoicing.models import Run
from apps.invoicing.runs import running
from apps.outbox import wakeup
from apps.tenancy.models import Organization

MOST_WORKERS = 8
HELP = "invoicing.help_close_due"
_PROCESSES = multiprocessing.get_context("fork")  # begins at once, with all modules loaded


class Outcome(Struct, frozen=True, array_like=True):
    """What came of one boundary, in words and numbers that pass from process to process.

    `invoice` is the document's public id, empty where there is none; what follows is its own.
    """

    subscription: str
    customer: str
    invoice: str = ""
    number: str | None = None
    status: str = ""
    total_minor: int = 0
    currency: str = ""
    parked_reason: str = ""


_Outcomes = msgpack.Decoder(list[Outcome])

Work = Callable[[], Iterator[Sequence[Outcome]]]


def useful(due: int, *, asked: int | None = None, most: int = running.MOST_SUBSCRIPTIONS) -> int:
    """Return how many workers are worth their start for so many subscriptions: one for each chunk, as far as asked.

    Where nobody asked for a number it is that of the processors, and not more than a database likes.
    """
    wanted = asked if asked is not None else min(os.cpu_count() or 1, MOST_WORKERS)
    return max(1, min(wanted, -(-due // most)))


def share_of(due: int, *, workers: int, most: int = running.MOST_SUBSCRIPTIONS) -> int:
    """Return how many of so many subscriptions make a chunk, so that all workers have as many chunks of one size."""
    rounds = -(-due // (workers * most))
    return -(-due // (workers * rounds))


def close_due(
    *,
    organization: Organization,
    as_of: datetime,
    now: datetime,
    by: str,
    workers: int | None = None,
    most: int = running.MOST_SUBSCRIPTIONS,
) -> Iterator[Sequence[Outcome]]:
    """Close what is due as `running.close_due` does, in so many processes; yield what each transaction closed.

    Without a number there are as many as there are processors, and never more than chunks. Where others begin, the
    connections of this process are closed: each has one owner.
    """
    for run in running.runs_over(organization=organization, as_of=as_of, now=now, by=by):
        due = running.left(run)
        count = useful(due, asked=workers, most=most)
        if count > 1:
            connections.close_all()
            with _crew(partial(_work, run, now, share_of(due, workers=count, most=most)), count) as crew:
                yield from _heard(crew)
        yield from _work(run, now, most)  # all of it, or what a killed process left


def call_help(*, organization: Organization, as_of: datetime, most: int = running.MOST_SUBSCRIPTIONS) -> int:
    """Tell as many other workers as are useful to close what an organization has due; return how many."""
    others = useful(closing.due_count(organization=organization, as_of=as_of), most=most) - 1
    for _ in range(others):
        wakeup.wake_workers(HELP)
    return others


def _work(run: Run, now: datetime, most: int) -> Iterator[Sequence[Outcome]]:
    for closed in running.work(run=run, now=now, most=most):
        yield [_told(each) for each in closed]


def _told(closed: Closed) -> Outcome:
    subscription, invoice = closed.subscription, closed.invoice
    names = subscription.public_id, subscription.customer.name
    if invoice is None:
        return Outcome(*names, parked_reason=closed.parked_reason)
    return Outcome(*names, invoice.public_id, invoice.number, invoice.status, invoice.total_minor, invoice.currency)


@contextmanager
def _crew(work: Work, count: int) -> Iterator[list[Connection]]:
    """Let processes do the same work side by side, and end them after the block; yield where they tell of it."""
    ears: list[Connection] = []
    crew: list[ForkProcess] = []
    try:
        for _ in range(count):
            ear, mouth = _PROCESSES.Pipe(duplex=False)
            ears.append(ear)
            crew.append(_PROCESSES.Process(target=_tell, args=(work, mouth, tuple(ears)), daemon=True))
            crew[-1].start()
            mouth.close()
        yield ears
    finally:
        for ear in ears:
            ear.close()
        for process in crew:
            process.terminate()
            process.join()


def _tell(work: Work, mouth: Connection, ears: Sequence[Connection]) -> None:
    """Be one of a crew, and end where nobody listens any more: the ends of the pipes that listen are not this one's."""
    for ear in ears:
        ear.close()
    with suppress(BrokenPipeError):
        for outcomes in work():
            mouth.send_bytes(msgpack.encode(outcomes))


def _heard(ears: Sequence[Connection]) -> Iterator[Sequence[Outcome]]:
    """Yield what a crew tells, until each of it is done, or dead."""
    open_ears = list(ears)
    while open_ears:
        for ready in wait(open_ears):
            assert isinstance(ready, Connection), "nothing else is waited for"
            try:
                yield _Outcomes.decode(ready.recv_bytes())
            except EOFError:
                open_ears.remove(ready)
