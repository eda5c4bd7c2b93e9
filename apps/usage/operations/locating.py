"""Find the period of each event by all rules, one by one, and lock it: for requests that are not plain.

Periods that are missing are opened; what ended, or is limited, is locked alone; and each event that cannot be billed
is told why.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.catalog.models import Metric
from apps.core.refusals import Refusal
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item, Subscription
from apps.usage.models import Event
from apps.usage.operations import limiting, resolving
from apps.usage.operations.limiting import Room, Rules
from apps.usage.operations.resolving import Span, Target
from apps.usage.recording import MOST_AHEAD, Line, NewEvent, Placed, Request

ONE_EACH = (Metric.Aggregation.COUNT, Metric.Aggregation.UNIQUE)


class PeriodMoved(Exception):
    """A period was cut between the look at its item and its lock; the whole is done again."""


@dataclass(frozen=True)
class Located:
    """Where each event of a request belongs, in order, or why nowhere; the rules that hold; and the room they leave."""

    places: Sequence[Placed | Refusal]
    rules: Rules
    rooms: Mapping[int, Room]


Meant = tuple[Target, datetime]


def locate(request: Request, events: Sequence[NewEvent]) -> Located:
    """Place all these events that can be, and lock their periods."""
    targets = targets_of(request, {event.line for event in events})
    meant = [mean(event, targets, request) for event in events]
    found = [each for each in meant if not isinstance(each, Refusal)]
    named = [target for target, _ in found]
    rules = limiting.rules_for(named)
    spans = _locked(found, request.now, alone=rules.any_hard or _is_behind(found, request.now))
    rooms = limiting.rooms_in(rules=rules, targets=named, spans=spans) if rules.any_hard else {}
    places = [each if isinstance(each, Refusal) else _placed(*each, spans) for each in meant]
    return Located(places, rules, rooms)


def targets_of(request: Request, lines: Collection[Line]) -> Mapping[Line, Sequence[Target]]:
    """Return the items that each line may mean, whenever they live."""
    return resolving.targets_of(organization_id=request.organization.pk, lines=lines) if lines else {}


def mean(event: NewEvent, targets: Mapping[Line, Sequence[Target]], request: Request) -> Meant | Refusal:
    """Return the one item that is meant and the instant, or why that cannot be billed."""
    try:
        instant = _instant(event, request)
        target = resolving.the_one(targets[event.line], event.line, instant, request.organization.zone)
        _check_quantity(event, target)
    except Refusal as refusal:
        return refusal
    return target, instant


def _instant(event: NewEvent, request: Request) -> datetime:
    instant = event.occurred_at or request.now
    if instant > request.now + MOST_AHEAD:
        raise Refusal("occurred_in_future", "This is in the future.", field="occurred_at")
    days = request.organization.late_window_days
    # An answer that was asked for may come as late as its subscription stood still: it was asked for all the same.
    if request.source != Event.Source.PULL and instant < request.now - timedelta(days=days):
        sentence = f"This is more than {days} days ago, which is too late to record."
        raise Refusal("occurred_too_early", sentence, field="occurred_at")
    return instant


def _check_quantity(event: NewEvent, target: Target) -> None:
    if event.quantity > 0:
        return
    if target.aggregation in ONE_EACH:
        sentence = "The quantity must be greater than zero: each event of this metric counts as one."
        raise Refusal("quantity_not_positive", sentence, field="quantity")
    if event.quantity < 0 and target.aggregation != Metric.Aggregation.SUM:
        sentence = "The quantity must not be below zero: only a sum can be corrected by a negative one."
        raise Refusal("quantity_negative", sentence, field="quantity")


def _is_behind(meant: Iterable[Meant], now: datetime) -> bool:
    """Say whether anything happened in a period that has ended: then the periods are locked alone.

    Shared locks pass by whoever waits for the period alone, as closing does, for as long as they overlap. Waiting for
    the same kind of lock, recorders and closing take turns.
    """
    return any(target.has_passed(instant, now) for target, instant in meant)


def _locked(meant: Sequence[Meant], now: datetime, *, alone: bool) -> dict[int, list[Span]]:
    """Open the periods that are missing, and lock those that are needed, by item id; never a lock twice (rule 6)."""
    wanted: dict[int, tuple[datetime, datetime]] = {}
    missing: dict[int, Target] = {}
    for target, instant in meant:
        earliest, latest = wanted.get(target.id, (instant, instant))
        wanted[target.id] = min(earliest, instant), max(latest, instant)
        if target.opened_until is None or instant >= target.opened_until:
            missing[target.id] = target
    ended = {target.subscription_id for target, _ in meant if target.ends_at is not None}
    if ended:
        subscriptions.lock_ended(subscriptions=ended | {target.subscription_id for target in missing.values()})
    if missing:
        _open(missing.values(), {item: wanted[item][1] for item in missing}, now)
    return resolving.lock_spans(wanted=wanted, alone=alone) if wanted else {}


def _open(targets: Iterable[Target], latest: Mapping[int, datetime], now: datetime) -> None:
    """Open periods up to the latest instant of each item; the subscription's lock comes before those of periods.

    A change of plan that is planned for then is carried out first, so that no period begins at the old price.
    """
    reach: dict[int, datetime] = {}
    for target in targets:
        reach[target.subscription_id] = max(latest[target.id], reach.get(target.subscription_id, now))
    rows = Subscription.objects.filter(pk__in=reach)
    holders = rows.select_related("organization", "customer", "plan").order_by("pk")
    for subscription in holders.select_for_update(of=("self",)):
        subscriptions.carry_out(subscription=subscription, until=reach[subscription.pk], now=now)
    items = Item.objects.filter(pk__in=latest).select_related(
        "organization", "subscription__plan", "add_on__metric", "price"
    )
    for item in items.order_by("pk"):
        subscriptions.open_until(items=[item], instant=latest[item.pk])


def _placed(target: Target, instant: datetime, spans: Mapping[int, Sequence[Span]]) -> Placed:
    span = resolving.covering(spans[target.id], instant)
    if span is None:
        raise PeriodMoved(f"no period of {target.public_id} covers {instant} any more")
    return Placed(target.id, span.id, instant, late=span.is_closed)
