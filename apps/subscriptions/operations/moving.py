"""Move the time line: open periods, close them, say what is next, set aside what fails."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from apps.core import bulk
from apps.subscriptions import queries, timeline
from apps.subscriptions.models import Item, Period, Subscription
from apps.subscriptions.operations.noting import note

Status = Subscription.Status
# What happens by itself when time passes: the status before and after → topic and verb.
_BY_ITSELF = {
    (Status.SCHEDULED, Status.TRIALING): ("activated", "begun on trial"),
    (Status.SCHEDULED, Status.ACTIVE): ("activated", "begun"),
    (Status.TRIALING, Status.ACTIVE): ("trial_ended", "trial ended"),
}


def open_until(*, items: Iterable[Item], instant: datetime) -> None:
    """Open the missing periods of items up to and with the one that covers `instant`.

    The caller holds the subscription's lock.
    """
    items = list(items)
    last = queries.last_periods(items=items)
    for item in items:
        period = last.get(item.pk)
        while period is None or period.ends_at <= instant:
            span = timeline.following(item=item, last=period, zone=item.organization.zone)
            if span is None or span.span.starts_at > instant:
                break
            period = open_span(span)


def close_periods(*, periods: Iterable[Period], now: datetime) -> None:
    """Mark current periods as closed, or as closed early; the caller holds their locks and has charged them."""
    periods = list(periods)
    early = {period.id for period in periods if _is_early(period)}
    whole = {period.id for period in periods} - early
    for status, ids in ((Period.Status.FINAL, early), (Period.Status.RECORDED, whole)):
        if not ids:
            continue
        closed = Period.objects.filter(pk__any_key=ids, status=Period.Status.CURRENT)
        assert closed.update(status=status, closed_at=now) == len(ids), "a period was closed twice"


def return_periods(*, ids: Collection[int], now: datetime) -> None:
    """Mark periods as due again, after what billed them was thrown away; the caller holds the subscription's lock."""
    returned = Period.objects.filter(pk__in=ids)
    returned.update(returned_at=now)
    late_usage_came(items=returned.values_list("item_id", flat=True), now=now)


def take_again(*, periods: Iterable[Period]) -> None:
    """Mark periods that were due again as billed."""
    Period.objects.filter(pk__in=[period.pk for period in periods]).update(returned_at=None)


def move_to_next_boundary(*, subscription: Subscription, after: datetime, now: datetime) -> None:
    """Say when something is due next: the first end of an open period, later by the grace for usage, or its own end.

    Everything up to `after` is billed; where that reaches the subscription's end, it is canceled.
    """
    _set_boundary(subscription, after=after)
    ended = subscription.ends_at is not None and after >= subscription.ends_at
    set_status(subscription=subscription, status=Status.CANCELED if ended else standing(subscription, now), now=now)
    subscription.save(update_fields=["next_boundary_at", "bills_at", "status"])


def due_from(*, subscription: Subscription, at: datetime) -> None:
    """Let something be due at an instant, unless something is due before."""
    if subscription.next_boundary_at is None or at < subscription.next_boundary_at:
        subscription.next_boundary_at = subscription.bills_at = at
        subscription.save(update_fields=["next_boundary_at", "bills_at"])


def find_boundary(*, subscription: Subscription) -> None:
    """Say again when something is due next, after what was planned is not any more."""
    if subscription.status != Status.SCHEDULED:
        _set_boundary(subscription, after=None)
        subscription.save(update_fields=["next_boundary_at", "bills_at"])


def late_usage_came(*, items: Iterable[int], now: datetime) -> None:
    """Let those subscriptions of items be billed once more that have ended: usage came late, or was taken back.

    Of a subscription that lives nothing changes, since it comes on its next invoice. The caller holds their locks.
    """
    ended = Subscription.objects.filter(status=Status.CANCELED, bills_at__isnull=True)
    ended.filter(pk__in=Item.objects.filter(pk__in=set(items)).values("subscription")).update(bills_at=now)


def late_usage_billed(*, subscription: Subscription) -> None:
    """Say that nothing is due any more of a subscription that has ended."""
    subscription.bills_at = None
    subscription.save(update_fields=["bills_at"])


def lock_ended(*, subscriptions: Iterable[int]) -> None:
    """Lock subscriptions that have an end, by id, before the periods of which usage may be late."""
    list(Subscription.objects.filter(pk__in=set(subscriptions)).order_by("pk").select_for_update(of=("self",)))


def standing(subscription: Subscription, now: datetime) -> Status:
    """Return where the life of a subscription that has not ended stands."""
    if subscription.paused_at is not None:
        return Status.PAUSED
    if subscription.suspended_at is not None:
        return Status.SUSPENDED
    if now < subscription.starts_at:
        return Status.SCHEDULED
    on_trial = subscription.trial_ends_at is not None and now < subscription.trial_ends_at
    return Status.TRIALING if on_trial else Status.ACTIVE


def set_status(*, subscription: Subscription, status: Status, now: datetime) -> None:
    """Set the status, and put on record what came by itself; saving is the caller's."""
    before, subscription.status = Status(subscription.status), status
    if before != status and status == Status.CANCELED:
        note(subscription=subscription, verb="ended", topic="ended", now=now)
    elif (before, status) in _BY_ITSELF:
        topic, verb = _BY_ITSELF[before, status]
        note(subscription=subscription, verb=verb, topic=topic, now=now)


def by_itself(subscription: Subscription, status: Status) -> tuple[str, str] | None:
    """Return topic and verb of what happens by itself when a subscription comes to a status; None where nothing is."""
    before = subscription.status
    return _BY_ITSELF.get((Status(before), status)) if before != status else None


def park(*, subscription: Subscription, reason: str, now: datetime) -> None:
    """Set a subscription aside until a person has looked at the reason; it blocks no other."""
    Subscription.objects.filter(pk=subscription.pk).update(parked_at=now, parked_reason=reason)


def unpark(*, subscription: Subscription) -> None:
    """Let a parked subscription be closed again."""
    Subscription.objects.filter(pk=subscription.pk).update(parked_at=None, parked_reason="")


def open_span(span: timeline.Span) -> Period:
    """Store a span as a period."""
    period = period_of(span)
    period.save(force_insert=True)
    return period


def period_of(span: timeline.Span) -> Period:
    """See a span as the period that it is stored as, unsaved."""
    previous = None if span.index == 0 else span.span.starts_at
    period = bulk.make(
        Period,
        organization_id=span.item.organization_id,
        item_id=span.item.id,
        price_id=span.price.id,
        index=span.index,
        starts_at=span.span.starts_at,
        ends_at=span.span.ends_at,
        prev_ends_at=previous,
        full_starts_at=span.full.starts_at,
        full_ends_at=span.full.ends_at,
        billable=span.billable,
    )
    bulk.hold(period, item=span.item, price=span.price)
    return period


def _is_early(period: Period) -> bool:
    return period.ends_at < period.full_ends_at or period.ends_at == period.item.ends_at


def _set_boundary(subscription: Subscription, *, after: datetime | None) -> None:
    boundary, metered = _next_boundary(subscription, after)
    place(subscription, boundary, metered=metered)


def place(subscription: Subscription, boundary: datetime | None, *, metered: bool) -> None:
    """Set the next boundary, and when it is billed: later by the grace where usage is; saving is the caller's."""
    grace = subscription.organization.usage_grace if metered else timedelta(0)
    subscription.next_boundary_at = boundary
    subscription.bills_at = boundary + grace if boundary else None


def _next_boundary(subscription: Subscription, after: datetime | None) -> tuple[datetime | None, bool]:
    """Return the next boundary, and whether usage is billed at it."""
    rows = Period.objects.filter(item__subscription=subscription, status=Period.Status.CURRENT)
    current = list(rows.select_related("item__add_on"))
    change = queries.planned_change(subscription=subscription)
    return boundary_of(subscription, current=current, planned_at=change.at if change else None, after=after)


def boundary_of(
    subscription: Subscription, *, current: Sequence[Period], planned_at: datetime | None, after: datetime | None
) -> tuple[datetime | None, bool]:
    """Return the next boundary that collecting periods, a planned change and the end make, and whether usage is billed.

    There is none where all is billed up to the end.
    """
    ends_at = subscription.ends_at
    if ends_at is not None and after is not None and after >= ends_at:
        return None, False
    planned = [at for at in (ends_at, planned_at) if at is not None]
    boundary = min([*(period.ends_at for period in current), *planned], default=None)
    metered = [period for period in current if period.item.is_usage]
    return boundary, any(period.ends_at == boundary or boundary == ends_at for period in metered)
