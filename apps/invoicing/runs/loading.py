"""Claim a chunk of subscriptions and read all that their closing has to know, in a few queries for all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Q

from apps.catalog import queries as catalog
from apps.core import bulk
from apps.invoicing import boundaries, closing, taxing
from apps.rating.taxing import Taxes
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Organization


@dataclass
class Chunk:
    """Locked subscriptions of one organization that meet the same boundary, their items, and the periods that matter.

    `aside` are those that go one by one; what is read is of the others alone. `periods` are locked, by item and in the
    order of their keys: all that collect, those that begin at the boundary, and the closed ones in `late`. `last` is
    the last period of each item that has any.
    """

    organization: Organization
    boundary_at: datetime
    bills_at: datetime
    subscriptions: Sequence[Subscription]
    aside: list[Subscription] = field(default_factory=list)
    planned: dict[int, datetime] = field(default_factory=dict)
    items: dict[int, list[Item]] = field(default_factory=dict)
    periods: dict[int, list[Period]] = field(default_factory=dict)
    last: dict[int, Period] = field(default_factory=dict)
    late: set[int] = field(default_factory=set)

    @cached_property
    def taxes(self) -> Taxes:
        """What the taxes of all its drafts depend on, read once."""
        return taxing.taxes_of(self.organization)

    def set_aside(self, apart: Iterable[Subscription]) -> None:
        """Leave these to be closed one by one, and with them all else of their customers: it shares their balance."""
        customers = {subscription.customer_id for subscription in apart}
        if customers:
            self.aside += [each for each in self.subscriptions if each.customer_id in customers]
            self.subscriptions = [each for each in self.subscriptions if each.customer_id not in customers]


def claim(*, organization: Organization, as_of: datetime, most: int, where: Q | None = None) -> Chunk | None:
    """Lock the next subscriptions that are due; None when nothing is left to claim."""
    claimed = closing.claim_many(as_of=as_of, most=most, where=where)
    if not claimed:
        return None
    boundary_at, bills_at = claimed[0].next_boundary_at, claimed[0].bills_at
    assert bills_at is not None, "only a subscription with an instant is due"
    fresh = Organization.objects.get(pk=organization.pk)  # its settings may have been changed since the run began
    if boundary_at is None:  # what has ended is due for what came late, without any boundary
        return Chunk(fresh, bills_at, bills_at, [], claimed)
    return Chunk(fresh, boundary_at, bills_at, claimed)


def read(chunk: Chunk) -> None:
    """Read what the subscriptions of a chunk are made of and lock their periods; set aside where more than that is due.

    That is where a change of plan or the end comes at the boundary, or a period is due again.
    """
    chunk.planned = timelines.planned_changes(subscriptions=chunk.subscriptions)
    returned = timelines.with_returned_periods(subscriptions=chunk.subscriptions)
    chunk.set_aside([each for each in chunk.subscriptions if each.id in returned or _is_planned_here(each, chunk)])
    if chunk.subscriptions:
        _read_items(chunk)
        _lock_periods(chunk)


def _is_planned_here(subscription: Subscription, chunk: Chunk) -> bool:
    """Say whether a subscription ends at the boundary or before, or changes its plan."""
    change_at, ends_at = chunk.planned.get(subscription.id), subscription.ends_at
    return any(at is not None and at <= chunk.boundary_at for at in (change_at, ends_at))


def _read_items(chunk: Chunk) -> None:
    by_key = {each.id: each for each in chunk.subscriptions}
    items = list(Item.objects.filter(subscription__any_key=frozenset(by_key)).order_by("pk"))
    plans = catalog.plans_by_key(keys={each.plan_id for each in chunk.subscriptions})
    prices = catalog.prices_by_key(keys={item.price_id for item in items})
    add_ons = catalog.add_ons_by_key(keys={item.add_on_id for item in items if item.add_on_id is not None})
    for subscription in chunk.subscriptions:
        bulk.hold(subscription, organization=chunk.organization, plan=plans[subscription.plan_id])
        chunk.items[subscription.id] = []
    for item in items:
        subscription, add_on_id = by_key[item.subscription_id], item.add_on_id
        bulk.hold(
            item,
            organization=chunk.organization,
            subscription=subscription,
            price=prices[item.price_id],
            add_on=add_ons[add_on_id] if add_on_id is not None else None,
        )
        chunk.items[subscription.id].append(item)


def _lock_periods(chunk: Chunk) -> None:
    items = {item.id: item for each in chunk.subscriptions for item in chunk.items[each.id]}
    chunk.late = boundaries.with_late_usage(chunk.subscriptions)
    # None that collects ends before the boundary, which is the first of their ends: so what is over is not even read.
    wanted = Q(ends_at__gte=chunk.boundary_at) & (Q(status=Period.Status.CURRENT) | Q(starts_at=chunk.boundary_at))
    if chunk.late:
        wanted |= Q(pk__in=chunk.late)
    rows = Period.objects.select_for_update(of=("self",)).filter(wanted, item__any_key=frozenset(items)).order_by("pk")
    found = list(rows)
    pinned = {item.price_id: item.price for item in items.values()}
    pinned |= catalog.prices_by_key(keys={period.price_id for period in found} - pinned.keys())
    for period in found:
        item = items[period.item_id]
        chunk.periods.setdefault(item.id, []).append(period)
        bulk.hold(period, item=item, price=pinned[period.price_id])
        last = chunk.last.get(item.id)
        if period.status == Period.Status.CURRENT and (last is None or last.ends_at < period.ends_at):
            chunk.last[item.id] = period
    rest = [item for pk, item in items.items() if pk not in chunk.last]
    if rest:
        chunk.last |= timelines.last_periods(items=rest)
