"""Record events: every accepted one exactly once, in the period that covers its instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from apps.core.refusals import Conflict, NotFound, Refusal
from apps.core.retrying import retried
from apps.subscriptions import operations as subscriptions
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Organization
from apps.usage.models import Event
from apps.usage.recording import NewEvent

MOST_AHEAD = timedelta(minutes=5)


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
    return retried(
        lambda: _record(organization=organization, events=events, now=now, source=source, actor=actor),
        also=(IntegrityError,),  # another transaction stored the same key first: the next try finds it
    )


@transaction.atomic
def _record(
    *, organization: Organization, events: Sequence[NewEvent], now: datetime, source: str, actor: str
) -> list[Recorded]:
    known = _known([event.idempotency_key for event in events if event.idempotency_key])
    fresh = [event for event in events if event.idempotency_key not in known]
    lines = [(event, *_line(organization, event, now)) for event in fresh]
    locked = _lock_periods(lines)
    rows = {
        id(event): Event(
            organization=organization,
            item=item,
            period=locked[item.pk, instant],
            quantity=event.quantity,
            occurred_at=instant,
            recorded_at=now,
            late=locked[item.pk, instant].status != Period.Status.CURRENT,
            idempotency_key=event.idempotency_key,
            content_digest=event.digest(),
            properties=dict(event.properties),
            note=event.note,
            source=source,
            actor=actor,
        )
        for event, item, instant in lines
    }
    Event.objects.bulk_create(rows.values())
    return [_result(event, rows.get(id(event)), known) for event in events]


def _known(keys: Sequence[str]) -> dict[str | None, Event]:
    if not keys:
        return {}
    rows = Event.objects.filter(idempotency_key__in=keys).select_related("item__subscription__customer", "period")
    return {event.idempotency_key: event for event in rows}


def _result(event: NewEvent, row: Event | None, known: dict[str | None, Event]) -> Recorded:
    if row is not None:
        return Recorded(row, repeated=False)
    earlier = known[event.idempotency_key]
    if earlier.content_digest != event.digest():
        raise Conflict(
            "key_used_differently",
            "This idempotency key was used before with other content. Nothing was stored.",
            field="idempotency_key",
        )
    return Recorded(earlier, repeated=True)


def _line(organization: Organization, event: NewEvent, now: datetime) -> tuple[Item, datetime]:
    """Find the one item that is meant and the instant; refuse what cannot be billed."""
    instant = event.occurred_at or now
    if instant > now + MOST_AHEAD:
        raise Refusal("occurred_in_future", "This is in the future.", field="occurred_at")
    if instant < now - timedelta(days=organization.late_window_days):
        raise Refusal(
            "occurred_too_early",
            f"This is more than {organization.late_window_days} days ago, which is too late to record.",
            field="occurred_at",
        )
    candidates = timelines.items_by_line(
        customer=event.customer, metric=event.metric, add_on=event.add_on, item=event.item
    )
    item = _one(candidates, event, instant)
    if event.quantity <= 0:
        raise Refusal("quantity_not_positive", "The quantity must be greater than zero.", field="quantity")
    return item, instant


def _one(candidates: list[Item], event: NewEvent, instant: datetime) -> Item:
    alive = timelines.live_items(items=candidates, instant=instant)
    if len(alive) == 1:
        return alive[0]
    if len(alive) > 1:
        raise Refusal(
            "ambiguous_item",
            "Several items of this customer are metered by it; name one of them as item.",
            field="item",
            extra={"items": [item.public_id for item in alive]},
        )
    if candidates:
        begins = min(item.starts_at for item in candidates)
        sentence = "This is outside the subscription."
        if instant < begins:
            local = begins.astimezone(candidates[0].organization.zone)
            sentence = f"The subscription only begins on {local:%Y-%m-%d} at {local:%H:%M}."
        raise Refusal("outside_subscription", sentence, field="occurred_at")
    raise NotFound(
        "no_such_item", "This customer has no such usage line.", field="item" if event.item is not None else "customer"
    )


def _lock_periods(lines: Sequence[tuple[NewEvent, Item, datetime]]) -> dict[tuple[int, datetime], Period]:
    """Open what is missing, then lock the periods FOR SHARE by id and read them under the lock (DESIGN rule 6)."""
    if not lines:
        return {}
    found = _covering(lines)
    missing = [(item, instant) for _, item, instant in lines if (item.pk, instant) not in found]
    if missing:
        subscriptions_in_need = sorted({item.subscription_id for item, _ in missing})
        list(Subscription.objects.filter(pk__in=subscriptions_in_need).order_by("pk").select_for_update())
        for item, instant in missing:
            subscriptions.open_until(items=[item], instant=instant)
        found = _covering(lines)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status FROM subscriptions_period WHERE id = ANY(%s) ORDER BY id FOR SHARE",
            [sorted({period.pk for period in found.values()})],
        )
        statuses = dict(cursor.fetchall())
    for period in found.values():
        period.status = statuses[period.pk]
    return found


def _covering(lines: Sequence[tuple[NewEvent, Item, datetime]]) -> dict[tuple[int, datetime], Period]:
    found = {}
    for _, item, instant in lines:
        period = timelines.period_at(item=item, instant=instant)
        if period is not None:
            found[item.pk, instant] = period
    return found
