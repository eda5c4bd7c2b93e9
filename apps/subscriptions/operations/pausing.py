"""Pause and resume, on the time line alone: a pause is tiled by periods that are not billed."""

from collections.abc import Sequence
from datetime import datetime

from apps.subscriptions import queries, timeline
from apps.subscriptions.models import Item, Period, Subscription
from apps.subscriptions.operations import cutting, moving


def pause(*, subscription: Subscription, at: datetime, keep_fees: bool, periods: Sequence[Period]) -> None:
    """Cut every open period at an instant, and go on with ones that are not billed; `periods` are locked."""
    cutting.cut(periods=periods, at=at, keep_fees=keep_fees)
    subscription.paused_at = at
    subscription.status = moving.standing(subscription, at)
    subscription.save(update_fields=["paused_at", "status"])
    _go_on(subscription, at)


def resume(*, subscription: Subscription, at: datetime, periods: Sequence[Period]) -> None:
    """Cut the pause at an instant, and go on with what is left of each interval; `periods` are locked.

    A fee that stayed owed through the pause is not owed again for the same time.
    """
    cutting.cut(periods=periods, at=at, keep_fees=False)
    subscription.paused_at = None
    subscription.status = moving.standing(subscription, at)
    subscription.save(update_fields=["paused_at", "status"])
    _go_on(subscription, at)


def _go_on(subscription: Subscription, at: datetime) -> None:
    items = [item for item in queries.items_of(subscription=subscription) if _is_alive(item, at)]
    last = queries.last_periods(items=items)
    owed = queries.fees_owed(subscription=subscription)
    for item in items:
        item.subscription = subscription
        span = timeline.following(item=item, last=last.get(item.pk), zone=subscription.organization.zone)
        if span is not None and span.span.starts_at <= at:
            moving.open_span(cutting.not_owed_twice(span, owed))


def _is_alive(item: Item, at: datetime) -> bool:
    return item.starts_at <= at and (item.ends_at is None or item.ends_at > at)
