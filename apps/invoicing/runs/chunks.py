"""Close one chunk in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from apps.core import bulk
from apps.invoicing.closing import Closed
from apps.invoicing.runs import computing, loading, writing
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization


@dataclass(frozen=True)
class Chunked:
    """What was closed for all at once, and who is to be closed one by one, at which instant they are billed."""

    closed: Sequence[Closed]
    aside: Sequence[Subscription]
    bills_at: datetime


class ChunkFailed(Exception):
    """Closing a chunk failed; nothing of it is stored, and its subscriptions are to be closed one by one."""

    def __init__(self, subscriptions: Sequence[Subscription], bills_at: datetime) -> None:
        super().__init__(f"{len(subscriptions)} subscriptions go one by one")
        self.subscriptions = subscriptions
        self.bills_at = bills_at


@transaction.atomic
def close_chunk(
    *,
    organization: Organization,
    as_of: datetime,
    now: datetime,
    most: int,
    also: Callable[[Sequence[Closed]], None],
    where: Q | None = None,
) -> Chunked | None:
    """Claim the next subscriptions of the scope that are due, and close their next boundary; None when none is left.

    What fails for one of them fails for all: raise ChunkFailed. `also` belongs to the transaction.
    """
    bulk.share_processors()
    chunk = loading.claim(organization=organization, as_of=as_of, most=most, where=where)
    if chunk is None:
        return None
    claimed = [*chunk.subscriptions, *chunk.aside]
    try:
        with transaction.atomic():
            loading.read(chunk)
            works = computing.compute(chunk=chunk, now=now)
            writing.write(chunk=chunk, works=works, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away or a race was lost: the whole is tried again
    except Exception as fault:  # one by one it shows whose it is, and the others are billed
        raise ChunkFailed(claimed, chunk.bills_at) from fault
    closed = [Closed(work.subscription, chunk.boundary_at, work.invoice) for work in works]
    if closed:
        also(closed)
    return Chunked(closed, chunk.aside, chunk.bills_at)
