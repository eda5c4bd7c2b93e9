"""Who has a seat on a subscription, and how many seats were bought. Reads and computes; writes nothing.

As many seats are bought as there are base fees. A plan without a base fee has any number of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from apps.subscriptions import queries
from apps.subscriptions.models import Item, Seat, Subscription
from apps.subscriptions.queries import Bought


@dataclass(frozen=True)
class Seating:
    """How many seats may be assigned, None for any number, and how many are."""

    bought: int | None
    assigned: int

    @property
    def left(self) -> int | None:
        """How many more may be assigned; None for any number."""
        return None if self.bought is None else max(self.bought - self.assigned, 0)


def seats(*, subscription: Subscription, grantee: str | None = None, ended: bool = False) -> QuerySet[Seat]:
    """Return the seats of a subscription that are assigned, or with `ended` those of the past too."""
    rows = Seat.objects.filter(subscription=subscription)
    if grantee is not None:
        rows = rows.filter(grantee=grantee)
    return rows if ended else rows.filter(unassigned_at__isnull=True)


def seating(*, subscription: Subscription, now: datetime) -> Seating:
    """Return how many seats of a subscription may be assigned now, and how many are."""
    return Seating(bought(subscription=subscription, since=now), seats(subscription=subscription).count())


def bought(*, subscription: Subscription, since: datetime) -> int | None:
    """Return how many seats are bought at every instant from one on, whatever is planned or taken back meanwhile.

    That is the least of what holds then and of each fall that lies ahead, by itself or with a change of plan: a seat
    that is assigned may stay. None for any number.
    """
    bases = [item for item in queries.items_of(subscription=subscription) if _is_base(item, since)]
    said = queries.quantities(items=bases)
    numbers = [number for item in bases for number in _numbers(item, said.get(item.pk, ()), since)]
    change = queries.planned_change(subscription=subscription)
    if change is not None and not change.plan.is_free and (change.quantity is not None or not bases):
        numbers.append(change.quantity or Decimal(1))
    return int(min(numbers)) if numbers else None


def live_among(*, subscription: Subscription, grantees: Sequence[str]) -> dict[str, Seat]:
    """Return the seats that are assigned to any of these grantees, by grantee."""
    rows = Seat.objects.filter(subscription=subscription, grantee__in=grantees, unassigned_at__isnull=True)
    return {seat.grantee: seat for seat in rows}


def is_over(subscription: Subscription, now: datetime) -> bool:
    """Say whether a subscription has ended, billed or not."""
    over = subscription.status == Subscription.Status.CANCELED
    return over or (subscription.ends_at is not None and subscription.ends_at <= now)


def _is_base(item: Item, since: datetime) -> bool:
    return item.add_on_id is None and (item.ends_at is None or item.ends_at > since)


def _numbers(item: Item, said: Sequence[Bought], since: datetime) -> list[Decimal]:
    """Return how many there are at an instant, or the item's start, and at each later one at which that changes."""
    first = max(since, item.starts_at)
    instants = [first, *(row.at for row in said if row.at > first)]
    return [next((row.quantity for row in reversed(said) if row.at <= at), Decimal(0)) for at in instants]
