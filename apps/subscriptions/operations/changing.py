"""Move a subscription to another plan, on its time line alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from apps.catalog import queries as catalog
from apps.catalog.models import AddOn, Alignment, Plan, Price
from apps.core.refusals import Refusal
from apps.rating.periods import calendar_anchor
from apps.subscriptions import queries, timeline
from apps.subscriptions.models import Item, Period, PlanChange, Subscription
from apps.subscriptions.operations import cutting, items, moving, seats


def change_plan(
    *,
    subscription: Subscription,
    plan: Plan,
    add_ons: Sequence[AddOn],
    quantity: Decimal | None,
    at: datetime,
    keep_fees: bool,
    periods: Sequence[Period],
) -> None:
    """Put a subscription on another plan at an instant; `periods` are its open ones, locked.

    What the new plan enables at the same price and interval is not touched. What goes on otherwise keeps its id, is cut
    and goes on afresh; the rest ends. Of the base fee `quantity` is bought, as many as before unless given. With
    `keep_fees` nothing is given back, so the new fees begin where the old ones end. Raise Refusal where something has
    no price in the subscription's currency, Conflict where fewer base fees are bought than seats assigned.
    """
    before = _alive(subscription, at)
    wanted = _wanted(plan, add_ons, before)
    renewed = items.interval_of(add_on=None, plan=plan) != items.interval_of(add_on=None, plan=subscription.plan)
    base = next((item for item in before if item.add_on is None), None)
    bought = quantity or (queries.quantity_at(item=base, instant=at) if base else Decimal(1))
    _move_to(subscription, plan, at, renewed=renewed)
    gone, going_on = _sorted(subscription, before, wanted, renewed=renewed)
    touched = {item.pk for item in (*gone, *going_on)}
    cutting.cut(periods=[p for p in periods if p.item_id in touched], at=at, keep_fees=keep_fees)
    cutting.end_items(items=gone, at=at)
    for item, price in going_on.items():
        _go_on(item, subscription, price, at, renewed=renewed)
    fresh = [items.add_base(subscription=subscription, at=at, quantity=bought)]
    kept = {item.add_on_id for item in before} - {item.add_on_id for item in gone}
    fresh += [
        items.add(subscription=subscription, add_on=add_on, at=at, quantity=Decimal(1))
        for add_on in wanted
        if add_on.pk not in kept
    ]
    owed = {} if renewed else queries.fees_owed(subscription=subscription)
    _open(subscription, [item for item in fresh if item is not None], going_on, at, owed)
    seats.keep_seats(subscription=subscription, since=at)


def chosen(*, change: PlanChange) -> list[AddOn]:
    """Return the add-ons that were chosen with a planned change."""
    return list(AddOn.objects.filter(public_id__in=change.add_ons).order_by("pk"))


def _alive(subscription: Subscription, at: datetime) -> list[Item]:
    return [
        item
        for item in queries.items_of(subscription=subscription)
        if item.starts_at <= at and (item.ends_at is None or item.ends_at > at)
    ]


def _wanted(plan: Plan, add_ons: Sequence[AddOn], before: Sequence[Item]) -> list[AddOn]:
    """Return the add-ons after the change: the plan's own, those chosen, and those there already that it offers."""
    _, optional = catalog.add_ons_of(plan=plan)
    had = [item.add_on for item in before if item.add_on is not None and item.add_on in optional]
    return items.chosen_add_ons(plan=plan, add_ons=[*add_ons, *had])


def _move_to(subscription: Subscription, plan: Plan, at: datetime, *, renewed: bool) -> None:
    subscription.plan = plan
    if renewed:
        begins_at = max(at, subscription.trial_ends_at or at)
        interval = items.interval_of(add_on=None, plan=plan)
        calendar = subscription.alignment == Alignment.CALENDAR
        zone = subscription.organization.zone
        subscription.anchor_at = calendar_anchor(begins_at, interval, zone) if calendar else begins_at
        subscription.anchor_zone = zone.key
    subscription.save(update_fields=["plan", "anchor_at", "anchor_zone"])


def _sorted(
    subscription: Subscription, before: Sequence[Item], wanted: Sequence[AddOn], *, renewed: bool
) -> tuple[list[Item], dict[Item, Price]]:
    """Return the items that end, and those that are cut and go on, with the price at which they do."""
    gone: list[Item] = []
    going_on: dict[Item, Price] = {}
    for item in before:
        if item.add_on is None or item.add_on not in wanted:
            gone.append(item)
        elif not item.is_one_time:
            price = _price(subscription, item)
            same = price == item.price or _says_the_same(price, item.price)
            if renewed or not same or item.interval != items.interval_of(add_on=item.add_on, plan=subscription.plan):
                going_on[item] = price
    return gone, going_on


def _price(subscription: Subscription, item: Item) -> Price:
    """Return what an item costs on the plan: its own price where one was negotiated."""
    if item.price.negotiated or item.add_on is None:
        return item.price
    return catalog.add_on_price(add_on=item.add_on, plan=subscription.plan, currency=subscription.currency)


def _says_the_same(price: Price, other: Price) -> bool:
    return (price.currency, price.form, price.setup_fee_minor) == (other.currency, other.form, other.setup_fee_minor)


def _go_on(item: Item, subscription: Subscription, price: Price, at: datetime, *, renewed: bool) -> None:
    interval = items.interval_of(add_on=item.add_on, plan=subscription.plan)
    if renewed or interval != item.interval:
        item.anchor_at, item.anchor_zone = items.anchor_of(subscription=subscription, interval=interval)
    item.price, item.interval_unit, item.interval_count = price, interval.unit, interval.count
    item.save(update_fields=["price", "interval_unit", "interval_count", "anchor_at", "anchor_zone"])


def _open(
    subscription: Subscription,
    fresh: Sequence[Item],
    going_on: Iterable[Item],
    at: datetime,
    owed: Mapping[int | None, Sequence[datetime]],
) -> None:
    """Open the first periods of what begins or goes on; where old fees cover the time, the new ones are not billed."""
    begun = [*fresh, *going_on]
    last = queries.last_periods(items=begun)
    for item in begun:
        item.subscription = subscription
        span = timeline.following(item=item, last=last.get(item.pk), zone=subscription.organization.zone)
        if span is None or span.span.starts_at > at:
            raise Refusal("plan_not_possible", f"{item} cannot go on from here.", field="plan")
        moving.open_span(cutting.not_owed_twice(cutting.until_its_end(span), owed))
