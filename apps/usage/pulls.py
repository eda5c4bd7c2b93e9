"""Read what is asked of usage systems, and what waits for their answers."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.subscriptions.models import Item, Period, Subscription
from apps.usage.models import Pull, PullSource

SHOWN = 12


def sources() -> QuerySet[PullSource]:
    """Return the usage systems that are in force."""
    return PullSource.objects.filter(stopped_at__isnull=True)


def items() -> QuerySet[Item]:
    """Return all items with what is needed to ask for their usage."""
    related = ("organization", "subscription__customer", "subscription__plan", "add_on__metric")
    return Item.objects.select_related(*related)


def source_of(*, item: Item) -> PullSource | None:
    """Return the usage system of an item; None where nothing is asked."""
    related = ("item__subscription__customer", "item__add_on__metric")
    return sources().filter(item=item).select_related(*related).first()


def pulls_of(*, item: Item) -> list[Pull]:
    """Return the last questions of an item, newest period first."""
    rows = Pull.objects.filter(source__item=item).select_related("period").order_by("-period__ends_at")
    return list(rows[:SHOWN])


def awaited_periods() -> QuerySet[Period]:
    """Return the open periods that must not be closed before their usage system has answered.

    A period is asked for where it is billable, and its item has a usage system that asks for what ends then.
    """
    asking = sources().filter(item=OuterRef("item"), asks_from__lt=OuterRef("ends_at"))
    recorded = Pull.objects.filter(period=OuterRef("pk"), status=Pull.Status.DONE)
    return Period.objects.filter(Exists(asking), ~Exists(recorded), status=Period.Status.CURRENT, billable=True)


def not_awaiting(subscriptions: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Leave out the subscriptions whose next boundary waits for an answer."""
    at_boundary = {"item__subscription": OuterRef("pk"), "ends_at": OuterRef("next_boundary_at")}
    return subscriptions.filter(~Exists(awaited_periods().filter(**at_boundary)))


def awaiting(*, subscriptions: Sequence[Subscription]) -> set[int]:
    """Return the keys of those among subscriptions with the same next boundary that wait for an answer."""
    if not subscriptions:
        return set()
    keys = {each.id for each in subscriptions}
    at_boundary = {"item__subscription__any_key": keys, "ends_at": subscriptions[0].next_boundary_at}
    return set(awaited_periods().filter(**at_boundary).values_list("item__subscription", flat=True))


def is_awaiting(subscription: Subscription) -> bool:
    """Say whether the next boundary of a subscription waits for an answer."""
    boundary_at = subscription.next_boundary_at
    return boundary_at is not None and is_awaiting_at(subscription, boundary_at)


def is_awaiting_at(subscription: Subscription, instant: datetime, *, or_before: bool = False) -> bool:
    """Say whether what ends at an instant, or by then, waits for an answer."""
    ended = {"ends_at__lte": instant} if or_before else {"ends_at": instant}
    return awaited_periods().filter(item__subscription=subscription, **ended).exists()


def to_announce(*, now: datetime) -> QuerySet[Period]:
    """Return the ended periods that are to be asked for and are not: new ones, and those a person has let go again.

    A question that failed is asked again once its subscription is not parked any more.
    """
    pending = Pull.objects.filter(period=OuterRef("pk"), status=Pull.Status.WAITING)
    failed = Pull.objects.filter(period=OuterRef("pk"), status=Pull.Status.FAILED)
    parked = Q(item__subscription__parked_at__isnull=False)
    rows = awaited_periods().filter(~Exists(pending), ends_at__lte=now)
    return rows.exclude(parked & Exists(failed))
