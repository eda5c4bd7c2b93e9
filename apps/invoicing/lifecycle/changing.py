"""Change the plan of a subscription, now or at the end of its cycle."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.catalog.models import AddOn, Plan
from apps.core.refusals import Conflict, Refusal
from apps.invoicing.lifecycle.holding import Changed, bill_at, cut_all_at, hold
from apps.invoicing.lifecycle.proration import Proration, When
from apps.invoicing.models import Invoice
from apps.subscriptions import operations as subscriptions
from apps.subscriptions import timeline
from apps.subscriptions.models import Subscription


@transaction.atomic
def change_plan(
    *,
    subscription: Subscription,
    plan: Plan,
    now: datetime,
    actor: str,
    add_ons: Sequence[AddOn] = (),
    quantity: Decimal | None = None,
    when: str = When.NOW,
    proration: str = Proration.PRORATE,
    reason: str = "",
) -> Changed:
    """Put a subscription on another plan, and bill at once what is cut and what begins; grace does not hold it up.

    Add-ons that the new plan enables at the same price and interval are not touched. `quantity` is that of the base
    fee, as it is unless given. Raise Refusal where the plan is the same or archived, or something has no price in the
    subscription's currency; Conflict where it has ended or is paused, or more seats are assigned than would be bought.
    """
    held = hold(subscription=subscription, now=now)
    _check(held, plan, now)
    keep_fees = proration == Proration.NONE
    if when == When.PERIOD_END:
        return _planned(held, plan, add_ons, quantity, now, actor, reason, keep_fees=keep_fees)
    subscriptions.withdraw(subscription=held, now=now, actor=actor)
    before = held.plan
    periods = subscriptions.lock_open(subscription=held)
    at = cut_all_at(subscription=held, periods=periods, now=now)
    subscriptions.change_plan(
        subscription=held, plan=plan, add_ons=add_ons, quantity=quantity, at=at, keep_fees=keep_fees, periods=periods
    )
    subscriptions.note(
        subscription=held,
        verb="plan changed",
        topic="plan_changed",
        now=now,
        actor=actor,
        reason=reason,
        summary=f"From {before} to {plan}.",
        plan=plan.key,
    )
    return bill_at(subscription=held, at=at, now=now, cause=Invoice.Cause.CHANGE)


def _check(held: Subscription, plan: Plan, now: datetime) -> None:
    if plan.pk == held.plan_id:
        raise Refusal("same_plan", f"This subscription is on {plan} already.", field="plan")
    if plan.archived_at is not None:
        raise Refusal("plan_archived", f"{plan.name} is not offered any more.", field="plan")
    if held.status == Subscription.Status.PAUSED:
        raise Conflict("paused", "This subscription is paused: resume it first.", field="status")
    if held.ends_at is not None:
        raise Conflict("ending", "This subscription is to end: reactivate it first.", field="status")
    if now < held.starts_at:  # whatever its status says: it may be suspended before it begins
        raise Conflict("not_begun", "This subscription has not begun: cancel it and start another.", field="status")


def _planned(
    held: Subscription,
    plan: Plan,
    add_ons: Sequence[AddOn],
    quantity: Decimal | None,
    now: datetime,
    actor: str,
    reason: str,
    *,
    keep_fees: bool,
) -> Changed:
    at = timeline.cycle_end(subscription=held, instant=now, zone=held.organization.zone)
    subscriptions.plan_change(
        subscription=held,
        plan=plan,
        add_ons=add_ons,
        quantity=quantity,
        at=at,
        keep_fees=keep_fees,
        now=now,
        actor=actor,
        reason=reason,
    )
    subscriptions.due_from(subscription=held, at=at)
    return Changed(held, at)
