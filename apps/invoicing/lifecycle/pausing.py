"""Pause and resume; suspend and restore."""

from datetime import datetime

from django.db import transaction

from apps.core.refusals import Conflict
from apps.invoicing.lifecycle.holding import Changed, bill_at, cut_all_at, hold
from apps.invoicing.lifecycle.proration import Proration
from apps.invoicing.models import Invoice
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Subscription

Status = Subscription.Status


@transaction.atomic
def pause(
    *, subscription: Subscription, now: datetime, actor: str, proration: str = Proration.NONE, reason: str = ""
) -> Changed:
    """Stop billing from now on: what is open is billed up to now, and what was paid in advance given back if wanted.

    Usage recorded meanwhile is free. Raise Conflict where it is paused, has ended, or has not begun.
    """
    held = hold(subscription=subscription, now=now)
    if held.status == Status.PAUSED:
        raise Conflict("paused_already", "This subscription is paused already.", field="status")
    if now < held.starts_at:  # whatever its status says: it may be suspended before it begins
        raise Conflict("not_begun", "This subscription has not begun.", field="status")
    periods = subscriptions.lock_open(subscription=held)
    at = cut_all_at(subscription=held, periods=periods, now=now)
    subscriptions.pause(subscription=held, at=at, keep_fees=proration == Proration.NONE, periods=periods)
    _stand(held, "paused", now, actor, reason)
    return bill_at(subscription=held, at=at, now=now, cause=Invoice.Cause.CHANGE)


@transaction.atomic
def resume(*, subscription: Subscription, now: datetime, actor: str, reason: str = "") -> Changed:
    """Bill again from now on, fees for what is left of their interval. Raise Conflict where it is not paused."""
    held = hold(subscription=subscription, now=now)
    if held.paused_at is None:
        raise Conflict("not_paused", "This subscription is not paused.", field="status")
    periods = subscriptions.lock_open(subscription=held)
    at = cut_all_at(subscription=held, periods=periods, now=now)
    subscriptions.resume(subscription=held, at=at, periods=periods)
    _stand(held, "resumed", now, actor, reason)
    return bill_at(subscription=held, at=at, now=now, cause=Invoice.Cause.CHANGE)


@transaction.atomic
def suspend(*, subscription: Subscription, now: datetime, actor: str, reason: str = "") -> Changed:
    """Take access away; metering and billing run on. Raise Conflict where it is suspended or has ended."""
    held = hold(subscription=subscription, now=now)
    if held.suspended_at is not None:
        raise Conflict("suspended_already", "This subscription is suspended already.", field="status")
    held.suspended_at = now
    _stand(held, "suspended", now, actor, reason)
    return Changed(held, now)


@transaction.atomic
def restore(*, subscription: Subscription, now: datetime, actor: str, reason: str = "") -> Changed:
    """Give access back. Raise Conflict where it is not suspended."""
    held = hold(subscription=subscription, now=now)
    if held.suspended_at is None:
        raise Conflict("not_suspended", "This subscription is not suspended.", field="status")
    held.suspended_at = None
    _stand(held, "restored", now, actor, reason)
    return Changed(held, now)


def _stand(held: Subscription, verb: str, now: datetime, actor: str, reason: str) -> None:
    """Set the status that follows, and note who brought it about."""
    held.status = subscriptions.standing(held, now)
    held.save(update_fields=["status", "suspended_at", "paused_at"])
    subscriptions.note(subscription=held, verb=verb, topic=verb, now=now, actor=actor, reason=reason)
