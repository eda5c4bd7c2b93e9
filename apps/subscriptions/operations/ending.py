"""Let a subscription end: now, or at an instant ahead that can be taken back."""

from datetime import datetime

from apps.core.refusals import Conflict
from apps.subscriptions import queries
from apps.subscriptions.models import Item, Subscription
from apps.subscriptions.operations import cutting


def end(*, subscription: Subscription, at: datetime, now: datetime) -> None:
    """Let a subscription and every item of it end at an instant, or at its start where that comes later."""
    subscription.ends_at = max(at, subscription.starts_at)
    subscription.canceled_at = now
    subscription.save(update_fields=["ends_at", "canceled_at"])
    for item in queries.items_of(subscription=subscription):
        if item.ends_at is None or item.ends_at > subscription.ends_at:
            cutting.end_items(items=[item], at=subscription.ends_at, removed_at=item.removed_at)


def go_on(*, subscription: Subscription, now: datetime) -> None:
    """Take back an end that lies ahead. Raise Conflict where there is none, or it has come."""
    if subscription.ends_at is None:
        raise Conflict("not_ending", "This subscription has no end that could be taken back.", field="status")
    if subscription.ends_at <= now:
        raise Conflict("ended_already", "This subscription has ended: start a new one.", field="status")
    ending = Item.objects.filter(subscription=subscription, ends_at=subscription.ends_at, removed_at__isnull=True)
    for item in ending:
        item.ends_at = None
        item.save(update_fields=["ends_at"])
    subscription.ends_at = subscription.canceled_at = None
    subscription.save(update_fields=["ends_at", "canceled_at"])
