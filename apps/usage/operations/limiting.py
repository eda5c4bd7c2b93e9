"""Keep hard limits, exactly: what a period measured is read under its lock, and each event is decided in order.

An event that would pass the limit is refused whole, and a later smaller one may pass. Negative quantities are never
refused and make room for what follows. Only periods that collect are limited: late events neither count nor fail.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.catalog.models import Metric
from apps.core.refusals import Conflict
from apps.rating.exact import EXACT
from apps.rating.numbers import plain
from apps.usage import measuring
from apps.usage import rules as ruling
from apps.usage.models import Alert, Limit
from apps.usage.operations.resolving import Span, Target
from apps.usage.rules import ZERO, Place

ONE = Decimal(1)


@dataclass(slots=True)
class Room:
    """What a hard limit leaves in one period while a request is decided."""

    item_id: int
    period_id: int
    limit: Decimal
    used: Decimal
    counts: bool
    refused: bool = False

    @property
    def left(self) -> Decimal:
        """How much may still be used; never below zero."""
        return max(EXACT.subtract(self.limit, self.used), ZERO)

    def take(self, quantity: Decimal) -> bool:
        """Count a quantity in, or say that it would pass the limit and change nothing."""
        used = EXACT.add(self.used, ONE if self.counts else quantity)
        if used > self.limit and quantity > 0:
            self.refused = True
            return False
        self.used = used
        return True


class LimitReached(Conflict):
    """An event would have passed a hard limit."""

    def __init__(self, room: Room) -> None:
        used, limit, left = plain(room.used), plain(room.limit), plain(room.left)
        super().__init__(
            "usage_limit_reached",
            f"This would pass the limit of {limit} in its period: {used} used, {left} left.",
            field="quantity",
            extra={"limit": limit, "used": used, "left": left},
        )
        self.room = room


@dataclass(frozen=True)
class Rules:
    """The limit and the alerts that hold for each item of a request, by item id."""

    limits: Mapping[int, Limit]
    alerts: Mapping[int, Sequence[Alert]]

    @property
    def watched(self) -> frozenset[int]:
        """The items about which somebody is told."""
        return frozenset(self.limits.keys() | self.alerts.keys())

    @property
    def any_hard(self) -> bool:
        """Whether the periods must be locked alone: their quantity decides what is taken."""
        return any(limit.kind == Limit.Kind.HARD for limit in self.limits.values())


NO_RULES = Rules({}, {})


def rules_for(targets: Sequence[Target]) -> Rules:
    """Return what holds for the items of one organization; nothing is asked where it has no rules at all."""
    if not targets or targets[0].plan_id is None:
        return NO_RULES
    return rules_at(
        {Place(target.id, target.plan_id, target.add_on_id) for target in targets if target.plan_id is not None}
    )


def rules_at(places: Collection[Place]) -> Rules:
    """Return what holds for the items at these places, in two queries."""
    return Rules(ruling.limits_at(places), ruling.alerts_at(places))


def rooms_in(*, rules: Rules, targets: Sequence[Target], spans: Mapping[int, Sequence[Span]]) -> dict[int, Room]:
    """Return the room in each collecting period of the hard-limited items, by period id; the caller holds their locks.

    The lock is alone (FOR UPDATE), so nobody else records there until the caller has committed.
    """
    rooms: dict[int, Room] = {}
    for target in {target.id: target for target in targets}.values():
        limit = rules.limits.get(target.id)
        if limit is None or limit.kind != Limit.Kind.HARD or limit.quantity is None:
            continue
        counts = target.aggregation == Metric.Aggregation.COUNT
        for span in spans[target.id]:
            if not span.is_closed:
                rooms[span.id] = Room(target.id, span.id, limit.quantity, ZERO, counts)
    for period, measured in measuring.added(period_ids=rooms).items():
        room = rooms[period]
        room.used = Decimal(measured.event_count) if room.counts else measured.quantity
    return rooms
