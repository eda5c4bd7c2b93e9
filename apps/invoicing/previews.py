"""The next invoice as it stands, by the very code that bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.invoicing import assembling, boundaries, drafting, taxing
from apps.invoicing.assembling import Reading
from apps.invoicing.models import Invoice, Line
from apps.invoicing.projecting import Kept
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period, Subscription
from apps.usage import measuring


@dataclass(frozen=True)
class Preview:
    """An unsaved draft with its lines, and when it will be made; of a projection, which usage is not scaled."""

    invoice: Invoice
    lines: Sequence[Line]
    bills_at: datetime
    kept: Sequence[Kept] = ()


COUNTED = Reading(measure=measuring.so_far)


def next_invoice(*, subscription: Subscription, reading: Reading = COUNTED) -> Preview | None:
    """Return what the subscription's next invoice would be with the usage recorded so far; None if nothing is ever due.

    Nothing is stored, numbered or locked, and no change that is planned is carried out: lifecycle.foreseeing does that.
    Raise AmountTooLarge where no invoice could say the amount.
    """
    if subscription.next_boundary_at is None or subscription.bills_at is None:
        return None
    items = timelines.items_of(subscription=subscription)
    boundary = boundaries.foreseen(subscription=subscription, items=items, boundary_at=subscription.next_boundary_at)
    zone = subscription.organization.zone
    dues = assembling.assemble(subscription=subscription, boundary=boundary, zone=zone, reading=reading)
    dues = assembling.owed(dues)
    taxes, buyer = taxing.taxes_of(subscription.organization), taxing.buyer_of(subscription.customer)
    lines = [drafting.line_of(due, position, taxes=taxes, buyer=buyer) for position, due in enumerate(dues, start=1)]
    invoice = Invoice(
        organization=subscription.organization,
        customer=subscription.customer,
        subscription=subscription,
        boundary_at=subscription.next_boundary_at,
        currency=subscription.currency,
        tax_inclusive=taxes.inclusive,
    )
    for line in lines:
        line.invoice = invoice
    drafting.total_up(invoice, lines)
    return Preview(invoice=invoice, lines=lines, bills_at=subscription.bills_at)


@dataclass(frozen=True)
class Landing:
    """On which invoice an event would be billed: made at `bills_at`; `late` when its own period is closed already."""

    bills_at: datetime | None
    late: bool


def landing(*, item: Item, instant: datetime) -> Landing:
    """Say on which invoice usage of this item at this instant would land."""
    period = timelines.period_at(item=item, instant=instant)
    if period is None:
        return Landing(None, late=False)
    return lands(item=item, ends_at=period.ends_at, closed=period.status != Period.Status.CURRENT)


def lands(*, item: Item, ends_at: datetime, closed: bool) -> Landing:
    """Say on which invoice usage of this item lands in a period that ends so and is closed already, or not."""
    subscription = item.subscription
    if closed:
        return Landing(subscription.bills_at, late=True)
    if subscription.bills_at is None:
        return Landing(None, late=False)
    if ends_at == subscription.next_boundary_at:
        return Landing(subscription.bills_at, late=False)
    return Landing(ends_at + subscription.organization.usage_grace, late=False)
