"""Charges, the documents that carry them, what settles them, their taxes, and the runs."""

from apps.invoicing.models.allocations import Allocation, Method, Receipt, Refund
from apps.invoicing.models.charges import Charge, Kind
from apps.invoicing.models.credit_notes import CreditLine, CreditNote
from apps.invoicing.models.invoices import Invoice
from apps.invoicing.models.lines import Line, NumberSeries
from apps.invoicing.models.runs import Run, RunLine
from apps.invoicing.models.taxes import TaxRate

__all__ = [
    "Allocation",
    "Charge",
    "CreditLine",
    "CreditNote",
    "Invoice",
    "Kind",
    "Line",
    "Method",
    "NumberSeries",
    "Receipt",
    "Refund",
    "Run",
    "RunLine",
    "TaxRate",
]
