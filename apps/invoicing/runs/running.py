"""Start, stop and resume runs, and do their work: chunk by chunk, and one by one what does not go that way.

Any number of workers may do the work of one run at once, and any of them may be killed: what is done and counted is
what was committed, and whoever goes on finds the rest.
"""

import gc
import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from apps.core import bulk
from apps.core.refusals import Conflict, Refusal
from apps.core.retrying import retried
from apps.invoicing import closing, queries
from apps.invoicing.closing import Closed
from apps.invoicing.models import Run
from apps.invoicing.runs import chunks, trying
from apps.outbox import wakeup
from apps.tenancy import operations as tenancy
from apps.tenancy import scope
from apps.tenancy.models import Organization

logger = logging.getLogger(__name__)

MOST_SUBSCRIPTIONS = 1_250
TICK = "tallybook"
TASK = "invoicing.close_due"


@transaction.atomic
def start(
    *, organization: Organization, as_of: datetime, now: datetime, by: str, dry: bool = False, wake: bool = False
) -> Run:
    """Begin a run over all that is due by an instant, or join the one that is running; its work is done by `work`.

    A dry run computes the same and keeps nothing but what it found out. With `wake`, workers are told to do it.
    Raise Refusal where the instant lies ahead.
    """
    if as_of > now:
        raise Refusal("as_of_in_future", "Nothing can be billed before it is due.", field="as_of")
    if wake:
        transaction.on_commit(partial(wakeup.wake_workers, TASK), robust=True)
    run = Run(organization=organization, as_of=as_of, started_at=now, started_by=by, dry=dry)
    Run.objects.bulk_create([run], ignore_conflicts=not dry)
    stored = Run.objects.filter(public_id=run.public_id).first()
    if stored is None:
        joined = queries.run_at_work()
        if joined is None:
            raise Conflict("run_just_ended", "A run has just ended: ask again.", field="")
        return joined
    tenancy.record_audit(organization=organization, actor=by, verb="started", subject=stored, now=now)
    return stored


@transaction.atomic
def stop(*, run: Run, now: datetime, by: str) -> Run:
    """Let a run do no more than the chunk it is at. Raise Conflict where it is not running.

    Nothing is closed by itself until it is resumed, or a new one begun.
    """
    held = Run.objects.select_for_update().get(pk=run.pk)
    if not held.is_running:
        raise Conflict("not_running", "This run is not running.", field="status")
    held.status, held.ended_at = Run.Status.STOPPED, now
    held.save(update_fields=["status", "ended_at"])
    tenancy.record_audit(organization=held.organization, actor=by, verb="stopped", subject=held, now=now)
    return held


@transaction.atomic
def resume(*, run: Run, now: datetime, by: str) -> Run:
    """Let a stopped run go on, and tell workers. Raise Conflict where it is not stopped, or another one is running."""
    held = Run.objects.select_for_update().get(pk=run.pk)
    if held.status != Run.Status.STOPPED:
        raise Conflict("not_stopped", "This run is not stopped.", field="status")
    if not held.dry and queries.run_at_work() is not None:
        raise Conflict("another_run", "Another run is running, and closes what this one left.", field="status")
    transaction.on_commit(partial(wakeup.wake_workers, TASK), robust=True)
    held.status, held.ended_at = Run.Status.RUNNING, None
    held.save(update_fields=["status", "ended_at"])
    tenancy.record_audit(organization=held.organization, actor=by, verb="resumed", subject=held, now=now)
    return held


def work(*, run: Run, now: datetime, most: int = MOST_SUBSCRIPTIONS) -> Iterator[Sequence[Closed]]:
    """Do what is left of a run until it is done or stopped, and yield what each transaction closed as it commits.

    What another worker holds is left to it.
    """
    with bulk.uncollected():
        while True:
            with scope.of(run.organization):
                if not Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING).exists():
                    return
                step = _try_chunk(run, now, most) if run.dry else _close_chunk(run, now, most)
                if step is None:
                    _finish(run, now)
                    return
            yield step.closed
            if step.aside:
                yield from _one_by_one(run, [each.pk for each in step.aside], step.bills_at, now)
                gc.collect()  # so many small steps leave what a chunk does not


def close_due(
    *, organization: Organization, as_of: datetime, now: datetime, by: str, most: int = MOST_SUBSCRIPTIONS
) -> Iterator[Sequence[Closed]]:
    """Close all that is due by an instant, with the run that is running and then with one of its own.

    Yields what each transaction closed as it commits. What another worker holds is left to it.
    """
    for run in runs_over(organization=organization, as_of=as_of, now=now, by=by):
        yield from work(run=run, now=now, most=most)


def runs_over(*, organization: Organization, as_of: datetime, now: datetime, by: str) -> Iterator[Run]:
    """Join or begin one run after the other until nothing is due by an instant, or one was stopped.

    Whoever takes a run does its work before taking the next.
    """
    while closing.due_count(organization=organization, as_of=as_of):
        with scope.of(organization):
            run = start(organization=organization, as_of=as_of, now=now, by=by)
        yield run
        with scope.of(organization):
            run.refresh_from_db(fields=["status"])
        if run.status != Run.Status.DONE or run.as_of >= as_of:
            return


def tick(*, organization: Organization, now: datetime) -> None:
    """Do what runs have left, and begin one where anything is due, unless a person has stopped the last."""
    with scope.of(organization):
        waiting = queries.runs_at_work()
    for run in waiting:
        for _ in work(run=run, now=now):
            pass
    with scope.of(organization):
        last = queries.last_run()
    if last is None or last.status != Run.Status.STOPPED:
        for _ in close_due(organization=organization, as_of=now, now=now, by=TICK):
            pass


def left(run: Run) -> int:
    """Return how many subscriptions a run has yet to look at."""
    if run.status == Run.Status.DONE:
        return 0
    if run.dry:
        return trying.left(run)
    return closing.due_count(organization=run.organization, as_of=run.as_of)


def _close_chunk(run: Run, now: datetime, most: int) -> chunks.Chunked | None:
    try:
        return retried(
            lambda: chunks.close_chunk(
                organization=run.organization, as_of=run.as_of, now=now, most=most, also=partial(_count, run)
            )
        )
    except chunks.ChunkFailed as failed:
        logger.warning("a chunk of run %s failed, %s: %s", run.public_id, failed, failed.__cause__)
        return chunks.Chunked([], failed.subscriptions, failed.bills_at)


def _try_chunk(run: Run, now: datetime, most: int) -> chunks.Chunked | None:
    return retried(lambda: trying.try_chunk(run=run, now=now, most=most))


def _one_by_one(run: Run, keys: Collection[int], as_of: datetime, now: datetime) -> Iterator[Sequence[Closed]]:
    """Close these subscriptions as far as they are due by an instant, and park what fails."""
    while keys:
        with scope.of(run.organization):
            closed = closing.close_or_park(as_of=as_of, now=now, among=keys, also=lambda closed: _count(run, [closed]))
        if closed is None:
            return
        yield [closed]


def _count(run: Run, closed: Sequence[Closed]) -> None:
    """Add what was closed to a run's counts; the last lock of a transaction, after those of the outbox."""
    held = Run.objects.select_for_update().get(pk=run.pk)
    held.done += sum(1 for each in closed if not each.parked_reason)
    held.failed += sum(1 for each in closed if each.parked_reason)
    for invoice in (each.invoice for each in closed):
        if invoice is not None:
            held.invoices += 1
            held.sums_minor[invoice.currency] = held.sums_minor.get(invoice.currency, 0) + invoice.total_minor
    held.save(update_fields=["done", "failed", "invoices", "sums_minor"])


def _finish(run: Run, now: datetime) -> None:
    """Mark a run as done, unless others still hold what is due."""
    if not left(run):
        Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING).update(status=Run.Status.DONE, ended_at=now)
