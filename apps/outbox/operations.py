"""Append, relay, claim, finish."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.core import bulk
from apps.outbox import wakeup, wiring
from apps.outbox.models import Job, Message, Position
from apps.tenancy import scope
from apps.tenancy.models import Organization

RELAY_BATCH = 500
LEASE = timedelta(minutes=5)
MOST_TRIES = 12
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=2)


def append(*, organization: Organization, topic: str, payload: Mapping[str, Any], now: datetime) -> Message:
    """Write a message in the caller's transaction; `now` is business time. Workers are woken once it commits."""
    assert transaction.get_connection().in_atomic_block, "a message belongs to the transaction of what it tells"
    message = Message.objects.create(organization=organization, topic=topic, payload=dict(payload), occurred_at=now)
    transaction.on_commit(wakeup.wake_workers, robust=True)
    return message


def append_many(
    *, organization: Organization, messages: Sequence[tuple[str, Mapping[str, Any]]], now: datetime
) -> None:
    """Write messages, topic and payload of each, in their order and in the caller's transaction, as `append` does."""
    assert transaction.get_connection().in_atomic_block, "a message belongs to the transaction of what it tells"
    if not messages:
        return
    rows = [
        bulk.make(Message, organization_id=organization.pk, topic=topic, payload=dict(payload), occurred_at=now)
        for topic, payload in messages
    ]
    bulk.give_public_ids(rows, at=now)
    bulk.copy_in(rows)
    transaction.on_commit(wakeup.wake_workers, robust=True)


@transaction.atomic
def relay(*, now: datetime) -> int:
    """Give waiting messages their positions and make one job per handler; return how many messages."""
    with scope.everywhere():
        Position.objects.get_or_create(pk=1)
        position = Position.objects.select_for_update().get(pk=1)
        waiting = list(Message.objects.filter(position__isnull=True).order_by("pk")[:RELAY_BATCH])
        if not waiting:
            return 0
        for message in waiting:
            position.last += 1
            message.position = position.last
        Message.objects.bulk_update(waiting, ["position"])
        position.save(update_fields=["last"])
        Job.objects.bulk_create(
            [
                Job(organization_id=message.organization_id, message=message, handler=handler, next_try_at=now)
                for message in waiting
                for handler in wiring.handlers().get(message.topic, {})
            ],
            ignore_conflicts=True,
        )
    return len(waiting)


@transaction.atomic
def claim(*, now: datetime, only: Organization | None = None) -> Job | None:
    """Lease the next job that is due, or whose lease ran out; None when there is nothing to do."""
    due = Q(status=Job.Status.PENDING, next_try_at__lte=now) | Q(status=Job.Status.RUNNING, leased_until__lte=now)
    with scope.of(only) if only else scope.everywhere():
        job = (
            Job.objects.filter(due)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("message", "organization")
            .order_by("next_try_at", "pk")
            .first()
        )
        if job is not None:
            job.status, job.tries = Job.Status.RUNNING, job.tries + 1
            job.lease, job.leased_until = secrets.token_hex(16), now + LEASE
            job.save(update_fields=["status", "tries", "lease", "leased_until"])
    return job


def finish(*, job: Job, now: datetime) -> bool:
    """Mark a leased job as done; False when the lease has passed to another."""
    return _settle(job, status=Job.Status.DONE, finished_at=now, error="")


def retry_later(*, job: Job, reason: str, now: datetime) -> bool:
    """Put a leased job back for a later try, or give up after the last one."""
    if job.tries >= MOST_TRIES:
        return give_up(job=job, reason=reason, now=now)
    pause = min(FIRST_PAUSE * 2 ** (job.tries - 1), LONGEST_PAUSE)
    return _settle(job, status=Job.Status.PENDING, next_try_at=now + pause, error=reason)


def give_up(*, job: Job, reason: str, now: datetime) -> bool:
    """Leave a leased job to a person, with the reason."""
    return _settle(job, status=Job.Status.FAILED, finished_at=now, error=reason)


def try_again(*, job: Job, now: datetime) -> bool:
    """Put a job that was given up back to work, with fresh tries; False when it is not in that state."""
    moved = Job.objects.filter(pk=job.pk, status=Job.Status.FAILED).update(
        status=Job.Status.PENDING, tries=0, next_try_at=now, finished_at=None, error=""
    )
    return bool(moved)


def _settle(job: Job, **fields: Any) -> bool:
    held = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, lease=job.lease)
    return bool(held.update(lease="", leased_until=None, **fields))
