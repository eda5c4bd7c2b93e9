"""Read subscriptions and their time lines."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Max, OuterRef, Q, QuerySet, Subquery, When, Window
from django.db.models.functions import Coalesce, RowNumber

from apps.accounts.models import Customer
from apps.catalog.models import AddOn, Plan, Price
from apps.subscriptions.models import Item, Period, PlanChange, Quantity, Subscription


class Bought(NamedTuple):
    """How many of an item there are from an instant on, until something said later holds."""

    at: datetime
    quantity: Decimal


def items_of(*, subscription: Subscription) -> list[Item]:
    """Return a subscription's items with what they are priced by, the base fee first."""
    rows = Item.objects.filter(subscription=subscription)
    return list(
        rows.select_related("subscription__plan", "add_on__metric", "price__add_on", "price__plan").order_by("pk")
    )


def usage_items(*, customer: Customer) -> list[Item]:
    """Return the items of a customer on which usage can be recorded, oldest first."""
    rows = Item.objects.filter(subscription__customer=customer, add_on__kind="usage")
    return list(
        rows.select_related("subscription__plan", "subscription__customer", "add_on__metric", "price").order_by("pk")
    )


def usage_items_by_customer(*, customers: Iterable[Customer]) -> dict[int, list[Item]]:
    """Return the items on which usage can be recorded, oldest first, by customer id, in one query."""
    rows = Item.objects.filter(subscription__customer__in=list(customers), add_on__kind="usage")
    found: dict[int, list[Item]] = {}
    for item in rows.select_related("subscription__plan", "add_on").order_by("pk"):
        found.setdefault(item.subscription.customer_id, []).append(item)
    return found


def last_periods(*, items: Iterable[Item]) -> dict[int, Period]:
    """Return the last opened period of each item, by item id, in one query."""
    rows = Period.objects.filter(item__in=list(items)).order_by("item_id", "-ends_at").distinct("item_id")
    return {period.item_id: period for period in rows}


def period_at(*, item: Item, instant: datetime) -> Period | None:
    """Return the opened period of an item that covers an instant."""
    return Period.objects.filter(item=item, starts_at__lte=instant, ends_at__gt=instant).first()


def closed_until(*, subscription: Subscription, instant: datetime) -> datetime | None:
    """Return until when periods of a subscription reach that were cut ahead of an instant and are closed already."""
    rows = Period.objects.filter(item__subscription=subscription, ends_at__gt=instant)
    found: datetime | None = rows.exclude(status=Period.Status.CURRENT).aggregate(until=Max("ends_at"))["until"]
    return found


def base_period_at(*, subscription: Subscription, instant: datetime) -> Period | None:
    """Return the opened period of the base fee that covers an instant; None for a plan without one."""
    rows = Period.objects.filter(item__subscription=subscription, item__add_on__isnull=True)
    rows = rows.filter(Q(item__ends_at__isnull=True) | Q(item__ends_at__gt=instant))
    return rows.filter(starts_at__lte=instant, full_ends_at__gt=instant).order_by("starts_at").last()


def planned_change(*, subscription: Subscription) -> PlanChange | None:
    """Return the change of plan that lies ahead of a subscription."""
    rows = PlanChange.objects.filter(subscription=subscription, done_at__isnull=True, withdrawn_at__isnull=True)
    return rows.select_related("plan__product").first()


def planned_changes(*, subscriptions: Iterable[Subscription]) -> dict[int, datetime]:
    """Return when a change of plan lies ahead of subscriptions, by the subscription's key."""
    rows = PlanChange.objects.filter(
        subscription__any_key={each.id for each in subscriptions}, done_at__isnull=True, withdrawn_at__isnull=True
    )
    return dict(rows.values_list("subscription_id", "at"))


def with_returned_periods(*, subscriptions: Iterable[Subscription]) -> set[int]:
    """Return the keys of those subscriptions with a period that is due again."""
    keys = {each.id for each in subscriptions}
    rows = Period.objects.filter(item__subscription__any_key=keys, returned_at__isnull=False)
    return set(rows.values_list("item__subscription", flat=True))


def quantities(*, items: Iterable[Item]) -> dict[int, list[Bought]]:
    """Return what was said of how many of each item there are, in the order in which it was said, by item id."""
    found: dict[int, list[Bought]] = {}
    rows = Quantity.objects.filter(item__any_key={item.id for item in items}).order_by("pk")
    for item, at, quantity in rows.values_list("item_id", "at", "quantity"):
        found.setdefault(item, []).append(Bought(at, quantity))
    return found


def quantities_at(*, items: Iterable[Item], instant: datetime) -> dict[int, Decimal]:
    """Return how many of each item there are at an instant, by item id; metered items and those to come have none."""
    rows = Quantity.objects.filter(item__in=list(items), at__lte=instant).order_by("item_id", "-pk")
    return dict(rows.distinct("item_id").values_list("item_id", "quantity"))


def quantity_at(*, item: Item, instant: datetime) -> Decimal:
    """Return how many of an item there are at an instant: what was said last of all that holds by then."""
    rows = Quantity.objects.filter(item=item, at__lte=instant).order_by("pk")
    last = rows.last()
    return last.quantity if last is not None else Decimal(0)


def fees_owed(*, subscription: Subscription) -> dict[int | None, list[datetime]]:
    """Return until when fees stay owed that a cut did not give back, by item id; under None those of all base fees."""
    rows = Period.objects.filter(item__subscription=subscription, fees_until__isnull=False)
    found: dict[int | None, list[datetime]] = {}
    for item, add_on, until in rows.values_list("item", "item__add_on", "fees_until"):
        if until is not None:
            found.setdefault(item if add_on else None, []).append(until)
    return found


def current_periods(*, subscription: Subscription, now: datetime) -> dict[int, Period]:
    """Return the period of each item that contains `now`, by item id."""
    rows = Period.objects.filter(item__subscription=subscription, starts_at__lte=now, ends_at__gt=now)
    return {period.item_id: period for period in rows.select_related("price")}


def live_items(*, items: Iterable[Item], instant: datetime) -> list[Item]:
    """Keep the items whose life covers an instant."""
    return [item for item in items if item.starts_at <= instant and (item.ends_at is None or instant < item.ends_at)]


def usage_items_named(
    *, item: str | None = None, customer: str | None = None, metric: str | None = None, add_on: str | None = None
) -> QuerySet[Item]:
    """Return the usage items of a public id, a customer (public id or external id), a metric's or an add-on's key."""
    rows = Item.objects.filter(add_on__kind="usage")
    if item is not None:
        rows = rows.filter(public_id=item)
    if customer is not None:
        rows = rows.filter(
            Q(subscription__customer__public_id=customer) | Q(subscription__customer__external_id=customer)
        )
    if metric is not None:
        rows = rows.filter(add_on__metric__key=metric)
    return rows if add_on is None else rows.filter(add_on__key=add_on)


def subscriptions(
    *, customer: str | None = None, plan: str | None = None, status: str | None = None, parked: bool | None = None
) -> QuerySet[Subscription]:
    """Return subscriptions with their customer and plan; both by id or by key."""
    rows = Subscription.objects.select_related("customer", "plan", "organization")
    if customer is not None:
        rows = rows.filter(Q(customer__public_id=customer) | Q(customer__external_id=customer))
    if plan is not None:
        rows = rows.filter(Q(plan__public_id=plan) | Q(plan__key=plan))
    if status is not None:
        rows = rows.filter(status=status)
    return rows if parked is None else rows.filter(parked_at__isnull=not parked)


def suspended_since(*, before: datetime) -> list[Subscription]:
    """Return the subscriptions that are suspended since an instant or longer, and are not parked."""
    rows = Subscription.objects.filter(suspended_at__lte=before, parked_at__isnull=True)
    rows = rows.exclude(status=Subscription.Status.CANCELED)
    return list(rows.select_related("customer", "organization").order_by("pk"))


def subscriptions_of(*, customer: Customer) -> list[Subscription]:
    """Return a customer's subscriptions, newest first."""
    rows = Subscription.objects.filter(customer=customer).select_related("plan", "customer", "organization")
    return list(rows.order_by("-pk"))


def live_subscriptions_of(*, customer: Customer) -> list[Subscription]:
    """Return a customer's subscriptions that are not over, oldest first."""
    rows = Subscription.objects.filter(customer=customer).exclude(status=Subscription.Status.CANCELED)
    return list(rows.select_related("plan", "customer").order_by("pk"))


def items_of_subscriptions(*, subscriptions: Iterable[Subscription]) -> list[Item]:
    """Return the items of subscriptions with what they are priced by, in the order in which they were added."""
    rows = Item.objects.filter(subscription__in=list(subscriptions))
    return list(
        rows.select_related("subscription__plan", "add_on__metric", "price__add_on", "price__plan").order_by("pk")
    )


def items_of_customer(*, customer: Customer) -> list[Item]:
    """Return the items of all subscriptions of a customer with what they are priced by, in the order of their start."""
    rows = Item.objects.filter(subscription__customer=customer)
    return list(
        rows.select_related("subscription__plan", "add_on__metric", "price__add_on", "price__plan").order_by("pk")
    )


def periods_covering(*, items: Iterable[Item], instant: datetime) -> dict[int, Period]:
    """Return the opened period of each item that covers an instant, by item id."""
    rows = Period.objects.filter(item__in=list(items), starts_at__lte=instant, ends_at__gt=instant)
    return {period.item_id: period for period in rows}


def recent_periods(*, items: Iterable[Item], instant: datetime, most: int) -> list[Period]:
    """Return the newest periods of items that have begun by an instant, with what they are priced by."""
    rows = Period.objects.filter(item__in=list(items), starts_at__lte=instant)
    related = ("price__add_on", "price__plan", "item__add_on__metric", "item__subscription__organization")
    return list(rows.select_related(*related, "item__subscription__plan").order_by("-starts_at", "item_id")[:most])


def items() -> QuerySet[Item]:
    """Return all items with what they cost."""
    return Item.objects.select_related("price")


def with_current_price(items: QuerySet[Item]) -> QuerySet[Any]:
    """Annotate items with `current_price_id`: what each would cost if it began now, null where nothing is set."""
    in_force = Price.objects.filter(
        currency=OuterRef("subscription__currency"), superseded_at__isnull=True, negotiated=False
    )
    base = in_force.filter(plan=OuterRef("subscription__plan"), add_on__isnull=True)
    own = in_force.filter(plan=OuterRef("subscription__plan"), add_on=OuterRef("add_on"))
    general = in_force.filter(plan__isnull=True, add_on=OuterRef("add_on"))
    current = Case(
        When(add_on__isnull=True, then=Subquery(base.values("pk")[:1])),
        default=Coalesce(Subquery(own.values("pk")[:1]), Subquery(general.values("pk")[:1])),
    )
    return items.annotate(current_price_id=current)


def movable_items(*, plan: Plan | None = None) -> QuerySet[Item]:
    """Return the items, all or those on a plan, that cost something else than they would if they began now.

    What has ended or is billed once is left out: its price is never asked again.
    """
    rows = Item.objects.filter(ends_at__isnull=True).exclude(add_on__kind=AddOn.Kind.ONE_TIME)
    priced = with_current_price(rows if plan is None else rows.filter(subscription__plan=plan))
    return priced.filter(current_price_id__isnull=False).exclude(price_id=F("current_price_id"))


def items_with_older_price(*, plan: Plan | None = None) -> QuerySet[Item]:
    """Return the items, all or those on a plan, whose price is not the current one; negotiated ones are not older."""
    return movable_items(plan=plan).filter(price__negotiated=False)


def items_by_price(*, plan: Plan) -> dict[int, int]:
    """Return how many items on a plan go on at each price, by the price's id."""
    rows = Item.objects.filter(subscription__plan=plan, ends_at__isnull=True).order_by()
    return dict(rows.values_list("price_id").annotate(Count("pk")))


def negotiated_items(*, plan: Plan) -> int:
    """Count the items on a plan that have a price of their own."""
    return Item.objects.filter(subscription__plan=plan, ends_at__isnull=True, price__negotiated=True).count()


def newest_periods(*, items: Iterable[Item], instant: datetime, most: int) -> list[Period]:
    """Return the newest periods of each item that have begun by an instant, at most so many each, oldest first."""
    rank = Window(RowNumber(), partition_by=F("item_id"), order_by=F("starts_at").desc())
    rows = Period.objects.filter(item__in=list(items), starts_at__lte=instant).annotate(rank=rank)
    owners = ("item__organization", "item__subscription__organization")
    related = ("price__add_on", "price__plan", "item__add_on__metric", *owners)
    return list(rows.filter(rank__lte=most).select_related(*related).order_by("item_id", "starts_at"))


def periods_between(*, item: Item, starts_at: datetime, ends_at: datetime) -> list[Period]:
    """Return the opened periods of an item that lie in a half-open span, wholly or in part, oldest first."""
    rows = Period.objects.filter(item=item, starts_at__lt=ends_at, ends_at__gt=starts_at)
    return list(rows.select_related("item__add_on__metric", "item__organization").order_by("starts_at"))


def periods_reaching(*, items: Iterable[Item], earliest: datetime, latest: datetime) -> list[Period]:
    """Return the opened periods of items that cover anything from one instant to another, oldest first."""
    rows = Period.objects.filter(item__in=list(items), ends_at__gt=earliest, starts_at__lte=latest)
    return list(rows.select_related("price").order_by("item_id", "starts_at"))


def items_by_id(*, ids: Iterable[int]) -> dict[int, Item]:
    """Return items by id, with all that pricing their usage asks for."""
    related = ("add_on__metric", "price", "subscription__plan", "subscription__organization")
    return {item.pk: item for item in Item.objects.filter(pk__in=list(ids)).select_related(*related)}
