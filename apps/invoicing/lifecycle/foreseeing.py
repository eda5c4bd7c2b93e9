"""The next invoice as it stands, with the change of plan that lies ahead of it."""

from dataclasses import replace
from datetime import datetime

from apps.invoicing import billing, previews
from apps.invoicing.assembling import EVENTS, Reading
from apps.invoicing.lifecycle.holding import foreseen, hold_still
from apps.invoicing.models import Invoice
from apps.invoicing.previews import COUNTED, Preview
from apps.invoicing.projecting import Projection
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Subscription


def next_invoice(*, subscription: Subscription) -> Preview | None:
    """Return what the subscription's next invoice would be with the usage recorded so far; None if nothing is ever due.

    Nothing is stored. Where a change of plan comes first, closing itself is done and undone. Raise AmountTooLarge where
    no invoice could say the amount.
    """
    return _next_invoice(subscription, COUNTED, EVENTS)


def projected(*, subscription: Subscription, now: datetime) -> Preview | None:
    """Return what the next invoice would be if usage went on to the end of its periods as it did until `now`.

    As `next_invoice` does, by the same code. `kept` of it names what cannot be scaled.
    """
    projection = Projection(now=now)
    reading = Reading(measure=projection.measure, transactions=projection.transactions)
    preview = _next_invoice(subscription, reading, reading)
    return replace(preview, kept=tuple(projection.kept)) if preview is not None else None


def _next_invoice(subscription: Subscription, reading: Reading, under_lock: Reading) -> Preview | None:
    """Foresee the next invoice; `under_lock` reads usage where closing is done and undone."""
    change = timelines.planned_change(subscription=subscription)
    boundary_at = subscription.next_boundary_at
    if change is None or boundary_at is None or change.at > boundary_at:
        return previews.next_invoice(subscription=subscription, reading=reading)
    return foreseen(lambda: _after_the_change(subscription, under_lock))


def _after_the_change(subscription: Subscription, reading: Reading) -> Preview | None:
    """Bill the boundary as closing will, and look at the draft."""
    held = hold_still(subscription=subscription)
    if held.next_boundary_at is None or held.bills_at is None:
        return None
    bills_at, held.organization.auto_finalize = held.bills_at, False
    invoice = billing.close_boundary(subscription=held, now=bills_at, reading=reading).invoice
    if invoice is None:
        empty = Invoice(
            customer=held.customer, subscription=held, organization=held.organization, currency=held.currency
        )
        return Preview(invoice=empty, lines=[], bills_at=bills_at)
    return Preview(invoice=invoice, lines=list(invoice.lines.order_by("position")), bills_at=bills_at)
