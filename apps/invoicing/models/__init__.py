"""Charges, the documents that carry them, and what settles them."""

from apps.invoicing.models.credit_notes import Allocation, CreditLine, CreditNote
from apps.invoicing.models.invoices import Charge, Invoice, Kind, Line, NumberSeries

__all__ = ["Allocation", "Charge", "CreditLine", "CreditNote", "Invoice", "Kind", "Line", "NumberSeries"]
