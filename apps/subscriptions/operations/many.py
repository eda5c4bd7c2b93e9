"""Move the time lines of many subscriptions at once, as `moving` moves one; the caller holds their locks."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from msgspec import Struct

from apps.core import bulk
from apps.subscriptions.models import Period, Subscription
from apps.subscriptions.operations import moving, noting
from apps.tenancy.models import Organization

_MOVE = """
UPDATE subscriptions_subscription AS subscription
SET next_boundary_at = moved.next_boundary_at, bills_at = moved.bills_at, status = moved.status
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[])
    AS moved (id, next_boundary_at, bills_at, status)
WHERE subscription.id = moved.id AND subscription.organization_id = %s
"""


class Move(Struct, frozen=True):
    """A subscription that was billed up to a boundary, what collects after it, and when a change is planned."""

    subscription: Subscription
    current: Sequence[Period]
    planned_at: datetime | None = None


def open_many(*, periods: Sequence[Period], now: datetime) -> None:
    """Store periods that have their keys."""
    bulk.give_public_ids(periods, at=now)
    bulk.copy_in(periods)


def move_many(*, organization: Organization, moves: Iterable[Move], after: datetime, now: datetime) -> None:
    """Say of each subscription when something is due next, and note what came by itself; none of them ends here."""
    moved, notes = [], []
    for move in moves:
        subscription = move.subscription
        boundary, metered = moving.boundary_of(
            subscription, current=move.current, planned_at=move.planned_at, after=after
        )
        moving.place(subscription, boundary, metered=metered)
        status = moving.standing(subscription, now)
        told = moving.by_itself(subscription, status)
        subscription.status = status
        if told is not None:
            notes.append(noting.Note(subscription, *told))
        moved.append((subscription.id, subscription.next_boundary_at, subscription.bills_at, status))
    noting.note_many(organization=organization, notes=notes, now=now)
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [*map(bulk.array, zip(*moved, strict=True)), organization.pk])
            assert cursor.rowcount == len(moved), "a subscription was moved that is not there"
