"""What must hold of time lines."""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, Subquery, Window
from django.db.models.functions import Lag

from apps.catalog.models import AddOn
from apps.core.verifying import Check
from apps.subscriptions.models import Item, Period, Subscription


def broken_chains() -> Iterator[str]:
    """Yield the periods that do not begin where the one before ended, or the first one with its item."""
    before = Window(Lag("ends_at"), partition_by=F("item"), order_by="starts_at")
    rows = Period.objects.annotate(before=before).filter(
        Q(before__isnull=False) & ~Q(before=F("starts_at"))
        | Q(before__isnull=True) & ~Q(starts_at=F("item__starts_at"))
    )
    for public_id, item, starts_at in rows.values_list("public_id", "item__public_id", "starts_at").iterator():
        yield f"period {public_id} of item {item} begins at {starts_at:%Y-%m-%d %H:%M}: a gap or an overlap before it"


def periods_outside_items() -> Iterator[str]:
    """Yield the closed periods that reach beyond their item's life, and the items that end without their last one."""
    beyond = Period.objects.exclude(status=Period.Status.CURRENT).filter(ends_at__gt=F("item__ends_at"))
    for public_id, item in beyond.values_list("public_id", "item__public_id").iterator():
        yield f"period {public_id} was billed beyond the end of item {item}"
    last = Period.objects.filter(item=OuterRef("pk")).order_by("-ends_at").values("ends_at")[:1]
    ended = Item.objects.filter(subscription__status=Subscription.Status.CANCELED, ends_at__gt=F("starts_at"))
    ended = ended.exclude(add_on__kind=AddOn.Kind.ONE_TIME).annotate(last=Subquery(last))
    short = ended.filter(Q(last__isnull=True) | ~Q(last=F("ends_at")))
    for public_id, ends_at in short.values_list("public_id", "ends_at").iterator():
        yield f"the periods of item {public_id} do not reach its end at {ends_at:%Y-%m-%d %H:%M}"


def canceled_but_open() -> Iterator[str]:
    """Yield what is open of subscriptions that have ended: periods that collect, and items that outlive them."""
    canceled = Subscription.Status.CANCELED
    open_ = Period.objects.filter(item__subscription__status=canceled, status=Period.Status.CURRENT)
    for public_id, subscription in open_.values_list("public_id", "item__subscription__public_id").iterator():
        yield f"period {public_id} of canceled subscription {subscription} is open"
    alive = Item.objects.filter(subscription__status=canceled).filter(
        Q(ends_at__isnull=True) | (Q(ends_at__gt=F("subscription__ends_at")) & Q(ends_at__gt=F("starts_at")))
    )
    for public_id, subscription in alive.values_list("public_id", "subscription__public_id").iterator():
        yield f"item {public_id} outlives canceled subscription {subscription}"


def ends_before_boundaries() -> Iterator[str]:
    """Yield the periods that collect although they ended before their subscription's next boundary, or it has none."""
    collecting = Period.objects.filter(status=Period.Status.CURRENT)
    passed = collecting.exclude(ends_at__gte=F("item__subscription__next_boundary_at"))
    for public_id, subscription in passed.values_list("public_id", "item__subscription__public_id").iterator():
        yield f"period {public_id} collects, but the next boundary of subscription {subscription} is not by its end"


CHECKS = [
    Check(
        name="period chain",
        holds="The periods of an item follow each other without gap or overlap, from its start on.",
        breaches=broken_chains,
        then="Stop closing and restore the time line from a backup: the database should have refused this.",
    ),
    Check(
        name="periods within lives",
        holds="No closed period reaches beyond its item, and those of what has ended reach to its end.",
        breaches=periods_outside_items,
        then="Look at the history of the item; credit what was billed beyond its end, or bill what is missing.",
    ),
    Check(
        name="no end is passed over",
        holds="Nothing collects beyond its end: the next boundary of a subscription is the first end of its periods.",
        breaches=ends_before_boundaries,
        then="Set the subscription's next boundary to that end: it was billed at the wrong one, or is about to be.",
    ),
    Check(
        name="canceled is over",
        holds="Of a canceled subscription nothing is open, and no item outlives it.",
        breaches=canceled_but_open,
        then="Look at the history of the subscription, and bill what is open by hand.",
    ),
]
