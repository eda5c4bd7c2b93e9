"""Cut what is open: the one change that is ever made to a boundary (BILLING §2)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from apps.catalog.models import Timing
from apps.core.refusals import Conflict
from apps.subscriptions.models import Item, Period, Subscription

MOMENT = timedelta(microseconds=1)


def lock_open(*, subscription: Subscription) -> list[Period]:
    """Lock the periods of a subscription that collect, by id, and return them with their item.

    The caller holds the subscription's lock. No usage is recorded on them, nor are they closed, until it commits.
    """
    rows = Period.objects.select_for_update(of=("self",)).filter(item__subscription=subscription)
    return list(rows.filter(status=Period.Status.CURRENT).select_related("item__add_on").order_by("pk"))


def earliest_cut(*, periods: Sequence[Period], now: datetime, since: datetime) -> datetime:
    """Return the first instant, `since` or a moment later, at which these open periods can be cut.

    A cut leaves a moment at least of what has begun. `since` is after `now` where usage is recorded ahead; raise
    Conflict where it reaches beyond the end of a period.
    """
    at = max([since, *(period.starts_at + MOMENT for period in periods)])
    ends = [period.ends_at for period in periods if now < period.ends_at < at]
    if ends:
        raise Conflict(
            "usage_ahead", f"Usage is recorded ahead of now already: ask again after {min(ends):%H:%M} UTC.", field=""
        )
    return at


def cut(*, periods: Iterable[Period], at: datetime, keep_fees: bool) -> None:
    """Let locked, open periods end at an instant within them; those that end by then anyway are left as they are.

    `keep_fees`: fees that were due in advance stay owed until the end that was.
    """
    for period in periods:
        if not period.starts_at < at < period.ends_at:
            continue
        if keep_fees and is_prepaid(period.item) and period.billable:
            period.fees_until = period.fees_until or period.ends_at
        period.ends_at = at
        period.save(update_fields=["ends_at", "fees_until"])


def is_prepaid(item: Item) -> bool:
    """Say whether an item's fee of each period is due at its beginning."""
    return item.timing == Timing.ADVANCE and not item.is_usage and not item.is_one_time


def end_items(*, items: Iterable[Item], at: datetime, removed_at: datetime | None = None) -> None:
    """Let items end at an instant, or at their start where that comes later. `removed_at`: by themselves."""
    for item in items:
        item.ends_at = max(at, item.starts_at)
        item.removed_at = removed_at
        item.save(update_fields=["ends_at", "removed_at"])
