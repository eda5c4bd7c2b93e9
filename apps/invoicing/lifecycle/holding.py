"""Hold a subscription still while its time and its money move together, and say what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from apps.accounts.models import Customer
from apps.core.refusals import Conflict
from apps.invoicing import billing
from apps.invoicing.billing import Billed
from apps.invoicing.models import CreditLine, CreditNote, Invoice, Line
from apps.subscriptions import operations as subscriptions
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Period, Subscription
from apps.usage import pulls
from apps.usage import queries as usage

_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class Changed:
    """What a verb did: the subscription after it, when it takes effect, and what was charged and credited at once."""

    subscription: Subscription
    at: datetime
    invoice: Invoice | None = None
    lines: Sequence[Line] = field(default_factory=tuple)
    credit_notes: Sequence[CreditNote] = field(default_factory=tuple)
    credit_lines: Sequence[CreditLine] = field(default_factory=tuple)


def hold_still(*, subscription: Subscription) -> Subscription:
    """Lock a subscription's customer and itself, and return it as it stands, with all that billing asks for."""
    Customer.objects.select_for_update().get(pk=subscription.customer_id)
    rows = Subscription.objects.select_for_update(of=("self",))
    held: Subscription = rows.select_related("customer", "plan__product", "organization").get(pk=subscription.pk)
    return held


def hold(*, subscription: Subscription, now: datetime) -> Subscription:
    """Lock a subscription's customer and itself, bill what is due by now, and return it as it stands.

    Raise Conflict where it has ended, its closing stands still, or a usage system has yet to answer.
    """
    held = hold_still(subscription=subscription)
    if held.parked_at is not None:
        sentence = f"Billing of this subscription stands still and must be mended first: {held.parked_reason}"
        raise Conflict("parked", sentence, field="status")
    while held.next_boundary_at is not None and held.bills_at is not None and held.bills_at <= now:
        if pulls.is_awaiting(held):
            raise Conflict("usage_awaited", "A usage system has yet to say what was used by now.", field="status")
        cause = Invoice.Cause.START if held.next_boundary_at == held.starts_at else Invoice.Cause.CYCLE
        billing.close_boundary(subscription=held, now=now, cause=cause)
    subscriptions.carry_out(subscription=held, until=now, now=now)
    if held.status == Subscription.Status.CANCELED or (held.ends_at is not None and held.ends_at <= now):
        raise Conflict("ended", "This subscription has ended.", field="status")
    subscriptions.open_until(items=timelines.items_of(subscription=held), instant=now)
    return held


def cut_at(*, periods: Sequence[Period], now: datetime, not_before: datetime | None = None) -> datetime:
    """Return at which instant locked, open periods can be cut: now, or just after the last usage recorded in them.

    Usage may be recorded a little ahead of now; it stays in the period that took it. Raise Conflict where that, or
    `not_before`, reaches beyond the end of another.
    """
    last = usage.last_recorded(periods=periods)
    since = max(now, not_before or now, last + subscriptions.MOMENT if last is not None else now)
    return subscriptions.earliest_cut(periods=periods, now=now, since=since)


def cut_all_at(*, subscription: Subscription, periods: Sequence[Period], now: datetime) -> datetime:
    """Return at which instant all of a subscription can be cut; `periods` are its open ones, locked.

    As cut_at says, and not before the end of an item that was removed but lives a little on: for the moment that a cut
    leaves, or until just after usage that is recorded ahead. Its last period is closed, and cannot be cut again.
    """
    closed_until = timelines.closed_until(subscription=subscription, instant=now)
    return cut_at(periods=periods, now=now, not_before=closed_until)


def bill_at(
    *, subscription: Subscription, at: datetime, now: datetime, cause: str, everything: bool = False
) -> Changed:
    """Bill an instant at which the time line was changed; closing does where a usage system is to be asked first."""
    subscriptions.due_from(subscription=subscription, at=at)
    if pulls.is_awaiting_at(subscription, at, or_before=everything):
        return Changed(subscription, at)
    return told(
        subscription, at, billing.bill(subscription=subscription, at=at, now=now, cause=cause, everything=everything)
    )


def told(subscription: Subscription, at: datetime, billed: Billed) -> Changed:
    """Say what billing came to, with every line: whoever undoes it after a look has them still."""
    notes = list(billed.credit_notes)
    return Changed(
        subscription,
        at,
        billed.invoice,
        list(billed.invoice.lines.order_by("position")) if billed.invoice is not None else [],
        notes,
        list(CreditLine.objects.filter(credit_note__in=notes).order_by("credit_note", "position")),
    )


def foreseen(verb: Callable[[], _Seen]) -> _Seen:
    """Do what a verb would do, by the very code that does it, look at what came of it, and undo it all."""
    with transaction.atomic():
        seen = verb()
        transaction.set_rollback(True)
    return seen
