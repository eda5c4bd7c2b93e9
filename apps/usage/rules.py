"""Which limit holds for an item, and which alerts: the most specific limit wins, alerts hold together.

Rules stand at an item, at an add-on on one plan, or at an add-on; what is read here writes and locks nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from apps.catalog.models import AddOn, Metric, Plan
from apps.rating.exact import EXACT
from apps.subscriptions.models import Item
from apps.usage.models import Alert, Limit

ZERO = Decimal(0)


class Place(NamedTuple):
    """An item and where its defaults stand, all by primary key."""

    item_id: int
    plan_id: int
    add_on_id: int


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a rule stands: at an item, or at an add-on, there on one plan or wherever it is sold."""

    item: Item | None = None
    plan: Plan | None = None
    add_on: AddOn | None = None

    @property
    def metered(self) -> AddOn | None:
        """The add-on whose usage is meant."""
        return self.item.add_on if self.item is not None else self.add_on

    @property
    def metric(self) -> Metric | None:
        """What is counted there; None where nothing is."""
        return self.metered.metric if self.metered is not None else None

    @property
    def key(self) -> dict[str, Any]:
        """The columns of a rule that stands here."""
        return {"item": self.item, "plan": self.plan, "add_on": self.add_on}

    def __str__(self) -> str:
        if self.item is not None:
            return f"{self.item} of {self.item.subscription.customer}"
        return f"{self.add_on} on {self.plan}" if self.plan is not None else str(self.add_on)


def where_of(rule: Limit | Alert) -> Where:
    """Return where a rule stands."""
    return Where(item=rule.item, plan=rule.plan, add_on=rule.add_on)


def place_of(item: Item) -> Place:
    """Return the place of a usage item, which comes with its subscription."""
    assert item.add_on_id is not None, "only usage items are limited"
    return Place(item.pk, item.subscription.plan_id, item.add_on_id)


def limits_at(places: Collection[Place]) -> dict[int, Limit]:
    """Return the limit that holds for each item, by item id; an item without any, or whose limit is lifted, has none.

    One query. An item's own limit comes before its plan's, and that before its add-on's.
    """
    found = {_at(limit): limit for limit in Limit.objects.filter(_applying(places))}
    held = {}
    for place in places:
        limit = next((found[at] for at in _by_rank(place) if at in found), None)
        if limit is not None and limit.quantity is not None:
            held[place.item_id] = limit
    return held


def limits_of(items: Iterable[Item]) -> dict[int, Limit]:
    """Return the limit that holds for each usage item, by item id; the items come with their subscription."""
    places = [place_of(item) for item in items]
    return limits_at(places) if places else {}


def alerts_at(places: Collection[Place]) -> dict[int, list[Alert]]:
    """Return the alerts that hold for each item, by item id, in one query; an item without any is left out.

    Where an equal threshold stands at several places, the most specific one holds.
    """
    found: dict[_At, list[Alert]] = {}
    for alert in Alert.objects.filter(_applying(places), removed_at__isnull=True).order_by("pk"):
        found.setdefault(_at(alert), []).append(alert)
    held = {}
    for place in places:
        of_item: dict[_Threshold, Alert] = {}
        for at in _by_rank(place):
            for alert in found.get(at, ()):
                of_item.setdefault(_threshold(alert), alert)
        if of_item:
            held[place.item_id] = list(of_item.values())
    return held


def alert_named(*, public_id: str) -> Alert:
    """Return the alert that a message tells of, be it taken away since."""
    return Alert.objects.get(public_id=public_id)


def limit_at(where: Where) -> Limit | None:
    """Return the limit that stands at this very place, lifted or not."""
    return Limit.objects.filter(**where.key).first()


def limit_for(where: Where) -> Limit | None:
    """Return the limit that holds at a place, its own or the default from behind it; None where there is none."""
    if where.item is not None:
        return limits_at([place_of(where.item)]).get(where.item.pk)
    own = limit_at(where)
    if own is None and where.plan is not None:
        own = limit_at(Where(add_on=where.add_on))
    return own if own is not None and own.quantity is not None else None


def alerts() -> QuerySet[Alert]:
    """Return all alerts, those taken away too."""
    return Alert.objects.all()


def alerts_for(where: Where) -> list[Alert]:
    """Return the alerts that hold at a place, its own before the defaults from behind it."""
    if where.item is not None:
        return alerts_at([place_of(where.item)]).get(where.item.pk, [])
    behind = Q(add_on=where.add_on, plan__isnull=True)
    here = Q(add_on=where.add_on, plan=where.plan) if where.plan is not None else behind
    rows = Alert.objects.filter(behind | here, removed_at__isnull=True).order_by(F("plan").asc(nulls_last=True), "pk")
    once: dict[_Threshold, Alert] = {}
    for alert in rows:
        once.setdefault(_threshold(alert), alert)
    return list(once.values())


def left(limit: Limit, used: Decimal) -> Decimal:
    """Return how much may still be used under a limit that has a quantity; never below zero."""
    assert limit.quantity is not None, "a lifted limit leaves everything"
    return max(EXACT.subtract(limit.quantity, used), ZERO)


_Threshold = tuple[str, Decimal, str]


def _threshold(alert: Alert) -> _Threshold:
    return alert.basis, alert.threshold, alert.currency


_At = tuple[int | None, int | None, int | None]  # item, plan, add-on


def _at(rule: Limit | Alert) -> _At:
    return rule.item_id, rule.plan_id, rule.add_on_id


def _by_rank(place: Place) -> Iterable[_At]:
    return (place.item_id, None, None), (None, place.plan_id, place.add_on_id), (None, None, place.add_on_id)


def _applying(places: Collection[Place]) -> Q:
    items = {place.item_id for place in places}
    add_ons = {place.add_on_id for place in places}
    plans = {place.plan_id for place in places}
    return Q(item__in=items) | Q(Q(plan__isnull=True) | Q(plan__in=plans), add_on__in=add_ons)
