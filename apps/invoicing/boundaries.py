"""Which spans meet at a boundary of a subscription: stored and locked for closing, or foreseen for a preview."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from msgspec.structs import replace

from apps.catalog.models import Timing
from apps.invoicing import queries as charges
from apps.invoicing.assembling import Boundary
from apps.subscriptions import queries as timelines
from apps.subscriptions import timeline
from apps.subscriptions.models import Item, Period, Subscription
from apps.usage import queries as usage

_RETURNED = Q(returned_at__isnull=False)


def locked(
    *, subscription: Subscription, items: Sequence[Item], boundary_at: datetime, everything: bool = False
) -> Boundary:
    """Lock, by id, the periods that meet at a boundary, with open fees and with unbilled late usage.

    With `everything`, what ended before and waits for its grace is among those that end.
    """
    late = with_late_usage([subscription])
    wanted = _at(boundary_at) | _open_fees(boundary_at) | _RETURNED | Q(pk__in=late)
    if everything:
        wanted |= Q(ends_at__lte=boundary_at, status=Period.Status.CURRENT)
    rows = Period.objects.select_for_update(of=("self",)).filter(wanted, item__in=items)
    return meeting(list(_described(rows)), boundary_at, late, everything=everything)


def after_the_end(*, subscription: Subscription, items: Sequence[Item]) -> Boundary:
    """Lock, by id, the periods of a subscription that has ended with unbilled late usage, or that are due again."""
    late = with_late_usage([subscription])
    rows = Period.objects.select_for_update(of=("self",)).filter(Q(pk__in=late) | _RETURNED, item__in=items)
    found = list(_described(rows))
    return Boundary(
        ending=[],
        starting=[],
        late=[period for period in found if period.returned_at is None],
        returned=[timeline.stored(period) for period in found if period.returned_at is not None],
    )


def has_late_usage(*, subscription: Subscription) -> bool:
    """Say whether a closed period of a subscription has usage that no charge has seen."""
    return bool(with_late_usage([subscription]))


def foreseen(*, subscription: Subscription, items: Sequence[Item], boundary_at: datetime) -> Boundary:
    """Return what the boundary will look like, as far as it can be known now; nothing is locked or written."""
    late = with_late_usage([subscription])
    wanted = _at(boundary_at) | _open_fees(boundary_at) | _RETURNED | Q(pk__in=late)
    rows = Period.objects.filter(wanted, item__in=items)
    boundary = meeting(list(_described(rows)), boundary_at, late)
    last = timelines.last_periods(items=items)
    spans = [
        timeline.following(item=item, last=last.get(item.id), zone=subscription.organization.zone) for item in items
    ]
    starting = [span for span in spans if span is not None and span.span.starts_at == boundary_at]
    starting = [span for span in starting if span.item.timing == Timing.ADVANCE]
    return replace(boundary, starting=[*boundary.starting, *starting])


def _at(boundary_at: datetime) -> Q:
    return Q(ends_at=boundary_at, status=Period.Status.CURRENT) | Q(starts_at=boundary_at)


def _open_fees(boundary_at: datetime) -> Q:
    """Name the open periods whose fee was due at their beginning, before the boundary: it may have changed since."""
    prepaid = Q(item__timing=Timing.ADVANCE, billable=True)
    return prepaid & Q(status=Period.Status.CURRENT, starts_at__lt=boundary_at, ends_at__gt=boundary_at)


def _described(rows: QuerySet[Period]) -> QuerySet[Period]:
    related = ("price__plan", "item__price", "item__add_on__metric", "item__subscription__plan__product")
    return rows.select_related(*related).order_by("pk")


def meeting(
    rows: Sequence[Period], boundary_at: datetime, late: Collection[int], *, everything: bool = False
) -> Boundary:
    """Sort the periods of a subscription, in the order of their ids, by what they do at a boundary."""
    collecting = [period for period in rows if period.status == Period.Status.CURRENT]
    ended = [each for each in collecting if each.ends_at == boundary_at or (everything and each.ends_at < boundary_at)]
    standing = [each for each in collecting if each.starts_at < boundary_at < each.ends_at]
    returned = [each for each in rows if each.returned_at is not None and _is_due_again(each, ended)]
    return Boundary(
        ending=[timeline.stored(period) for period in ended],
        starting=[
            timeline.stored(period)
            for period in rows
            if period.starts_at == boundary_at and period.item.timing == Timing.ADVANCE
        ],
        standing=[
            timeline.stored(period)
            for period in standing
            if period.item.timing == Timing.ADVANCE and period not in returned
        ],
        late=[period for period in rows if period.id in late and period not in returned],
        returned=[timeline.stored(period) for period in returned],
    )


def _is_due_again(period: Period, ended: Sequence[Period]) -> bool:
    """Say whether a period that was returned is due apart from what else happens: usage once it is closed."""
    return period not in ended and (period.status != Period.Status.CURRENT or not period.item.is_usage)


def with_late_usage(subscriptions: Iterable[Subscription]) -> set[int]:
    """Return the ids of closed periods with more facts than their newest charge has seen."""
    counts = usage.late_counts(subscriptions=subscriptions)
    charged = charges.facts_charged(periods=counts)
    return {period for period, facts in counts.items() if facts != charged.get(period, 0)}
