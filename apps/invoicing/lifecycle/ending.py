"""Cancel a subscription, now or at the end of its cycle, and take that back."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.core.refusals import Conflict
from apps.core.retrying import retried
from apps.invoicing.lifecycle.holding import Changed, bill_at, cut_all_at, hold
from apps.invoicing.lifecycle.proration import Proration, When
from apps.invoicing.models import Invoice
from apps.subscriptions import operations as subscriptions
from apps.subscriptions import queries as timelines
from apps.subscriptions import timeline
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization


@transaction.atomic
def cancel(
    *,
    subscription: Subscription,
    now: datetime,
    actor: str,
    when: str = When.PERIOD_END,
    proration: str = Proration.NONE,
    reason: str = "",
) -> Changed:
    """End a subscription: now, with one final invoice of everything open, or at the end of its cycle.

    `proration` says whether fees paid in advance are given back; what is due in arrears is charged for the part used.
    Raise Conflict where it has ended, or is to end already and the end of the cycle is asked for again.
    """
    held = hold(subscription=subscription, now=now)
    if when == When.NOW:
        return _now(held, now, actor, proration, reason)
    if held.ends_at is not None:
        raise Conflict("ending_already", "This subscription ends by itself already.", field="when")
    subscriptions.withdraw(subscription=held, now=now, actor=actor)
    ends_at = timeline.cycle_end(subscription=held, instant=now, zone=held.organization.zone)
    subscriptions.end(subscription=held, at=ends_at, now=now)
    subscriptions.due_from(subscription=held, at=ends_at)
    _note(held, ends_at, now, actor, reason)
    return Changed(held, ends_at)


@transaction.atomic
def reactivate(*, subscription: Subscription, now: datetime, actor: str, reason: str = "") -> Changed:
    """Take back a cancellation, or a planned change of plan, that lies ahead. Raise Conflict where there is none."""
    held = hold(subscription=subscription, now=now)
    if not subscriptions.withdraw(subscription=held, now=now, actor=actor):
        subscriptions.go_on(subscription=held, now=now)
        subscriptions.note(
            subscription=held, verb="reactivated", topic="reactivated", now=now, actor=actor, reason=reason
        )
    subscriptions.find_boundary(subscription=held)
    return Changed(held, now)


def cancel_long_suspended(*, organization: Organization, now: datetime) -> list[Subscription]:
    """Cancel the subscriptions that are suspended for longer than their organization allows; return them.

    One that cannot be canceled yet, since its billing stands still or a usage system has yet to answer, is left to the
    next time.
    """
    days = organization.cancel_suspended_after_days
    if days is None:
        return []
    canceled = []
    with scope.of(organization):
        for subscription in timelines.suspended_since(before=now - timedelta(days=days)):
            reason = f"It was suspended for {days} days."
            try:
                retried(lambda: cancel(subscription=subscription, now=now, actor="", when=When.NOW, reason=reason))  # noqa: B023 - called at once
            except Conflict:
                continue
            canceled.append(subscription)
    return canceled


def _now(held: Subscription, now: datetime, actor: str, proration: str, reason: str) -> Changed:
    subscriptions.withdraw(subscription=held, now=now, actor=actor)
    periods = subscriptions.lock_open(subscription=held)
    at = max(cut_all_at(subscription=held, periods=periods, now=now), held.starts_at)
    subscriptions.cut(periods=periods, at=at, keep_fees=proration == Proration.NONE)
    subscriptions.end(subscription=held, at=at, now=now)
    _note(held, at, now, actor, reason)
    return bill_at(subscription=held, at=at, now=now, cause=Invoice.Cause.END, everything=True)


def _note(held: Subscription, ends_at: datetime, now: datetime, actor: str, reason: str) -> None:
    subscriptions.note(
        subscription=held,
        verb="canceled",
        topic="canceled",
        now=now,
        actor=actor,
        reason=reason,
        summary=f"Ends at {ends_at.astimezone(held.organization.zone):%Y-%m-%d %H:%M}.",
        ends_at=ends_at.isoformat(),
    )
