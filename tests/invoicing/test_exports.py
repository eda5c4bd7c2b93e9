"""Invoices, lines and credit notes as tables: complete, in order, and some rows at a time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Customer
from apps.core.spreadsheets import Cell
from apps.invoicing import collecting, drafts, exports, issuing
from apps.invoicing.models import CreditNote, Invoice
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER
from tests.lifecycle.worlds import WHO

ZONE = ZoneInfo("America/New_York")
BY: dict[str, Any] = {"now": OCTOBER + timedelta(hours=2), "actor": WHO}


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller, external_id="crm-1", legal_name="Fabrikam Ltd", country="GB", tax_id="GB1")


def drafted(buyer: Customer, *amounts: str) -> Invoice:
    """Begin an invoice with a line for each amount, and 10 % off."""
    draft = drafts.create(customer=buyer, **BY)
    for amount in amounts:
        drafts.add_line(
            invoice=draft, description=f"-{amount}", quantity=Decimal("1.5"), unit_amount=Decimal(amount), **BY
        )
    return drafts.discount(invoice=draft, percent=Decimal(10), reason="a friend", **BY)


def table(head: tuple[str, ...], rows: Any) -> list[dict[str, Cell]]:
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_invoices(buyer: Customer) -> None:
    issued = issuing.issue(invoice=drafted(buyer, "100", "0.005"), now=BY["now"])
    collecting.mark_paid(invoice=issued, amount=Decimal("0.01"), **BY)
    drafted(buyer, "1")
    first, second = table(exports.INVOICES, exports.invoices(rows=Invoice.objects.all(), zone=ZONE))
    assert {name: str(value) for name, value in first.items() if value not in (None, "")} == {
        "number": "INV-0001",
        "status": "open",
        "issued_on": "2026-10-01",
        "due_on": "2026-10-15",
        "finalized_at": "2026-09-30 22:00:00-04:00",
        "customer": buyer.public_id,
        "external_id": "crm-1",
        "customer_name": "Fabrikam Ltd",
        "country": "GB",
        "tax_id": "GB1",
        "currency": "USD",
        "subtotal": "135.01",
        "tax": "0.00",
        "total": "135.01",
        "credit_applied": "0.00",
        "settled": "0.01",
        "amount_due": "135.00",
        "discount": "15.00",
        "tax_inclusive": "no",
        "cause": "manual",
        "id": issued.public_id,
    }
    assert (second["number"], second["status"], second["customer_name"]) == (None, "draft", "Fabrikam Ltd")


def test_a_document_keeps_the_name_it_was_issued_to(buyer: Customer) -> None:
    issuing.issue(invoice=drafted(buyer, "100"), now=BY["now"])
    Customer.objects.update(legal_name="Fabrikam Holding")
    (row,) = table(exports.INVOICES, exports.invoices(rows=Invoice.objects.all(), zone=ZONE))
    assert row["customer_name"] == "Fabrikam Ltd"


def test_lines_add_up_to_their_invoice(buyer: Customer) -> None:
    invoice = issuing.issue(invoice=drafted(buyer, "100", "3"), now=BY["now"])
    rows = table(exports.LINES, exports.lines(rows=Invoice.objects.all(), zone=ZONE))
    shown = (
        "invoice_number",
        "position",
        "description",
        "quantity",
        "unit_amount",
        "amount",
        "discount",
        "after_discount",
        "late",
    )
    assert [[str(row[name]) for name in shown] for row in rows] == [
        ["INV-0001", "1", "-100", "1.5", "100", "150.00", "15.00", "135.00", "no"],
        ["INV-0001", "2", "-3", "1.5", "3", "4.50", "0.45", "4.05", "no"],
    ]
    assert sum(Decimal(str(row["after_discount"])) for row in rows) == Decimal(invoice.subtotal_minor) / 100


def test_credit_notes(buyer: Customer) -> None:
    invoice = issuing.issue(invoice=drafted(buyer, "100"), now=BY["now"])
    collecting.give_credit(invoice=invoice, amount=Decimal(5), reason="=sorry", **BY)
    (row,) = table(exports.CREDIT_NOTES, exports.credit_notes(rows=CreditNote.objects.all()))
    shown = ("number", "kind", "invoice_number", "total", "reason", "invoice")
    assert [str(row[name]) for name in shown] == [
        "CN-0001",
        "commercial",
        "INV-0001",
        "5.00",
        "=sorry",
        invoice.public_id,
    ]


def test_some_rows_are_read_at_a_time_and_none_is_left_out(buyer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [drafted(buyer, *["1"] * many).public_id for many in (1, 5, 2, 1, 3)]
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    rows = exports.invoices(rows=Invoice.objects.all(), zone=ZONE)
    with CaptureQueriesContext(connection) as captured:
        first = [next(rows)[-1], next(rows)[-1]]
    assert len(captured) == 1
    assert first + [row[-1] for row in rows] == made
    lines = table(exports.LINES, exports.lines(rows=Invoice.objects.all(), zone=ZONE))
    assert [row["invoice"] for row in lines] == [
        public_id for public_id, many in zip(made, (1, 5, 2, 1, 3), strict=True) for _ in range(many)
    ]


def test_many_invoices_cost_a_few_statements(buyer: Customer) -> None:
    for _ in range(6):
        drafted(buyer, "1", "2")
    with CaptureQueriesContext(connection) as captured:
        assert len(list(exports.invoices(rows=Invoice.objects.all(), zone=ZONE))) == 6
        assert len(list(exports.lines(rows=Invoice.objects.all(), zone=ZONE))) == 12
    assert len(captured) == 6  # of each the rows and the end; of the lines twice
