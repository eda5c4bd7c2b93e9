"""Move the time line: open periods, close them, say what is next, set aside what fails."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from apps.subscriptions import queries, timeline
from apps.subscriptions.models import Item, Period, Subscription


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
            if span is None:
                break
            period = _open(span)


def close_periods(*, periods: Iterable[Period], now: datetime) -> None:
    """Mark current periods as recorded; the caller holds their locks and has charged them."""
    ids = [period.pk for period in periods]
    closed = Period.objects.filter(pk__in=ids, status=Period.Status.CURRENT)
    assert closed.update(status=Period.Status.RECORDED, closed_at=now) == len(ids), "a period was closed twice"


def move_to_next_boundary(*, subscription: Subscription, after: datetime) -> None:
    """Say when something is due next: the first end of an open period after `after`, later by the grace for usage."""
    current = list(
        Period.objects.filter(
            item__subscription=subscription, status=Period.Status.CURRENT, ends_at__gt=after
        ).select_related("item__add_on")
    )
    boundary = min((period.ends_at for period in current), default=None)
    metered = any(period.item.is_usage for period in current if period.ends_at == boundary)
    grace = subscription.organization.usage_grace if metered else timedelta(0)
    subscription.next_boundary_at = boundary
    subscription.bills_at = boundary + grace if boundary else None
    trial = subscription.trial_ends_at
    on_trial = trial is not None and after < trial
    subscription.status = Subscription.Status.TRIALING if on_trial else Subscription.Status.ACTIVE
    subscription.save(update_fields=["next_boundary_at", "bills_at", "status"])


def park(*, subscription: Subscription, reason: str, now: datetime) -> None:
    """Set a subscription aside until a person has looked at the reason; it blocks no other."""
    Subscription.objects.filter(pk=subscription.pk).update(parked_at=now, parked_reason=reason)


def unpark(*, subscription: Subscription) -> None:
    """Let a parked subscription be closed again."""
    Subscription.objects.filter(pk=subscription.pk).update(parked_at=None, parked_reason="")


def _open(span: timeline.Span) -> Period:
    previous = None if span.index == 0 else span.span.starts_at
    return Period.objects.create(
        organization_id=span.item.organization_id,
        item=span.item,
        index=span.index,
        starts_at=span.span.starts_at,
        ends_at=span.span.ends_at,
        prev_ends_at=previous,
        full_starts_at=span.full.starts_at,
        full_ends_at=span.full.ends_at,
        price=span.price,
        billable=span.billable,
    )
