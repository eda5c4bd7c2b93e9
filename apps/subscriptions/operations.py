"""Move the time line: start, open periods, close them, say what is next. Knows no money."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from apps.accounts.models import Customer
from apps.catalog import queries as catalog
from apps.catalog.models import AddOn, Plan, Price, Timing
from apps.core.refusals import Refusal
from apps.outbox import operations as outbox
from apps.subscriptions import queries, timeline
from apps.subscriptions.models import Item, Period, Quantity, Subscription
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
    chosen = _choose(plan, add_ons)
    subscription = Subscription.objects.create(
        organization=organization,
        customer=customer,
        plan=plan,
        currency=customer.currency,
        starts_at=starts_at,
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


def open_until(*, items: Iterable[Item], instant: datetime) -> None:
    """Open the missing periods of items up to and with the one that covers `instant`.

    The caller holds the subscription's lock.
    """
    items = list(items)
    last = queries.last_periods(items=items)
    for item in items:
        period = last.get(item.pk)
        while period is None or period.ends_at <= instant:
            span = timeline.following(item=item, last=period, zone=item.organization.zone)
            if span is None:
                break
            period = _open(span)


def close_periods(*, periods: Iterable[Period], now: datetime) -> None:
    """Mark current periods as recorded; the caller holds their locks and has charged them."""
    ids = [period.pk for period in periods]
    closed = Period.objects.filter(pk__in=ids, status=Period.Status.CURRENT)
    assert closed.update(status=Period.Status.RECORDED, closed_at=now) == len(ids), "a period was closed twice"


def move_to_next_boundary(*, subscription: Subscription, after: datetime) -> None:
    """Say when something is due next: the first end of an open period after `after`, later by the grace for usage."""
    current = list(
        Period.objects.filter(
            item__subscription=subscription, status=Period.Status.CURRENT, ends_at__gt=after
        ).select_related("item__add_on")
    )
    boundary = min((period.ends_at for period in current), default=None)
    metered = any(period.item.is_usage for period in current if period.ends_at == boundary)
    grace = subscription.organization.usage_grace if metered else timedelta(0)
    subscription.next_boundary_at = boundary
    subscription.bills_at = boundary + grace if boundary else None
    subscription.status = Subscription.Status.ACTIVE
    subscription.save(update_fields=["next_boundary_at", "bills_at", "status"])


def park(*, subscription: Subscription, reason: str, now: datetime) -> None:
    """Set a subscription aside until a person has looked at the reason; it blocks no other."""
    Subscription.objects.filter(pk=subscription.pk).update(parked_at=now, parked_reason=reason)


def unpark(*, subscription: Subscription) -> None:
    """Let a parked subscription be closed again."""
    Subscription.objects.filter(pk=subscription.pk).update(parked_at=None, parked_reason="")


def _choose(plan: Plan, add_ons: Sequence[AddOn]) -> list[AddOn]:
    automatic, optional = catalog.add_ons_of(plan=plan)
    for add_on in add_ons:
        if add_on not in optional and add_on not in automatic:
            raise Refusal("add_on_not_enabled", f"{add_on.name} cannot be chosen with {plan.name}.", field="add_ons")
    return automatic + [add_on for add_on in optional if add_on in add_ons]


def _add_item(
    subscription: Subscription, *, add_on: AddOn | None, price: Price, timing: str, quantity: Decimal
) -> Item:
    item = Item.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        add_on=add_on,
        price=price,
        timing=timing,
        interval_unit=subscription.plan.interval_unit,
        interval_count=subscription.plan.interval_count,
        anchor_at=subscription.starts_at,
        starts_at=subscription.starts_at,
    )
    if not item.is_usage:
        Quantity.objects.create(organization_id=item.organization_id, item=item, at=item.starts_at, quantity=quantity)
    return item


def _open(span: timeline.Span) -> Period:
    previous = None if span.index == 0 else span.span.starts_at
    return Period.objects.create(
        organization_id=span.item.organization_id,
        item=span.item,
        index=span.index,
        starts_at=span.span.starts_at,
        ends_at=span.span.ends_at,
        prev_ends_at=previous,
        full_starts_at=span.full.starts_at,
        full_ends_at=span.full.ends_at,
        price=span.price,
        billable=span.billable,
    )
