"""Close what is due: one subscription, one boundary, one transaction, one invoice.

Safe to run any number of times, by any number of workers, after a crash at any point: a subscription is claimed by
its row lock, charges are unique per period, kind and revision, and everything of a boundary commits together.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from apps.core.retrying import retried
from apps.invoicing import billing
from apps.invoicing.models import Invoice
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import pulls

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Closed:
    """One boundary that was worked on: the invoice if it made one, or why the subscription was parked."""

    subscription: Subscription
    invoice: Invoice | None = None
    parked_reason: str = ""


def due_count(*, organization: Organization, as_of: datetime) -> int:
    """Return how many subscriptions of an organization are due."""
    with scope.of(organization):
        return _due(as_of).count()


def close_due(*, organization: Organization, as_of: datetime, now: datetime) -> Iterator[Closed]:
    """Close every boundary of an organization that is billed by `as_of`, in order, and yield each as it commits.

    A subscription that fails is parked with its reason and blocks no other. Those that another worker holds are left
    to it.
    """
    while True:
        with scope.of(organization):
            closed = _close_or_park(as_of=as_of, now=now)
        if closed is None:
            return
        yield closed


def _close_or_park(*, as_of: datetime, now: datetime) -> Closed | None:
    try:
        return retried(lambda: close_next(as_of=as_of, now=now))
    except ClosingFailed as failed:
        return _park(failed, now)


class ClosingFailed(Exception):
    """Closing one subscription failed; its transaction was undone."""

    def __init__(self, subscription: Subscription, reason: str) -> None:
        super().__init__(reason)
        self.subscription = subscription
        self.reason = reason


@transaction.atomic
def close_next(*, as_of: datetime, now: datetime) -> Closed | None:
    """Claim the next due subscription of the scope and close its next boundary; None when nothing is left to claim."""
    subscription = _claim(as_of)
    if subscription is None:
        return None
    try:
        with transaction.atomic():
            return Closed(subscription, billing.close_boundary(subscription=subscription, now=now).invoice)
    except (OperationalError, InterfaceError):
        raise  # the database is away or a race was lost: nobody's fault, and nothing to park
    except Exception as fault:  # whatever it is, it must not keep the other subscriptions from being billed
        raise ClosingFailed(subscription, f"{type(fault).__name__}: {fault}") from fault


def _due(as_of: datetime) -> QuerySet[Subscription]:
    """Return what is due and can be closed: whose usage system has yet to answer waits, and holds up no other."""
    return pulls.not_awaiting(Subscription.objects.filter(bills_at__lte=as_of, parked_at__isnull=True))


def _claim(as_of: datetime) -> Subscription | None:
    claimed = (
        _due(as_of)
        .select_for_update(skip_locked=True, of=("customer", "self"))
        .select_related("customer", "plan__product", "organization")
        .order_by("bills_at", "pk")
    )
    subscription = claimed.first()
    # Looked at again under the lock: a usage system may have been named between the look and the lock.
    while subscription is not None and pulls.is_awaiting(subscription):
        subscription = claimed.first()
    return subscription


def _park(failed: ClosingFailed, now: datetime) -> Closed:
    logger.error("subscription %s is parked: %s", failed.subscription.public_id, failed.reason)
    with transaction.atomic():
        subscriptions.park(subscription=failed.subscription, reason=failed.reason, now=now)
    return Closed(failed.subscription, parked_reason=failed.reason)
