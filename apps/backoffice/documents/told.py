"""What the page of an invoice says beside its paper: payments, credits, what stands in its place, lines by hand."""

from typing import Any

from apps.backoffice import tax_cautions
from apps.backoffice.documents import base, deeds
from apps.core.formats import Formats
from apps.delivery.paper import Paper
from apps.invoicing import queries, rebilling, taxing
from apps.invoicing.models import Invoice, Kind
from apps.rating.money import Money


def beside(invoice: Invoice, formats: Formats) -> dict[str, Any]:
    """Return what settled an invoice, what took back from it, and what it stands for or what stands for it."""
    is_void = invoice.status == Invoice.Status.VOID
    return {
        "payments": [
            {
                "key": used.receipt_id,
                "amount": formats.money(Money(used.amount_minor, invoice.currency)),
                "on": formats.day(used.receipt.received_on),
                "how": used.receipt.get_method_display(),
                "reference": used.receipt.reference,
            }
            for used in queries.payments_on(invoice=invoice)
            if used.receipt is not None
        ],
        "credits": [
            {"note": note, "amount": formats.money(note.total)} for note in queries.credit_notes_on(invoice=invoice)
        ],
        "voided": queries.voided_before(invoice=invoice),
        "replacement": queries.invoice_in_place_of(invoice=invoice) if is_void else None,
    }


def on_draft(invoice: Invoice, paper: Paper, formats: Formats, *, may_manage: bool, may_add: bool) -> dict[str, Any]:
    """Return whether a draft is behind its usage or its tax, and the lines that may be changed by hand, as on paper.

    `may_add` says whether a rate that is missing may be added.
    """
    if invoice.status != Invoice.Status.DRAFT:
        return {}
    lines, taxes = queries.lines_of(invoice=invoice), taxing.taxes_of(invoice.organization)
    shown_lines = zip(lines, paper.lines, strict=True) if may_manage else ()
    by_hand = [(line, shown) for line, shown in shown_lines if line.kind == Kind.MANUAL]
    return {
        "is_behind": rebilling.is_behind(invoice=invoice),
        "tax_changed": taxing.tax_anew(invoice, lines, taxes),
        "tax_cautions": tax_cautions.of_lines(lines, invoice=invoice, taxes=taxes, formats=formats, may_add=may_add),
        "by_hand": [{"line": shown, "deeds": base.offered(deeds.OF_LINE, line)} for line, shown in by_hand],
    }
