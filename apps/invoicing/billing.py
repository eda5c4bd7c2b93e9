"""Bill one instant of a subscription: everything that ends, begins or changed there, on one invoice.

Closing bills boundaries as their time comes; the verbs of a subscription's life bill the instant at which they act.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from apps.invoicing import assembling, boundaries, crediting, drafting, issuing, queries
from apps.invoicing.assembling import EVENTS, Due, Reading
from apps.invoicing.models import CreditNote, Invoice, Kind
from apps.subscriptions import operations as subscriptions
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Subscription
from apps.tenancy import operations as tenancy
from apps.tenancy.models import Organization


@dataclass(frozen=True)
class Billed:
    """What came of billing an instant: an invoice, or none where nothing was due, and what was credited."""

    invoice: Invoice | None = None
    credit_notes: Sequence[CreditNote] = field(default_factory=tuple)


def close_boundary(
    *, subscription: Subscription, now: datetime, cause: str = Invoice.Cause.CYCLE, reading: Reading = EVENTS
) -> Billed:
    """Close a subscription's next boundary; the caller holds the locks of its customer and of itself.

    What is planned for it is carried out first: a change of plan, or the end. One that has ended has no boundary any
    more, and is due for what came late.
    """
    boundary_at = subscription.next_boundary_at
    if boundary_at is None:
        return bill_late(subscription=subscription, now=now)
    subscriptions.carry_out(subscription=subscription, until=boundary_at, now=now)
    if boundary_at == subscription.ends_at:
        periods = subscriptions.lock_open(subscription=subscription)
        subscriptions.cut(periods=periods, at=boundary_at, keep_fees=True)
    return bill(subscription=subscription, at=boundary_at, now=now, cause=cause, reading=reading)


def bill(
    *,
    subscription: Subscription,
    at: datetime,
    now: datetime,
    cause: str,
    everything: bool = False,
    reading: Reading = EVENTS,
) -> Billed:
    """Lock the periods, open those that begin, credit, charge, draft, record, move on, and finalize if it is wanted.

    What was credited is used at once. With `everything`, what ended before and waits for its grace is billed too; only
    what is undone again may be read in another way than from all events. The caller holds the locks of the customer and
    the subscription.
    """
    organization = subscription.organization
    items = timelines.items_of(subscription=subscription)
    subscriptions.open_until(items=items, instant=at)
    boundary = boundaries.locked(subscription=subscription, items=items, boundary_at=at, everything=everything)
    dues = assembling.assemble(subscription=subscription, boundary=boundary, zone=organization.zone, reading=reading)
    credited = crediting.credit(dues=[due for due in dues if due.difference.minor < 0], now=now)
    _note_waiting(subscription, credited.waiting, now)
    dues = assembling.owed(dues)
    invoice = None
    if is_worth_a_document(dues, organization):
        invoice = drafting.draft(subscription=subscription, boundary_at=at, dues=dues, cause=cause, now=now)
    subscriptions.close_periods(periods=[span.period for span in boundary.ending if span.period], now=now)
    if boundary.returned:
        subscriptions.take_again(periods=[span.period for span in boundary.returned if span.period])
    subscriptions.move_to_next_boundary(subscription=subscription, after=at, now=now)
    if invoice is not None and organization.auto_finalize:
        invoice = issuing.issue(invoice=invoice, now=now, is_new=True)
    return Billed(invoice, credited.notes)


def bill_late(*, subscription: Subscription, now: datetime) -> Billed:
    """Bill what came after the end of a subscription on a draft of its own, which waits for staff (BILLING §4).

    While one waits, there is no other: what has come since follows once it is issued. What was taken back is credited.
    """
    ends_at = subscription.ends_at
    assert ends_at is not None, "only what has ended is due without a boundary"
    boundary = boundaries.after_the_end(subscription=subscription, items=timelines.items_of(subscription=subscription))
    zone = subscription.organization.zone
    dues = assembling.assemble(subscription=subscription, boundary=boundary, zone=zone, reading=EVENTS)
    credited = crediting.credit(dues=[due for due in dues if due.difference.minor < 0], now=now)
    _note_waiting(subscription, credited.waiting, now)
    dues = assembling.owed(dues)
    invoice = None
    if any(due.difference.minor for due in dues) and not queries.late_draft_of(subscription=subscription).exists():
        invoice = drafting.draft(
            subscription=subscription, boundary_at=ends_at, dues=dues, cause=Invoice.Cause.LATE, now=now
        )
        subscriptions.take_again(periods=[span.period for span in boundary.returned if span.period])
    subscriptions.late_usage_billed(subscription=subscription)
    return Billed(invoice, credited.notes)


def _note_waiting(subscription: Subscription, waiting: Sequence[Due], now: datetime) -> None:
    """Put on record which periods owe less than was billed on a draft, so that nothing can be credited yet."""
    for due in waiting:
        tenancy.record_audit(
            organization=subscription.organization,
            actor="closing",
            verb="credit waits",
            subject=subscription,
            now=now,
            summary=f"{due.span.item}, period from {due.span.span.starts_at:%Y-%m-%d}: owes {due.amount.text()}, "
            f"billed {due.billed.text()} {due.amount.currency} on a draft that is to be finalized first.",
        )


def is_worth_a_document(dues: Sequence[Due], organization: Organization) -> bool:
    """A zero invoice is issued only when a billable usage period closes, and the organization wants it (BILLING §3)."""
    if any(due.difference.minor for due in dues):
        return True
    closes_usage = any(due.kind == Kind.USAGE and due.span.billable and not due.is_late for due in dues)
    return closes_usage and organization.zero_invoices != Organization.ZeroInvoices.SKIP
