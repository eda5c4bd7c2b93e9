"""Start a subscription."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import Customer
from apps.catalog.models import AddOn, AfterTrial, Alignment, Plan
from apps.core.refusals import Refusal
from apps.rating.periods import Interval, IntervalUnit, calendar_anchor, period
from apps.subscriptions import queries
from apps.subscriptions.models import Subscription
from apps.subscriptions.operations import cutting, items, moving
from apps.subscriptions.operations.noting import note
from apps.tenancy.models import Organization

MOST_AHEAD = timedelta(days=5 * 366)


@transaction.atomic
def start(
    *,
    organization: Organization,
    customer: Customer,
    plan: Plan,
    starts_at: datetime,
    now: datetime,
    add_ons: Sequence[AddOn] = (),
    quantity: Decimal = Decimal(1),
    alignment: str | None = None,
    actor: str = "",
) -> Subscription:
    """Put a customer on a plan from an instant on, with the plan's automatic add-ons and the chosen `add_ons`.

    Nothing is billed here: the subscription is due at its start, which may lie ahead. `alignment` is the plan's unless
    given. Raise Refusal where a price is missing, an add-on is not enabled for the plan, the customer or the plan is
    archived, or the start is older than the organization's late window.
    """
    if starts_at < now - timedelta(days=organization.late_window_days):
        raise Refusal(
            "starts_too_early",
            f"A subscription can start at most {organization.late_window_days} days back.",
            field="starts_at",
        )
    if starts_at > now + MOST_AHEAD:
        raise Refusal("starts_too_late", "A subscription can start at most five years ahead.", field="starts_at")
    if plan.archived_at is not None:
        raise Refusal("plan_archived", f"{plan.name} is not offered any more.", field="plan")
    chosen = items.chosen_add_ons(plan=plan, add_ons=add_ons)
    zone = organization.zone
    trial_ends_at = _trial_end(plan, starts_at, zone)
    alignment = alignment or plan.alignment
    subscription = Subscription(
        organization=organization,
        customer=customer,
        plan=plan,
        currency=customer.currency,
        alignment=alignment,
        starts_at=starts_at,
        anchor_at=_anchor(plan, alignment, trial_ends_at or starts_at, zone),
        anchor_zone=zone.key,
        trial_ends_at=trial_ends_at,
        ends_at=trial_ends_at if plan.after_trial == AfterTrial.CANCEL else None,
        next_boundary_at=starts_at,
        bills_at=starts_at,
        created_at=now,
    )
    subscription.status = moving.standing(subscription, now)
    subscription.save()
    items.add_base(subscription=subscription, at=starts_at, quantity=quantity)
    for add_on in chosen:
        items.add(subscription=subscription, add_on=add_on, at=starts_at, quantity=quantity)
    if subscription.ends_at is not None:
        cutting.end_items(items=queries.items_of(subscription=subscription), at=subscription.ends_at)
    note(
        subscription=subscription,
        verb="started",
        topic="started",
        now=now,
        actor=actor,
        summary=f"{plan}, from {starts_at.astimezone(zone):%Y-%m-%d %H:%M}.",
    )
    return subscription


def _trial_end(plan: Plan, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    if not plan.trial_days:
        return None
    return period(starts_at, Interval(IntervalUnit.DAY, plan.trial_days), 0, zone).ends_at


def _anchor(plan: Plan, alignment: str, begins_at: datetime, zone: ZoneInfo) -> datetime:
    if alignment == Alignment.ANNIVERSARY:
        return begins_at
    return calendar_anchor(begins_at, items.interval_of(add_on=None, plan=plan), zone)
