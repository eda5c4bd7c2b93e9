"""Put on record what happens to a subscription: a message for other systems, a history row for people."""

from datetime import datetime
from typing import Any

from apps.outbox import operations as outbox
from apps.subscriptions.models import Subscription
from apps.tenancy import operations as tenancy

SYSTEM = "tallybook"


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
    told = {
        "subscription": subscription.public_id,
        "customer": subscription.customer.public_id,
        "status": subscription.status,
        **payload,
    }
    outbox.append(organization=subscription.organization, topic=f"subscription.{topic}", payload=told, now=now)
    tenancy.record_audit(
        organization=subscription.organization,
        actor=actor or SYSTEM,
        verb=verb,
        subject=subscription,
        now=now,
        summary=" ".join(part for part in (summary, f"Reason: {reason}" if reason else "") if part),
    )
