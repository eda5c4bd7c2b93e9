"""Close what is due: one subscription, one boundary, one transaction, one invoice.

Safe to run any number of times, by any number of workers, after a crash at any point: a subscription is claimed by
its row lock, charges are unique per period, kind and revision, and everything of a boundary commits together.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from msgspec import Struct

from apps.core.retrying import retried
from apps.invoicing import billing
from apps.invoicing.models import CreditNote, Invoice
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import pulls

logger = logging.getLogger(__name__)

IN_ORDER = ("bills_at", "next_boundary_at", "pk")  # as the index has them: nothing else is read to find the next


class Closed(Struct, frozen=True):
    """One boundary that was worked on: the invoice if it made one, what it credited, or why it was parked."""

    subscription: Subscription
    boundary_at: datetime | None = None
    invoice: Invoice | None = None
    parked_reason: str = ""
    credit_notes: Sequence[CreditNote] = ()


Also = Callable[[Closed], None]


def nothing(closed: Closed) -> None:
    """Add nothing to the transaction of a closing."""


def due_count(*, organization: Organization, as_of: datetime) -> int:
    """Return how many subscriptions of an organization are due."""
    with scope.of(organization):
        return due(as_of).count()


def close_due(*, organization: Organization, as_of: datetime, now: datetime) -> Iterator[Closed]:
    """Close every boundary of an organization that is billed by `as_of`, in order, and yield each as it commits.

    A subscription that fails is parked with its reason and blocks no other. Those that another worker holds are left
    to it.
    """
    while True:
        with scope.of(organization):
            closed = close_or_park(as_of=as_of, now=now)
        if closed is None:
            return
        yield closed


def close_or_park(
    *, as_of: datetime, now: datetime, among: Collection[int] | None = None, also: Also = nothing, dry: bool = False
) -> Closed | None:
    """Close the next boundary that is due in the scope, or park its subscription; None when nothing is left to claim.

    `among` looks at these subscriptions only. `also` belongs to the same transaction as the outcome that it is told.
    `dry` where the caller undoes it all: then the log tells of no harm.
    """
    try:
        return retried(lambda: close_next(as_of=as_of, now=now, among=among, also=also))
    except ClosingFailed as failed:
        return _park(failed, now, also, dry=dry)


class ClosingFailed(Exception):
    """Closing one subscription failed; its transaction was undone."""

    def __init__(self, subscription: Subscription, reason: str) -> None:
        super().__init__(reason)
        self.subscription = subscription
        self.boundary_at = subscription.next_boundary_at
        self.reason = reason


@transaction.atomic
def close_next(
    *, as_of: datetime, now: datetime, among: Collection[int] | None = None, also: Also = nothing
) -> Closed | None:
    """Claim the next due subscription of the scope and close its next boundary; None when nothing is left to claim."""
    subscription = _claim(as_of, among)
    if subscription is None:
        return None
    try:
        with transaction.atomic():
            boundary_at = subscription.next_boundary_at
            billed = billing.close_boundary(subscription=subscription, now=now)
            closed = Closed(subscription, boundary_at, billed.invoice, credit_notes=billed.credit_notes)
    except (OperationalError, InterfaceError):
        raise  # the database is away or a race was lost: nobody's fault, and nothing to park
    except Exception as fault:  # whatever it is, it must not keep the other subscriptions from being billed
        raise ClosingFailed(subscription, f"{type(fault).__name__}: {fault}") from fault
    also(closed)
    return closed


def due(as_of: datetime) -> QuerySet[Subscription]:
    """Return what is due and can be closed: whose usage system has yet to answer waits, and holds up no other."""
    return pulls.not_awaiting(Subscription.objects.filter(bills_at__lte=as_of, parked_at__isnull=True))


def claim_many(*, as_of: datetime, most: int, where: Q | None = None) -> list[Subscription]:
    """Claim so many due subscriptions of the scope, with their customers, that meet the same boundary.

    They are billed at the same instant too. `where` leaves out others.
    """
    rows = due(as_of) if where is None else due(as_of).filter(where)
    locked = rows.select_for_update(skip_locked=True, of=("customer", "self")).select_related("customer")
    found = list(locked.order_by(*IN_ORDER)[:most])
    same = [each for each in found if _when(each) == _when(found[0])]
    waiting = pulls.awaiting(subscriptions=same)  # named between the look and the lock
    return [each for each in same if each.pk not in waiting]


def _when(subscription: Subscription) -> tuple[datetime | None, datetime | None]:
    return subscription.bills_at, subscription.next_boundary_at


def _claim(as_of: datetime, among: Collection[int] | None) -> Subscription | None:
    rows = due(as_of) if among is None else due(as_of).filter(pk__in=among)
    claimed = (
        rows.select_for_update(skip_locked=True, of=("customer", "self"))
        .select_related("customer", "plan__product", "organization")
        .order_by(*IN_ORDER)
    )
    subscription = claimed.first()
    # Looked at again under the lock: a usage system may have been named between the look and the lock.
    while subscription is not None and pulls.is_awaiting(subscription):
        subscription = claimed.first()
    return subscription


def _park(failed: ClosingFailed, now: datetime, also: Also, *, dry: bool) -> Closed:
    if dry:
        logger.info("subscription %s would be parked: %s", failed.subscription.public_id, failed.reason)
    else:
        logger.error("subscription %s is parked: %s", failed.subscription.public_id, failed.reason)
    parked = Closed(failed.subscription, failed.boundary_at, parked_reason=failed.reason)
    with transaction.atomic():
        subscriptions.park(subscription=failed.subscription, reason=failed.reason, now=now)
        also(parked)
    return parked
