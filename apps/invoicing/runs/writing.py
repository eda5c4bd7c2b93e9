"""Write what closing a chunk brings, all rows of a table at once, the numbers last."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from apps.core import bulk
from apps.invoicing import finalizing, numbering, queries, settling
from apps.invoicing.drafting import Drawn
from apps.invoicing.models import Allocation, CreditNote, Invoice, Receipt
from apps.invoicing.runs.computing import Work
from apps.invoicing.runs.loading import Chunk
from apps.outbox import operations as outbox
from apps.subscriptions import operations as subscriptions
from apps.tenancy.models import Organization

# Whose lines are stored is not stored itself until it has its number; it is there before the transaction goes on.
_LATER = "SET CONSTRAINTS line_invoice_owned DEFERRED"
_NOW = "SET CONSTRAINTS line_invoice_owned IMMEDIATE"


def write(*, chunk: Chunk, works: Sequence[Work], now: datetime) -> None:
    """Store periods, charges and lines, close and move on, and then their drafts: as invoices where that is wanted.

    An invoice is stored once, with its number, since a change would cost as much again: so after its lines.
    """
    drawn = [work.drawn for work in works if work.drawn is not None]
    invoices = [each.invoice for each in drawn]
    bulk.give_keys(invoices)
    bulk.give_public_ids(invoices, at=now)
    subscriptions.open_many(periods=[period for work in works for period in work.opened], now=now)
    uses = _complete(drawn, chunk.organization, now) if chunk.organization.auto_finalize else []
    _store_charges(drawn, now)
    if chunk.organization.auto_finalize:
        _check_lines(_LATER)
    else:
        bulk.copy_in(invoices)
    _store_lines(drawn, now)
    subscriptions.close_periods(periods=[period for work in works for period in work.ended], now=now)
    moves = [
        subscriptions.Move(work.subscription, work.current, chunk.planned.get(work.subscription.pk)) for work in works
    ]
    subscriptions.move_many(organization=chunk.organization, moves=moves, after=chunk.boundary_at, now=now)
    if chunk.organization.auto_finalize and invoices:
        _issue(invoices, uses, chunk.organization, now)


def _complete(drawn: Iterable[Drawn], organization: Organization, now: datetime) -> list[Allocation]:
    """Write on the drafts all that stands on an invoice but its number; return what of the balances they use."""
    invoices = [each.invoice for each in drawn]
    seller = finalizing.seller_snapshot(organization)
    balances = queries.credits_left_of(customers={invoice.customer_id for invoice in invoices})
    uses = []
    for invoice in invoices:
        finalizing.complete(invoice, seller=seller, now=now)
        credits = balances.get((invoice.customer_id, invoice.currency), [])
        used = _used(invoice, credits, now) if credits else []
        uses += used
        invoice.credit_minor = invoice.settled_minor = sum(use.amount_minor for use in used)
    return uses


def _used(invoice: Invoice, credits: list[tuple[CreditNote | Receipt, int]], now: datetime) -> list[Allocation]:
    """Use credits on a draft, the oldest first, and take them off what is left."""
    asked, uses = invoice.total_minor, []
    while asked and credits:
        source, left = credits.pop(0)
        amount = min(left, asked)
        asked -= amount
        if left > amount:
            credits.insert(0, (source, left - amount))
        uses.append(settling.allocation_of(source, amount, now, invoice=invoice))
    return uses


def _store_charges(drawn: Sequence[Drawn], now: datetime) -> None:
    charges = [charge for each in drawn for charge in each.charges]
    bulk.give_keys(charges)
    bulk.give_public_ids(charges, at=now)
    bulk.copy_in(charges)


def _store_lines(drawn: Sequence[Drawn], now: datetime) -> None:
    for each in drawn:
        each.tie()
    lines = [line for each in drawn for line in each.lines]
    bulk.give_public_ids(lines, at=now)
    bulk.copy_in(lines)


def _check_lines(when: str) -> None:
    """Say when PostgreSQL looks whether the invoices of lines are there."""
    with connection.cursor() as cursor:
        cursor.execute(when)


def _issue(invoices: Sequence[Invoice], uses: Sequence[Allocation], organization: Organization, now: datetime) -> None:
    """Number, open and store drafts, and announce them: nothing else is done while the counter is locked."""
    for invoice in invoices:
        finalizing.settle(invoice, used_minor=invoice.credit_minor, now=now)
    messages = [(topic, invoice) for invoice in invoices for topic in finalizing.topics_of(invoice)]
    numbers = numbering.take_numbers(organization=organization, count=len(invoices))
    for invoice, (sequence, number) in zip(invoices, numbers, strict=True):
        invoice.sequence, invoice.number = sequence, number
    bulk.copy_in(invoices)
    _check_lines(_NOW)
    bulk.copy_in(uses)
    told = [(topic, finalizing.told_of(invoice)) for topic, invoice in messages]
    outbox.append_many(organization=organization, messages=told, now=now)
