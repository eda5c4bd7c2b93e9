"""Tie credits and payments to invoices. An allocation never goes beyond what the one gives and the other asks for."""

from datetime import datetime

from apps.accounts.models import Customer
from apps.invoicing import queries
from apps.invoicing.models import Allocation, CreditNote, Invoice, Receipt, Refund


def use_balance(*, invoice: Invoice, now: datetime) -> int:
    """Use the customer's balance on a draft that is being finalized, oldest first; return how much, in minor units.

    The caller holds the customer's lock.
    """
    return _draw(invoice.customer, invoice.currency, invoice.total_minor, now, invoice=invoice)


def pay_back(*, refund: Refund, now: datetime) -> int:
    """Take what is paid back out of the customer's balance, oldest first; return how much there was, in minor units.

    The caller holds the customer's lock.
    """
    return _draw(refund.customer, refund.currency, refund.amount_minor, now, refund=refund)


def settle_original(*, credit_note: CreditNote, now: datetime) -> Invoice:
    """Use a new credit note on the invoice that it corrects, as far as that is unpaid; what is left is balance.

    The caller holds the customer's lock. Return the invoice as it stands after.
    """
    invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=credit_note.invoice_id)
    return settle(invoice=invoice, source=credit_note, most=credit_note.total_minor, now=now)


def settle(*, invoice: Invoice, source: CreditNote | Receipt, most: int, now: datetime) -> Invoice:
    """Use up to so much of a credit note or a receipt on a locked, finalized invoice; the rest is balance."""
    used = min(invoice.amount_due.minor, most)
    if used:
        _allocate(source, used, now, invoice=invoice)
        invoice.settled_minor += used
        if not invoice.amount_due.minor:
            invoice.status, invoice.paid_at = Invoice.Status.PAID, now
        invoice.save(update_fields=["settled_minor", "status", "paid_at"])
    return invoice


def _draw(
    customer: Customer,
    currency: str,
    asked: int,
    now: datetime,
    *,
    invoice: Invoice | None = None,
    refund: Refund | None = None,
) -> int:
    drawn = 0
    for source, left in queries.credits_left(customer=customer, currency=currency) if asked else ():
        used = min(left, asked - drawn)
        _allocate(source, used, now, invoice=invoice, refund=refund)
        drawn += used
        if drawn == asked:
            break
    return drawn


def _allocate(
    source: CreditNote | Receipt,
    amount_minor: int,
    now: datetime,
    *,
    invoice: Invoice | None = None,
    refund: Refund | None = None,
) -> None:
    allocation_of(source, amount_minor, now, invoice=invoice, refund=refund).save(force_insert=True)


def allocation_of(
    source: CreditNote | Receipt,
    amount_minor: int,
    now: datetime,
    *,
    invoice: Invoice | None = None,
    refund: Refund | None = None,
) -> Allocation:
    """Say what a credit note or a receipt is used on, unsaved."""
    return Allocation(
        organization_id=source.organization_id,
        credit_note=source if isinstance(source, CreditNote) else None,
        receipt=source if isinstance(source, Receipt) else None,
        invoice=invoice,
        refund=refund,
        amount_minor=amount_minor,
        created_at=now,
    )
