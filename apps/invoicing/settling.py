"""Tie credits to invoices. An allocation never goes beyond what the one gives and the other asks for."""

from datetime import datetime

from apps.invoicing import queries
from apps.invoicing.models import Allocation, CreditNote, Invoice


def use_balance(*, invoice: Invoice, now: datetime) -> int:
    """Use the customer's balance on a draft that is being finalized, oldest first; return how much, in minor units.

    The caller holds the customer's lock.
    """
    asked = invoice.total_minor
    if not asked:
        return 0
    for credit_note, left in queries.credits_left(customer=invoice.customer, currency=invoice.currency):
        used = min(left, asked)
        _allocate(credit_note, invoice, used, now)
        asked -= used
        if not asked:
            break
    return invoice.total_minor - asked


def settle_original(*, credit_note: CreditNote, now: datetime) -> Invoice:
    """Use a new credit note on the invoice that it corrects, as far as that is unpaid; what is left is balance.

    The caller holds the customer's lock. Return the invoice as it stands after.
    """
    invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=credit_note.invoice_id)
    used = min(invoice.amount_due.minor, credit_note.total_minor)
    if used:
        _allocate(credit_note, invoice, used, now)
        invoice.settled_minor += used
        if not invoice.amount_due.minor:
            invoice.status, invoice.paid_at = Invoice.Status.PAID, now
        invoice.save(update_fields=["settled_minor", "status", "paid_at"])
    return invoice


def _allocate(credit_note: CreditNote, invoice: Invoice, amount_minor: int, now: datetime) -> None:
    Allocation.objects.create(
        organization_id=invoice.organization_id,
        credit_note=credit_note,
        invoice=invoice,
        amount_minor=amount_minor,
        created_at=now,
    )
