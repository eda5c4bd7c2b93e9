"""Record events: every accepted one exactly once, in the period that covers its instant.

A batch costs the same few statements whatever its size: look up the keys, find what the lines mean, lock the periods,
copy the rows in. Nothing here is done event by event but arithmetic and comparing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction

from apps.catalog.models import Metric
from apps.core.refusals import Conflict, Refusal
from apps.core.retrying import retried
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item, Subscription
from apps.tenancy.models import Organization
from apps.usage import queries
from apps.usage.models import Event
from apps.usage.operations import announcing, limiting, resolving, writing
from apps.usage.operations.limiting import LimitReached, Room
from apps.usage.operations.resolving import Span, Target
from apps.usage.operations.writing import Row
from apps.usage.queries import Known
from apps.usage.recording import Line, NewEvent, Outcome

MOST_AHEAD = timedelta(minutes=5)
ONE_EACH = (Metric.Aggregation.COUNT, Metric.Aggregation.UNIQUE)


class PeriodMoved(Exception):
    """A period was cut between the look at its item and its lock; the whole is done again."""


class Overtaken(Exception):
    """Another transaction stored a key of this request between the look at it and the lock; the whole is done again."""


@dataclass(frozen=True)
class Recorded:
    """The stored event, and whether this request stored it or an earlier one with the same key did."""

    event: Event
    repeated: bool


@dataclass(frozen=True, kw_only=True)
class _Request:
    """What came in together. `whole`: it is stored all or not at all; else each event for itself."""

    organization: Organization
    events: Sequence[NewEvent]
    now: datetime
    source: str
    actor: str
    whole: bool


def record_events(
    *, organization: Organization, events: Sequence[NewEvent], now: datetime, source: str, actor: str
) -> list[Recorded]:
    """Record events, all or none, and return one result each, in order.

    Raise Refusal naming the field: the line is unknown, ambiguous or not alive at `occurred_at`, or the quantity is
    not one that can be billed. Raise Conflict for a key that was used with other content.
    """
    request = _Request(organization=organization, events=events, now=now, source=source, actor=actor, whole=True)
    try:
        outcomes = _recorded(request)
    except LimitReached as reached:  # which undid everything: what is told of it needs a transaction of its own
        announcing.tell_refused(rooms=[reached.room], now=now)
        raise
    stored = queries.events_named(public_ids=[outcome.public_id for outcome in outcomes])
    return [Recorded(stored[outcome.public_id], outcome.repeated) for outcome in outcomes]


def record_batch(
    *, organization: Organization, events: Sequence[NewEvent], now: datetime, source: str, actor: str
) -> list[Outcome]:
    """Record each event that can be, and return what became of each, in order; a bad one harms no other.

    Everything accepted is committed together. Each event carries a key, so that the whole may be sent again.
    """
    return _recorded(
        _Request(organization=organization, events=events, now=now, source=source, actor=actor, whole=False)
    )


def foresee_batch(*, organization: Organization, events: Sequence[NewEvent], now: datetime) -> list[Outcome]:
    """Say what record_batch would answer now. Nothing is stored, opened or locked.

    What it would store has no id yet; whether it would be late, or beyond a hard limit, only recording can tell.
    """
    request = _Request(organization=organization, events=events, now=now, source="", actor="", whole=False)
    known = queries.known_keys(keys=[event.idempotency_key for event in events if event.idempotency_key])
    lines = {event.line for event in events if event.idempotency_key not in known}
    targets = resolving.targets_of(organization_id=organization.pk, lines=lines) if lines else {}
    own: dict[str, str] = {}  # keys that this request would store → digests
    return [_foreseen(event, targets, request, known, own) for event in events]


def _foreseen(
    event: NewEvent,
    targets: Mapping[Line, Sequence[Target]],
    request: _Request,
    known: Mapping[str, Known],
    own: dict[str, str],
) -> Outcome:
    key = event.idempotency_key
    if key is not None and key in known:
        return _answered(event, known[key], request)
    if key is not None and key in own:
        same = own[key] == event.digest()
        return Outcome(repeated=True) if same else _refused(used_differently(), request)
    found = _meant(event, targets, request)
    if isinstance(found, Refusal):
        return _refused(found, request)
    if key is not None:
        own[key] = event.digest()
    return Outcome()


def _recorded(request: _Request) -> list[Outcome]:
    """Record, anew whenever another transaction stored one of the keys before ours did.

    Each time one key more is known at least, so that even a batch whose every key is contested comes to an end.
    """
    overtaken = -1
    while True:
        known = _known(request)
        try:
            return retried(lambda: _record(request, known), also=(PeriodMoved,))  # noqa: B023 - called at once
        except (IntegrityError, Overtaken):
            if len(known) == overtaken:
                raise
            overtaken = len(known)


def _known(request: _Request) -> dict[str, Known]:
    return queries.known_keys(keys=[event.idempotency_key for event in request.events if event.idempotency_key])


def _record(request: _Request, known: Mapping[str, Known]) -> list[Outcome]:
    fresh = [event for event in request.events if event.idempotency_key not in known]
    if not fresh:
        return [_answered(event, known[str(event.idempotency_key)], request) for event in request.events]
    with transaction.atomic():
        targets = resolving.targets_of(organization_id=request.organization.pk, lines={event.line for event in fresh})
        meant = [_meant(event, targets, request) for event in fresh]
        found = [each for each in meant if not isinstance(each, Refusal)]
        named = [target for target, _ in found]
        rules = limiting.rules_for(named)
        spans = _locked(found, alone=rules.any_hard or _is_behind(found, request.now))
        rooms = limiting.rooms_in(rules=rules, targets=named, spans=spans) if rules.any_hard else {}
        rows, answers = _decided(request, iter(meant), spans, rooms, known)
        outcomes = _stored(request, rows, answers)
        if rules.watched:
            announcing.tell_recorded(organization=request.organization, rules=rules, rows=rows, now=request.now)
            announcing.tell_refused(rooms=[room for room in rooms.values() if room.refused], now=request.now)
        return outcomes


_Meant = tuple[Target, datetime]


def _meant(event: NewEvent, targets: Mapping[Line, Sequence[Target]], request: _Request) -> _Meant | Refusal:
    """Return the one item that is meant and the instant, or why that cannot be billed."""
    try:
        instant = _instant(event, request)
        target = resolving.the_one(targets[event.line], event.line, instant, request.organization.zone)
        _check_quantity(event, target)
    except Refusal as refusal:
        return refusal
    return target, instant


def _instant(event: NewEvent, request: _Request) -> datetime:
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


def _is_behind(meant: Iterable[_Meant], now: datetime) -> bool:
    """Say whether anything happened in a period that has ended: then the periods are locked alone.

    Shared locks pass by whoever waits for the period alone, as closing does, for as long as they overlap. Waiting for
    the same kind of lock, recorders and closing take turns.
    """
    return any(target.has_passed(instant, now) for target, instant in meant)


def _locked(meant: Sequence[_Meant], *, alone: bool) -> dict[int, list[Span]]:
    """Open the periods that are missing, and lock those that are needed, by item id; never a lock twice (rule 6)."""
    wanted: dict[int, tuple[datetime, datetime]] = {}
    missing: dict[int, Target] = {}
    for target, instant in meant:
        earliest, latest = wanted.get(target.id, (instant, instant))
        wanted[target.id] = min(earliest, instant), max(latest, instant)
        if target.opened_until is None or instant >= target.opened_until:
            missing[target.id] = target
    if missing:
        _open(missing.values(), {item: wanted[item][1] for item in missing})
    return resolving.lock_spans(wanted=wanted, alone=alone) if wanted else {}


def _open(targets: Iterable[Target], latest: Mapping[int, datetime]) -> None:
    """Open periods up to the latest instant of each item; the subscription's lock comes before those of periods."""
    holders = Subscription.objects.filter(pk__in={target.subscription_id for target in targets})
    list(holders.order_by("pk").select_for_update(of=("self",)))
    items = Item.objects.filter(pk__in=latest).select_related(
        "organization", "subscription__plan", "add_on__metric", "price"
    )
    for item in items.order_by("pk"):
        subscriptions.open_until(items=[item], instant=latest[item.pk])


def _decided(
    request: _Request,
    meant: Iterator[_Meant | Refusal],
    spans: Mapping[int, Sequence[Span]],
    rooms: Mapping[int, Room],
    known: Mapping[str, Known],
) -> tuple[list[Row], "list[Outcome | _Stored]"]:
    """Decide event by event, in order: return the rows to store, and an answer or the place of a row for each."""
    rows: list[Row] = []
    own: dict[str, int] = {}  # keys that this request stores → places of their rows
    answers: list[Outcome | _Stored] = []
    limited = False
    for event in request.events:
        key = event.idempotency_key
        if key is not None and key in known:
            answers.append(_answered(event, known[key], request))
            continue
        found = next(meant)
        if key is not None and key in own:
            answers.append(_twin(event, rows, own[key], request))
        elif isinstance(found, Refusal):
            answers.append(_refused(found, request))
        else:
            row = _row(event, *found, spans)
            room = rooms.get(row.period_id) if rooms else None
            if room is not None and not room.take(row.quantity):
                if not limited:
                    _check_not_overtaken(request, known)
                limited = True
                answers.append(_refused(LimitReached(room), request))
                continue
            if key is not None:
                own[key] = len(rows)
            answers.append(_Stored(len(rows)))
            rows.append(row)
    return rows, answers


def _stored(request: _Request, rows: Sequence[Row], answers: "Sequence[Outcome | _Stored]") -> list[Outcome]:
    """Store what is accepted in one statement, and complete the answers."""
    public_ids = writing.insert(
        organization_id=request.organization.pk, rows=rows, now=request.now, source=request.source, actor=request.actor
    )
    return [
        answer
        if isinstance(answer, Outcome)
        else Outcome(public_id=public_ids[answer.row], late=rows[answer.row].late, repeated=answer.repeated)
        for answer in answers
    ]


def _check_not_overtaken(request: _Request, known: Mapping[str, Known]) -> None:
    """Before an event is refused for want of room, look whether its own first sending took that room meanwhile."""
    if len(_known(request)) > len(known):
        raise Overtaken("another transaction stored a key of this request while it waited")


class _Stored(NamedTuple):
    """An event that is stored as a row of this request, or was by an earlier event of it."""

    row: int
    repeated: bool = False


def _row(event: NewEvent, target: Target, instant: datetime, spans: Mapping[int, Sequence[Span]]) -> Row:
    span = resolving.covering(spans[target.id], instant)
    if span is None:
        raise PeriodMoved(f"no period of {target.public_id} covers {instant} any more")
    return Row(
        item_id=target.id,
        period_id=span.id,
        quantity=event.quantity,
        occurred_at=instant,
        late=span.is_closed,
        idempotency_key=event.idempotency_key,
        content_digest=event.digest() if event.idempotency_key is not None else "",
        properties=event.properties,
        note=event.note,
    )


def _answered(event: NewEvent, known: Known, request: _Request) -> Outcome:
    """Give the first answer again, or refuse other content under the same key."""
    if known.content_digest != event.digest():
        return _refused(used_differently(), request)
    return Outcome(public_id=known.public_id, late=known.late, repeated=True)


def _twin(event: NewEvent, rows: Sequence[Row], place: int, request: _Request) -> Outcome | _Stored:
    """Answer an event whose key an earlier one of the same request has."""
    if rows[place].content_digest != event.digest():
        return _refused(used_differently(), request)
    return _Stored(place, repeated=True)


def _refused(refusal: Refusal, request: _Request) -> Outcome:
    if request.whole:
        raise refusal
    return Outcome(refusal=refusal)


def used_differently() -> Conflict:
    """Return the refusal of other content under a key that was used before."""
    return Conflict(
        "key_used_differently",
        "This idempotency key was used before with other content. Nothing was stored.",
        field="idempotency_key",
    )
