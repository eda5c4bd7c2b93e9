"""Start a subscription."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import Customer
from apps.catalog import queries as catalog
from apps.catalog.models import AddOn, Plan, Price, Timing
from apps.core.refusals import Refusal
from apps.outbox import operations as outbox
from apps.rating.periods import Interval, IntervalUnit, period
from apps.subscriptions.models import Item, Quantity, Subscription
from apps.tenancy.models import Organization


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
) -> Subscription:
    """Put a customer on a plan from an instant on, with the plan's automatic add-ons and the chosen `add_ons`.

    Nothing is billed here: the subscription is due at its start. Raise Refusal where a price is missing, an add-on is
    not enabled for the plan, or the start is older than the organization's late window or in the future.
    """
    if starts_at < now - timedelta(days=organization.late_window_days):
        raise Refusal(
            "starts_too_early",
            f"A subscription can start at most {organization.late_window_days} days back.",
            field="starts_at",
        )
    if starts_at > now:
        raise Refusal("starts_in_future", "A subscription cannot start in the future.", field="starts_at")
    if plan.archived_at is not None:
        raise Refusal("plan_archived", f"{plan.name} is not offered any more.", field="plan")
    chosen = _choose(plan, add_ons)
    subscription = Subscription.objects.create(
        organization=organization,
        customer=customer,
        plan=plan,
        currency=customer.currency,
        starts_at=starts_at,
        trial_ends_at=_trial_end(plan, starts_at, organization.zone),
        next_boundary_at=starts_at,
        bills_at=starts_at,
        created_at=now,
    )
    if not plan.is_free:
        price = catalog.base_price(plan=plan, currency=customer.currency)
        _add_item(subscription, add_on=None, price=price, timing=plan.timing, quantity=quantity)
    for add_on in chosen:
        price = catalog.add_on_price(add_on=add_on, plan=plan, currency=customer.currency)
        timing = Timing.ARREARS if add_on.kind == AddOn.Kind.USAGE else Timing.ADVANCE
        _add_item(subscription, add_on=add_on, price=price, timing=timing, quantity=quantity)
    outbox.append(
        organization=organization,
        topic="subscription.started",
        payload={"subscription": subscription.public_id, "customer": customer.public_id},
        now=now,
    )
    return subscription


def _choose(plan: Plan, add_ons: Sequence[AddOn]) -> list[AddOn]:
    automatic, optional = catalog.add_ons_of(plan=plan)
    for add_on in add_ons:
        if add_on not in optional and add_on not in automatic:
            raise Refusal("add_on_not_enabled", f"{add_on.name} cannot be chosen with {plan.name}.", field="add_ons")
    return automatic + [add_on for add_on in optional if add_on in add_ons]


def _trial_end(plan: Plan, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    if not plan.trial_days:
        return None
    return period(starts_at, Interval(IntervalUnit.DAY, plan.trial_days), 0, zone).ends_at


def _add_item(
    subscription: Subscription, *, add_on: AddOn | None, price: Price, timing: str, quantity: Decimal
) -> Item:
    plan = subscription.plan
    own = add_on if add_on is not None and add_on.interval_unit else plan
    item = Item.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        add_on=add_on,
        price=price,
        timing=timing,
        interval_unit=own.interval_unit,
        interval_count=own.interval_count,
        anchor_at=subscription.trial_ends_at or subscription.starts_at,
        starts_at=subscription.starts_at,
    )
    if not item.is_usage:
        Quantity.objects.create(organization_id=item.organization_id, item=item, at=item.starts_at, quantity=quantity)
    return item
