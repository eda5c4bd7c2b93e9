"""Put on record what happens to a subscription: a message for other systems, a history row for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.outbox import operations as outbox
from apps.subscriptions.models import Subscription
from apps.tenancy import operations as tenancy
from apps.tenancy.models import Organization

SYSTEM = "tallybook"


@dataclass(frozen=True)
class Note:
    """What happened to a subscription by itself: what is told to others, and what stands in its history."""

    subscription: Subscription
    topic: str
    verb: str


def note(
    *,
    subscription: Subscription,
    verb: str,
    topic: str,
    now: datetime,
    actor: str = "",
    reason: str = "",
    summary: str = "",
    **payload: Any,
) -> None:
    """Write the message `subscription.<topic>` and who did what, when and why, in the caller's transaction."""
    told = _told(subscription) | payload
    outbox.append(organization=subscription.organization, topic=f"subscription.{topic}", payload=told, now=now)
    tenancy.record_audit(
        organization=subscription.organization,
        actor=actor or SYSTEM,
        verb=verb,
        subject=subscription,
        now=now,
        summary=" ".join(part for part in (summary, f"Reason: {reason}" if reason else "") if part),
    )


def note_many(*, organization: Organization, notes: Sequence[Note], now: datetime) -> None:
    """Put on record what happened to many subscriptions by itself."""
    messages = [(f"subscription.{each.topic}", _told(each.subscription)) for each in notes]
    outbox.append_many(organization=organization, messages=messages, now=now)
    tenancy.record_audits(
        organization=organization, actor=SYSTEM, done=[(each.verb, each.subscription) for each in notes], now=now
    )


def _told(subscription: Subscription) -> dict[str, Any]:
    return {
        "subscription": subscription.public_id,
        "customer": subscription.customer.public_id,
        "status": subscription.status,
    }
