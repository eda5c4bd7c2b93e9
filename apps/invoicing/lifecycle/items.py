"""Add, remove and re-quantify the items of a subscription."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.catalog.models import AddOn
from apps.core.refusals import Conflict, Refusal
from apps.invoicing.lifecycle.holding import Changed, bill_at, cut_at, hold
from apps.invoicing.lifecycle.proration import Proration, When
from apps.invoicing.models import Invoice
from apps.subscriptions import operations as subscriptions
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period, Subscription


@transaction.atomic
def add_item(
    *,
    subscription: Subscription,
    add_on: AddOn,
    now: datetime,
    actor: str,
    quantity: Decimal = Decimal(1),
    reason: str = "",
) -> Changed:
    """Add an add-on from now on: its first period is what is left of the interval, and a fee in advance is billed now.

    Raise Refusal where the plan does not offer it, it has no price in the currency, or the quantity is not above zero;
    Conflict where the subscription has it already, has ended or is paused.
    """
    held = hold(subscription=subscription, now=now)
    _check_open(held)
    subscriptions.check_quantity(quantity)
    subscriptions.chosen_add_ons(plan=held.plan, add_ons=[add_on])
    item = subscriptions.add(subscription=held, add_on=add_on, at=max(now, held.starts_at), quantity=quantity)
    if held.ends_at is not None:
        subscriptions.end_items(items=[item], at=held.ends_at)
    _note(held, "item added", "item_added", f"{add_on}.", now, actor, reason, item=item.public_id)
    if held.starts_at > now:
        return Changed(held, item.starts_at)
    return bill_at(subscription=held, at=now, now=now, cause=Invoice.Cause.CHANGE)


@transaction.atomic
def remove_item(
    *,
    item: Item,
    now: datetime,
    actor: str,
    when: str = When.PERIOD_END,
    proration: str = Proration.NONE,
    reason: str = "",
) -> Changed:
    """Take an add-on off, at the end of its period or now, and then bill what it still owes.

    Raise Refusal for the base fee, which goes with its plan; Conflict where the item or its subscription has ended.
    """
    held = hold(subscription=item.subscription, now=now)
    item = _own(held, item, now)
    if item.add_on is None:
        raise Refusal("base_fee", "The base fee goes with the plan: change the plan instead.", field="item")
    if when == When.PERIOD_END and held.starts_at <= now:
        at = _period_at(item, now).full_ends_at
        at = min(at, held.ends_at) if held.ends_at is not None else at
        subscriptions.end_items(items=[item], at=at, removed_at=now)
        _note(
            held, "item removal planned", "item_removal_planned", _until(item), now, actor, reason, item=item.public_id
        )
        return Changed(held, at)
    periods = [period for period in subscriptions.lock_open(subscription=held) if period.item_id == item.pk]
    at = cut_at(periods=periods, now=now)
    subscriptions.cut(periods=periods, at=at, keep_fees=proration == Proration.NONE)
    subscriptions.end_items(items=[item], at=at, removed_at=now)
    _note(held, "item removed", "item_removed", _until(item), now, actor, reason, item=item.public_id)
    if held.starts_at > now:
        return Changed(held, at)
    return bill_at(subscription=held, at=at, now=now, cause=Invoice.Cause.CHANGE)


@transaction.atomic
def set_quantity(
    *,
    item: Item,
    quantity: Decimal,
    now: datetime,
    actor: str,
    invoice_now: bool = False,
    proration: str = Proration.NONE,
    reason: str = "",
) -> Changed:
    """Say how many of an item there are. A rise counts from now, and is billed with the next invoice or `invoice_now`.

    A fall counts from the next period, or with `prorate` from now, and then what was paid for it is given back at once.
    Raise Refusal for usage and one-time items, or a quantity that is not above zero; Conflict where it has ended, or
    more seats are assigned than would be bought.
    """
    held = hold(subscription=item.subscription, now=now)
    item = _own(held, item, now)
    subscriptions.check_quantity(quantity)
    if item.is_usage or item.is_one_time:
        raise Refusal("no_quantity", f"{item} is not bought in a quantity.", field="item")
    instant = _not_before_open(item, max(now, item.starts_at))
    before = timelines.quantity_at(item=item, instant=instant)
    falls = quantity < before
    at = instant
    if falls and proration == Proration.NONE and held.starts_at <= now:
        at = _period_at(item, instant).full_ends_at
    subscriptions.set_quantity(item=item, at=at, quantity=quantity)
    summary = f"{item}: {before.normalize():f} → {quantity.normalize():f}."
    _note(held, "quantity changed", "quantity_changed", summary, now, actor, reason, item=item.public_id)
    if at == instant and held.starts_at <= now and (invoice_now or falls):
        return bill_at(subscription=held, at=at, now=now, cause=Invoice.Cause.CHANGE)
    return Changed(held, at)


def _own(held: Subscription, item: Item, now: datetime) -> Item:
    """Return the item as it stands under the lock."""
    found = next(each for each in timelines.items_of(subscription=held) if each.pk == item.pk)
    if found.ends_at is not None and (found.ends_at <= now or found.removed_at is not None):
        raise Conflict("item_ended", f"{found} has ended, or is to end already.", field="item")
    return found


def _period_at(item: Item, now: datetime) -> Period:
    subscriptions.open_until(items=[item], instant=now)
    period = timelines.period_at(item=item, instant=now)
    assert period is not None, "an item that lives has a period"
    return period


def _not_before_open(item: Item, instant: datetime) -> datetime:
    """Return an instant, or where the item's open period begins that was cut a little ahead of it."""
    closed = timelines.period_at(item=item, instant=instant)
    return closed.ends_at if closed is not None and closed.status != Period.Status.CURRENT else instant


def _check_open(held: Subscription) -> None:
    if held.status == Subscription.Status.PAUSED:
        raise Conflict("paused", "This subscription is paused: resume it first.", field="status")


def _until(item: Item) -> str:
    assert item.ends_at is not None
    return f"{item}, until {item.ends_at.astimezone(item.organization.zone):%Y-%m-%d %H:%M}."


def _note(
    held: Subscription, verb: str, topic: str, summary: str, now: datetime, actor: str, reason: str, **payload: str
) -> None:
    subscriptions.note(
        subscription=held, verb=verb, topic=topic, now=now, actor=actor, reason=reason, summary=summary, **payload
    )
