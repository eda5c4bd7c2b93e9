"""Cut what is open: the one change that is ever made to a boundary (BILLING §2)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from apps.catalog.models import Timing
from apps.core.refusals import Conflict
from apps.rating.periods import Period as Stretch
from apps.subscriptions.models import Item, Period, Subscription
from apps.subscriptions.timeline import Span

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


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


def not_owed_twice(span: Span, owed: Mapping[int | None, Sequence[datetime]]) -> Span:
    """Let a span of a fee that follows a cut not be billed for as long as what was paid before the cut covers it.

    `owed` says until when fees stay owed, as queries.fees_owed does. What reaches beyond the span's interval was paid
    for a longer one, and a fee that is counted otherwise comes on top of it.
    """
    item = span.item
    if item.add_on is not None and not is_prepaid(item):
        return span
    latest = span.full.ends_at + DAY  # boundaries of another zone lie up to a day apart
    paid = [until for until in owed.get(item.pk if item.add_on else None, ()) if span.span.starts_at < until <= latest]
    if not paid:
        return span
    covered = Stretch(span.span.starts_at, min(max(paid), span.span.ends_at))
    return replace(span, span=covered, billable=False)


def until_its_end(span: Span) -> Span:
    """Let the span of an item that is to end within it end there: its fee is then for a part (BILLING §2)."""
    ends_at = span.item.ends_at
    if ends_at is None or not span.span.starts_at < ends_at < span.span.ends_at:
        return span
    return replace(span, span=Stretch(span.span.starts_at, ends_at))


def end_items(*, items: Iterable[Item], at: datetime, removed_at: datetime | None = None) -> None:
    """Let items end at an instant, or at their start where that comes later. `removed_at`: by themselves."""
    for item in items:
        item.ends_at = max(at, item.starts_at)
        item.removed_at = removed_at
        item.save(update_fields=["ends_at", "removed_at"])
