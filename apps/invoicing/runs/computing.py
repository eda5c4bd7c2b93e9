"""Work out in memory what closing a chunk brings: periods to open, dues, drafts, and who must go one by one."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter

from msgspec import Struct

from apps.core import bulk
from apps.invoicing import assembling, billing, boundaries, drafting
from apps.invoicing.assembling import Boundary, Due
from apps.invoicing.drafting import Drawn
from apps.invoicing.models import Invoice
from apps.invoicing.runs.loading import Chunk
from apps.subscriptions import operations as subscriptions
from apps.subscriptions import timeline
from apps.subscriptions.models import Item, Period, Subscription
from apps.usage import queries as usage


class Work(Struct):
    """What closing one subscription brings: periods to open, those that end, those that collect then, and a draft."""

    subscription: Subscription
    opened: Sequence[Period]
    boundary: Boundary
    ended: Sequence[Period]
    current: Sequence[Period]
    drawn: Drawn | None = None

    @property
    def invoice(self) -> Invoice | None:
        """The document, where something is worth one."""
        return self.drawn.invoice if self.drawn is not None else None


def compute(*, chunk: Chunk, now: datetime) -> list[Work]:
    """Return what is to be written for each subscription, in their order; those with credits due are set aside."""
    works = _met(chunk)
    facts = assembling.gather(boundaries=[work.boundary for work in works], measure=usage.usage_of)
    price = partial(assembling.dues_of, facts=facts, zone=chunk.organization.zone)
    priced = [(work, price(boundary=work.boundary, currency=work.subscription.currency)) for work in works]
    chunk.set_aside([work.subscription for work, dues in priced if any(due.difference.minor < 0 for due in dues)])
    kept = {subscription.id for subscription in chunk.subscriptions}
    for work, dues in priced:
        if work.subscription.id in kept:
            work.drawn = _drawn(work, dues, chunk, now)
    return [work for work in works if work.subscription.id in kept]


def _met(chunk: Chunk) -> list[Work]:
    """Say which periods meet at the boundary, those that are missing among them, with their keys."""
    missing = {item.id: _missing(item, chunk) for each in chunk.subscriptions for item in chunk.items[each.id]}
    bulk.give_keys([period for periods in missing.values() for period in periods])
    works = []
    for subscription in chunk.subscriptions:
        items = [item.id for item in chunk.items[subscription.id]]
        opened = [period for key in items for period in missing[key]]
        rows = [period for key in items for period in (*chunk.periods.get(key, ()), *missing[key])]
        rows.sort(key=attrgetter("id"))
        boundary = boundaries.meeting(rows, chunk.boundary_at, chunk.late)
        ended = [span.period for span in boundary.ending if span.period is not None]
        ending = {period.id for period in ended}
        current = [row for row in rows if row.status == Period.Status.CURRENT and row.id not in ending]
        works.append(Work(subscription, opened, boundary, ended, current))
    return works


def _missing(item: Item, chunk: Chunk) -> list[Period]:
    """Return the periods of an item that are to be opened, up to the one that covers the boundary."""
    last = chunk.last.get(item.id)
    periods: list[Period] = []
    while last is None or last.ends_at <= chunk.boundary_at:
        span = timeline.following(item=item, last=last, zone=chunk.organization.zone)
        if span is None or span.span.starts_at > chunk.boundary_at:
            break
        last = subscriptions.period_of(span)
        periods.append(last)
    return periods


def _drawn(work: Work, dues: Sequence[Due], chunk: Chunk, now: datetime) -> Drawn | None:
    if not billing.is_worth_a_document(dues, chunk.organization):
        return None
    return drafting.draw(
        subscription=work.subscription,
        boundary_at=chunk.boundary_at,
        dues=dues,
        cause=Invoice.Cause.CYCLE,
        now=now,
        taxes=chunk.taxes,
    )
