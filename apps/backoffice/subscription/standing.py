"""Where a subscription stands, in plain sentences."""

from datetime import date

from apps.core.formats import Formats
from apps.subscriptions.models import Subscription

COLOURS = {
    "scheduled": "info",
    "trialing": "info",
    "active": "success",
    "suspended": "warning",
    "paused": "warning",
    "canceled": "",
}


def sentences(subscription: Subscription, *, formats: Formats, today: date) -> list[str]:
    """Say where it stands, and what is planned for it."""
    since = formats.day_of(subscription.starts_at, today=today)
    if subscription.status == Subscription.Status.SCHEDULED:
        return [f"Begins on {since}. Nothing is billed before."]
    if subscription.status == Subscription.Status.TRIALING and subscription.trial_ends_at is not None:
        until = formats.day_of(subscription.trial_ends_at, today=today)
        return [f"On trial since {since}: until {until} usage is free, and no fee is due."]
    return [f"Active since {since}."]
