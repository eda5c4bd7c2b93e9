"""Plan a change of plan for the end of a cycle, and carry it out when its time has come."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from apps.catalog import queries as catalog
from apps.catalog.models import AddOn, Plan
from apps.subscriptions import queries
from apps.subscriptions.models import PlanChange, Subscription
from apps.subscriptions.operations import changing, cutting, items, seats
from apps.subscriptions.operations.noting import note


def plan_change(
    *,
    subscription: Subscription,
    plan: Plan,
    add_ons: Sequence[AddOn],
    quantity: Decimal | None,
    at: datetime,
    keep_fees: bool,
    now: datetime,
    actor: str,
    reason: str = "",
) -> PlanChange:
    """Plan a change of plan for an instant ahead; one that was planned before is withdrawn.

    Raise Refusal where an add-on is not offered with the plan, or something has no price in the currency, Conflict
    where fewer base fees are to be bought than seats are assigned.
    """
    for add_on in items.chosen_add_ons(plan=plan, add_ons=add_ons):
        catalog.add_on_price(add_on=add_on, plan=plan, currency=subscription.currency)
    if not plan.is_free:
        catalog.base_price(plan=plan, currency=subscription.currency)
    withdraw(subscription=subscription, now=now, actor=actor)
    change = PlanChange.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        plan=plan,
        add_ons=[add_on.public_id for add_on in add_ons],
        quantity=quantity,
        at=at,
        keep_fees=keep_fees,
        actor=actor,
        created_at=now,
    )
    seats.keep_seats(subscription=subscription, since=now)
    note(
        subscription=subscription,
        verb="plan change planned",
        topic="plan_change_planned",
        now=now,
        actor=actor,
        reason=reason,
        summary=f"To {plan}, at {at.astimezone(subscription.organization.zone):%Y-%m-%d %H:%M}.",
        plan=plan.key,
    )
    return change


def withdraw(*, subscription: Subscription, now: datetime, actor: str) -> bool:
    """Take back a planned change of plan; return whether there was one."""
    change = queries.planned_change(subscription=subscription)
    if change is None:
        return False
    change.withdrawn_at = now
    change.save(update_fields=["withdrawn_at"])
    note(
        subscription=subscription,
        verb="plan change withdrawn",
        topic="plan_change_withdrawn",
        now=now,
        actor=actor,
        summary=f"Not to {change.plan}.",
        plan=change.plan.key,
    )
    return True


def carry_out(*, subscription: Subscription, until: datetime, now: datetime) -> bool:
    """Carry out the change that is planned for `until` or before, on the time line; return whether there was one.

    The caller holds the subscription's lock. Whoever opens periods calls this first, so that none begins at the old
    price. An add-on that is not offered any more is left out.
    """
    change = queries.planned_change(subscription=subscription)
    if change is None or change.at > until:
        return False
    automatic, optional = catalog.add_ons_of(plan=change.plan)
    changing.change_plan(
        subscription=subscription,
        plan=change.plan,
        add_ons=[add_on for add_on in changing.chosen(change=change) if add_on in (*automatic, *optional)],
        quantity=change.quantity,
        at=change.at,
        keep_fees=change.keep_fees,
        periods=cutting.lock_open(subscription=subscription),
    )
    change.done_at = now
    change.save(update_fields=["done_at"])
    note(
        subscription=subscription,
        verb="plan changed",
        topic="plan_changed",
        now=now,
        actor=change.actor,
        summary=f"To {change.plan}, as planned.",
        plan=change.plan.key,
    )
    return True
