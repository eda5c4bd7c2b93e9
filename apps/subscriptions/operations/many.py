"""Move the time lines of many subscriptions at once, as `moving` moves one; the caller holds their locks."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from apps.core import bulk
from apps.subscriptions.models import Period, Subscription
from apps.subscriptions.operations import moving, noting
from apps.tenancy.models import Organization


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
    """Say of each subscription when something is due next, and note what came by itself; none of them ends here.

    Nearly all of them move to the same boundary: what is the same is written by one statement.
    """
    notes = []
    moved: dict[tuple[datetime | None, datetime | None, str], set[int]] = {}
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
        place = subscription.next_boundary_at, subscription.bills_at, status
        moved.setdefault(place, set()).add(subscription.id)
    noting.note_many(organization=organization, notes=notes, now=now)
    for (boundary_at, bills_at, standing), ids in moved.items():
        rows = Subscription.objects.filter(pk__any_key=ids)
        found = rows.update(next_boundary_at=boundary_at, bills_at=bills_at, status=standing)
        assert found == len(ids), "a subscription was moved that is not there"
