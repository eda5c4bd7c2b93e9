"""Record events: every accepted one exactly once, in the period that covers its instant.

A batch costs the same few statements whatever its size: look up the keys, find what the lines mean, lock the periods,
copy the rows in. Nothing here is done event by event but arithmetic and comparing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from apps.core.refusals import Conflict, Refusal
from apps.core.retrying import retried
from apps.subscriptions import operations as subscriptions
from apps.tenancy.models import Organization
from apps.usage import queries
from apps.usage.models import Event
from apps.usage.operations import announcing, locating, placing, writing
from apps.usage.operations.limiting import LimitReached
from apps.usage.operations.locating import Located, PeriodMoved
from apps.usage.operations.placing import NotPlain
from apps.usage.operations.resolving import Target
from apps.usage.operations.writing import Row
from apps.usage.queries import Known
from apps.usage.recording import Line, NewEvent, Outcome, Placed, Request


class Overtaken(Exception):
    """Another transaction stored a key of this request between the look at it and the lock; the whole is done again."""


@dataclass(frozen=True)
class Recorded:
    """The stored event, and whether this request stored it or an earlier one with the same key did."""

    event: Event
    repeated: bool


def record_events(
    *, organization: Organization, events: Sequence[NewEvent], now: datetime, source: str, actor: str
) -> list[Recorded]:
    """Record events, all or none, and return one result each, in order.

    Raise Refusal naming the field: the line is unknown, ambiguous or not alive at `occurred_at`, or the quantity is
    not one that can be billed. Raise Conflict for a key that was used with other content.
    """
    request = Request(organization=organization, events=events, now=now, source=source, actor=actor, whole=True)
    try:
        outcomes = _recorded(request)
    except LimitReached as reached:  # which undid everything: what is told of it needs a transaction of its own
        announcing.tell_refused(rooms=[reached.room], now=now)
        raise
    stored = queries.events_answered(public_ids=[outcome.public_id for outcome in outcomes])
    return [Recorded(stored[outcome.public_id], outcome.repeated) for outcome in outcomes]


def record_batch(
    *, organization: Organization, events: Sequence[NewEvent], now: datetime, source: str, actor: str
) -> list[Outcome]:
    """Record each event that can be, and return what became of each, in order; a bad one harms no other.

    Everything accepted is committed together. Each event carries a key, so that the whole may be sent again.
    """
    return _recorded(
        Request(organization=organization, events=events, now=now, source=source, actor=actor, whole=False)
    )


def foresee_batch(*, organization: Organization, events: Sequence[NewEvent], now: datetime) -> list[Outcome]:
    """Say what record_batch would answer now. Nothing is stored, opened or locked.

    What it would store has no id yet; whether it would be late, or beyond a hard limit, only recording can tell.
    """
    request = Request(organization=organization, events=events, now=now, source="", actor="", whole=False)
    known = queries.known_keys(keys=[event.idempotency_key for event in events if event.idempotency_key])
    lines = {event.line for event in events if event.idempotency_key not in known}
    targets = locating.targets_of(request, lines)
    own: dict[str, str] = {}  # keys that this request would store → digests
    return [_foreseen(event, targets, request, known, own) for event in events]


def _foreseen(
    event: NewEvent,
    targets: Mapping[Line, Sequence[Target]],
    request: Request,
    known: Mapping[str, Known],
    own: dict[str, str],
) -> Outcome:
    key = event.idempotency_key
    if key is not None and key in known:
        return _answered(event, known[key], request)
    if key is not None and key in own:
        same = own[key] == event.digest()
        return Outcome(repeated=True) if same else _refused(used_differently(), request)
    found = locating.mean(event, targets, request)
    if isinstance(found, Refusal):
        return _refused(found, request)
    if key is not None:
        own[key] = event.digest()
    return Outcome()


def _recorded(request: Request) -> list[Outcome]:
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


def _known(request: Request) -> dict[str, Known]:
    return queries.known_keys(keys=[event.idempotency_key for event in request.events if event.idempotency_key])


def _record(request: Request, known: Mapping[str, Known]) -> list[Outcome]:
    fresh = [event for event in request.events if event.idempotency_key not in known]
    if not fresh:
        return [_answered(event, known[str(event.idempotency_key)], request) for event in request.events]
    try:
        return _stored(request, known, fresh, plainly=True)
    except NotPlain:
        return _stored(request, known, fresh, plainly=False)


@transaction.atomic
def _stored(request: Request, known: Mapping[str, Known], fresh: Sequence[NewEvent], *, plainly: bool) -> list[Outcome]:
    """Find and lock the periods of fresh events, store those that can be, and tell what is to be told of them."""
    found = (placing.place(request, fresh) if plainly else None) or locating.locate(request, fresh)
    rows, outcomes = _decided(request, known, found)
    writing.insert(
        organization_id=request.organization.pk, rows=rows, now=request.now, source=request.source, actor=request.actor
    )
    late = [row.item_id for row in rows if row.late]
    if late:
        subscriptions.late_usage_came(items=late, now=request.now)
    if found.rules.watched:
        announcing.tell_recorded(organization=request.organization, rules=found.rules, rows=rows, now=request.now)
        announcing.tell_refused(rooms=[room for room in found.rooms.values() if room.refused], now=request.now)
    return outcomes


def _decided(request: Request, known: Mapping[str, Known], found: Located) -> tuple[list[Row], list[Outcome]]:
    """Decide event by event, in order: return the rows to store, and what becomes of each event."""
    places = iter(found.places)
    public_ids = iter(writing.fresh_ids(now=request.now, count=len(found.places)))
    rows: list[Row] = []
    own: dict[str, Row] = {}  # what this request stores, by key
    outcomes: list[Outcome] = []
    limited = False
    for event in request.events:
        key = event.idempotency_key
        if key is not None and key in known:
            outcomes.append(_answered(event, known[key], request))
            continue
        place = next(places)
        if key is not None and key in own:
            twin = own[key]
            outcomes.append(_answered(event, Known(twin.public_id, twin.content_digest, twin.late), request))
            continue
        if isinstance(place, Refusal):
            outcomes.append(_refused(place, request))
            continue
        room = found.rooms.get(place.period_id)
        if room is not None and not room.take(event.quantity):
            if not limited:
                _check_not_overtaken(request, known)
            limited = True
            outcomes.append(_refused(LimitReached(room), request))
            continue
        row = _row(event, place, next(public_ids))
        rows.append(row)
        if key is not None:
            own[key] = row
        outcomes.append(Outcome(public_id=row.public_id, late=row.late))
    return rows, outcomes


def _row(event: NewEvent, place: Placed, public_id: str) -> Row:
    return Row(
        public_id=public_id,
        item_id=place.item_id,
        period_id=place.period_id,
        quantity=event.quantity,
        occurred_at=place.instant,
        late=place.late,
        idempotency_key=event.idempotency_key,
        content_digest=event.digest() if event.idempotency_key is not None else "",
        properties=event.properties,
        note=event.note,
    )


def _check_not_overtaken(request: Request, known: Mapping[str, Known]) -> None:
    """Before an event is refused for want of room, look whether its own first sending took that room meanwhile."""
    if len(_known(request)) > len(known):
        raise Overtaken("another transaction stored a key of this request while it waited")


def _answered(event: NewEvent, known: Known, request: Request) -> Outcome:
    """Give the first answer again, or refuse other content under the same key."""
    if not event.was_sent_as(known.content_digest):
        return _refused(used_differently(), request)
    return Outcome(public_id=known.public_id, late=known.late, repeated=True)


def _refused(refusal: Refusal, request: Request) -> Outcome:
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
