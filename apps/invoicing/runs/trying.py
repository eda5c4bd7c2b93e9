"""Dry runs: close for real, look at what came of it, and undo it all."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.invoicing import closing, queries
from apps.invoicing.closing import Closed
from apps.invoicing.models import Run, RunLine
from apps.invoicing.runs import chunks
from apps.invoicing.runs.chunks import Chunked, ChunkFailed
from apps.subscriptions.models import Subscription

HELD = "Something else was at work on it: try again."


@transaction.atomic
def try_chunk(*, run: Run, now: datetime, most: int) -> Chunked | None:
    """Find out what the next subscriptions would be billed, up to the run's instant, and store that alone.

    None when nothing is left. Workers of one run take turns.
    """
    held = Run.objects.select_for_update().get(pk=run.pk)
    with transaction.atomic():
        subscriptions = closing.claim_many(as_of=run.as_of, most=most, where=_untried(run))
        closed = _close_all(run, [each.pk for each in subscriptions], now)
        transaction.set_rollback(True)
    if not subscriptions:
        return None
    _note(held, subscriptions, closed)
    return Chunked(closed, [], run.as_of)


def left(run: Run) -> int:
    """Return how many subscriptions a dry run has yet to look at."""
    return closing.due(run.as_of).filter(_untried(run)).count()


def _untried(run: Run) -> Q:
    return Q(~Exists(RunLine.objects.filter(run=run, subscription=OuterRef("pk"))))


def _close_all(run: Run, keys: Sequence[int], now: datetime) -> list[Closed]:
    """Close everything that is due of these subscriptions."""
    closed: list[Closed] = []
    while True:
        aside: Sequence[Subscription]
        try:
            chunked = chunks.close_chunk(
                organization=run.organization,
                as_of=run.as_of,
                now=now,
                most=len(keys),
                also=closed.extend,
                where=Q(pk__in=keys),
            )
            if chunked is None:
                return closed
            aside, bills_at = chunked.aside, chunked.bills_at
        except ChunkFailed as failed:
            aside, bills_at = failed.subscriptions, failed.bills_at
        among = [each.pk for each in aside]
        while among and closing.close_or_park(as_of=bills_at, now=now, among=among, also=closed.append, dry=True):
            pass


def _note(run: Run, subscriptions: Sequence[Subscription], closed: Sequence[Closed]) -> None:
    """Store what would come of each boundary, beside what the one before came to, and count it."""
    previous = queries.last_totals(subscriptions=subscriptions)
    found: dict[int, list[Closed]] = {}
    for each in closed:
        found.setdefault(each.subscription.pk, []).append(each)
    lines = []
    for subscription in subscriptions:
        before = previous.get(subscription.pk)
        nothing = Closed(subscription, subscription.next_boundary_at, parked_reason=HELD)
        for each in found.get(subscription.pk, [nothing]):
            lines.append(_line(run, subscription, each, before))
            before = each.invoice.total_minor if each.invoice is not None else before
    RunLine.objects.bulk_create(lines)
    run.done += sum(1 for line in lines if not line.reason)
    run.failed += sum(1 for line in lines if line.reason)
    for line in lines:
        if line.total_minor is not None:
            run.invoices += 1
            run.sums_minor[line.currency] = run.sums_minor.get(line.currency, 0) + line.total_minor
    run.save(update_fields=["done", "failed", "invoices", "sums_minor"])


def _line(run: Run, subscription: Subscription, closed: Closed, before: int | None) -> RunLine:
    boundary_at = closed.boundary_at or subscription.ends_at
    assert boundary_at is not None, "without a boundary only what has ended is due"
    return RunLine(
        organization_id=run.organization_id,
        run=run,
        customer_id=subscription.customer_id,
        subscription=subscription,
        boundary_at=boundary_at,
        currency=subscription.currency,
        total_minor=closed.invoice.total_minor if closed.invoice is not None else None,
        previous_minor=before,
        credits=[
            {"invoice": str(note.invoice.number), "total_minor": note.total_minor} for note in closed.credit_notes
        ],
        reason=closed.parked_reason,
    )
