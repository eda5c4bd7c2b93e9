"""Invoices that never saw a database, for the tests of what is printed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from apps.delivery.paper import Paper, finalized_paper
from apps.invoicing.drafting import total_up
from apps.invoicing.models import Invoice, Kind, Line
from apps.rating.taxing import Treatment

SELLER = {
    "name": "Northwind Studio",
    "legal_name": "Northwind Studio Inc.",
    "tax_id": "US-98-7654321",
    "email": "billing@northwind.example",
    "payment_details": "Bank transfer\nIBAN DE02 1203 0000 0000 2020 51",
    "footer": "Register 5512345\n12 Harbour Street",
    "page_size": "A4",
    "timezone": "UTC",
    "mode": "live",
    "address_line1": "12 Harbour Street",
    "address_line2": "",
    "postal_code": "04101",
    "city": "Portland",
    "region": "ME",
    "country": "US",
}
BUYER = {
    "public_id": "cus_1",
    "external_id": None,
    "name": "Fabrikam",
    "legal_name": "Fabrikam Coaching Ltd",
    "email": "accounts@fabrikam.example",
    "tax_id": "GB123456789",
    "address_line1": "1 Example Road",
    "address_line2": "",
    "postal_code": "EC1A 1BB",
    "city": "London",
    "region": "",
    "country": "GB",
    "locale": "en_GB",
}
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
TIERS = (
    {"kind": "included", "quantity": "10000", "up_to": "10000"},
    {"kind": "units", "quantity": "2000", "unit_amount": "0.01", "amount": "20", "above": "10000"},
)


def line(minor: int = 38000, quantity: str = "4", unit_amount: str | None = "95", **columns: Any) -> Line:
    """Return a line of four coaching calls in November, or whatever the columns say."""
    told = {
        "description": "Coaching call",
        "unit": "calls",
        "kind": Kind.USAGE,
        "position": 1,
        "tax_category": "standard",
        "tax_rate": Decimal(0),
        "period_starts_at": NOVEMBER,
        "period_ends_at": DECEMBER,
        "steps": [
            {
                "kind": "units",
                "quantity": quantity,
                "unit_amount": unit_amount,
                "amount": str(Decimal(quantity) * Decimal(unit_amount)),
            }
        ]
        if unit_amount
        else [],
    }
    told["tax_treatment"] = Treatment.TAXED.value if columns.get("tax_rate") else Treatment.UNTAXED.value
    amounts = {"amount_minor": minor, "quantity": Decimal(quantity)}
    return Line(**told | columns | amounts, unit_amount=Decimal(unit_amount) if unit_amount else None)


def paper(
    lines: Sequence[Line],
    *,
    currency: str = "USD",
    seller: dict[str, Any] | None = None,
    inclusive: bool = False,
    **buyer: Any,
) -> Paper:
    """Tell a finalized invoice of these lines."""
    invoice = Invoice(
        number="INV-0042",
        status=Invoice.Status.OPEN,
        currency=currency,
        tax_inclusive=inclusive,
        issued_on=date(2026, 12, 1),
        due_on=date(2026, 12, 15),
        seller=SELLER | (seller or {}),
        buyer=BUYER | buyer,
    )
    total_up(invoice, lines)
    return finalized_paper(invoice=invoice, lines=lines)
