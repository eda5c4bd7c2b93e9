"""Add items to a subscription."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.catalog import queries as catalog
from apps.catalog.models import AddOn, Alignment, Plan, Price, Timing
from apps.core.refusals import Conflict, Refusal
from apps.rating.periods import Interval, IntervalUnit, calendar_anchor
from apps.subscriptions.models import Item, Quantity, Subscription
from apps.subscriptions.operations.seats import keep_seats

MOST = Decimal(10) ** 15


def add_base(*, subscription: Subscription, at: datetime, quantity: Decimal) -> Item | None:
    """Add the base fee of the subscription's plan from an instant on; nothing where the plan is free.

    Raise Refusal where the plan has no price in the subscription's currency.
    """
    plan = subscription.plan
    if plan.is_free:
        return None
    price = catalog.base_price(plan=plan, currency=subscription.currency)
    return _add(subscription, add_on=None, price=price, timing=plan.timing, at=at, quantity=quantity)


def add(*, subscription: Subscription, add_on: AddOn, at: datetime, quantity: Decimal) -> Item:
    """Add an add-on from an instant on, at what it costs on the subscription's plan.

    Raise Refusal where it has no price in the currency, Conflict where the subscription has it already.
    """
    there = Item.objects.filter(subscription=subscription, add_on=add_on)
    if any(item.ends_at is None or item.ends_at > at for item in there):
        raise Conflict("item_exists", f"This subscription has {add_on.name} already.", field="add_on")
    price = catalog.add_on_price(add_on=add_on, plan=subscription.plan, currency=subscription.currency)
    timing = Timing.ARREARS if add_on.kind == AddOn.Kind.USAGE else Timing.ADVANCE
    return _add(subscription, add_on=add_on, price=price, timing=timing, at=at, quantity=quantity)


def chosen_add_ons(*, plan: Plan, add_ons: Sequence[AddOn]) -> list[AddOn]:
    """Return the add-ons that come with a plan and those of `add_ons`; raise Refusal for one that it does not offer."""
    automatic, optional = catalog.add_ons_of(plan=plan)
    for add_on in add_ons:
        if add_on not in optional and add_on not in automatic:
            raise Refusal("add_on_not_enabled", f"{add_on.name} cannot be chosen with {plan.name}.", field="add_ons")
    return automatic + [add_on for add_on in optional if add_on in add_ons]


def interval_of(*, add_on: AddOn | None, plan: Plan) -> Interval:
    """Return how often something is billed on a plan: an add-on's own interval, or the plan's."""
    own = add_on if add_on is not None and add_on.interval_unit else plan
    return Interval(IntervalUnit(own.interval_unit), own.interval_count)


def anchor_of(*, subscription: Subscription, interval: Interval) -> tuple[datetime, str]:
    """Return from where the periods of such an interval are counted, and by which zone that is its date.

    It is the subscription's own anchor, or the calendar's before it.
    """
    if subscription.alignment == Alignment.ANNIVERSARY:
        return subscription.anchor_at, subscription.anchor_zone
    zone = ZoneInfo(subscription.anchor_zone)
    return calendar_anchor(subscription.anchor_at, interval, zone), subscription.anchor_zone


def set_quantity(*, item: Item, at: datetime, quantity: Decimal) -> None:
    """Say how many of an item there are from an instant on, whatever was said before of any later one.

    Raise Refusal for a quantity that cannot be bought, Conflict where that is fewer base fees than seats assigned. The
    caller holds the subscription's lock.
    """
    check_quantity(quantity)
    Quantity.objects.create(organization_id=item.organization_id, item=item, at=at, quantity=quantity)
    if item.add_on_id is None:
        keep_seats(subscription=item.subscription, since=at)


def check_quantity(quantity: Decimal) -> None:
    """Raise Refusal for a quantity that cannot be bought."""
    if not 0 < quantity < MOST:
        raise Refusal("quantity_out_of_range", "The quantity must be above zero and below 10^15.", field="quantity")


def _add(
    subscription: Subscription, *, add_on: AddOn | None, price: Price, timing: str, at: datetime, quantity: Decimal
) -> Item:
    interval = interval_of(add_on=add_on, plan=subscription.plan)
    anchor_at, anchor_zone = anchor_of(subscription=subscription, interval=interval)
    item = Item.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        add_on=add_on,
        price=price,
        timing=timing,
        interval_unit=interval.unit,
        interval_count=interval.count,
        anchor_at=anchor_at,
        anchor_zone=anchor_zone,
        starts_at=at,
    )
    if not item.is_usage:
        set_quantity(item=item, at=at, quantity=quantity)
    return item
