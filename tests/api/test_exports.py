"""Tables for programs: with the filters of the lists, and nothing of another organization."""

import csv
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.invoicing import collecting, drafts, issuing
from apps.invoicing.models import Invoice
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON

BY: dict[str, Any] = {"now": NOON, "actor": "owner@northwind.example"}


def invoiced(buyer: Customer, amount: str, *, finalize: bool = True) -> Invoice:
    """Make an invoice over one line, whose text is a formula."""
    draft = drafts.create(customer=buyer, **BY)
    drafts.add_line(invoice=draft, description="＝SUM(A1)", quantity=Decimal(1), unit_amount=Decimal(amount), **BY)
    return issuing.issue(invoice=draft, now=NOON) if finalize else draft


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller, name="=cmd", email="cmd@example.com")


def table(response: Any) -> list[dict[str, str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.streaming
    return list(csv.DictReader(StringIO(response.getvalue().decode(), newline="")))


def test_invoices_and_lines(program: Program, buyer: Customer) -> None:
    invoice = invoiced(buyer, "10")
    response = program.get("invoices/export")
    assert response["Content-Disposition"] == 'attachment; filename="invoices.csv"'
    (row,) = table(response)
    assert (row["number"], row["total"], row["customer_name"], row["id"]) == (
        "INV-0001",
        "10.00",
        "'=cmd",
        invoice.public_id,
    )
    (line,) = table(program.get("invoices/export/lines"))
    assert (line["description"], line["after_discount"], line["invoice"]) == ("'＝SUM(A1)", "10.00", invoice.public_id)


def test_credit_notes(program: Program, buyer: Customer) -> None:
    note = collecting.give_credit(invoice=invoiced(buyer, "10"), amount=Decimal(4), reason="+1", **BY)
    (row,) = table(program.get("credit-notes/export", customer=buyer.public_id))
    assert (row["number"], row["total"], row["reason"]) == (note.number, "4.00", "'+1")
    assert table(program.get("credit-notes/export", month="2026-08")) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["INV-0001", "INV-0002", ""]),
        ({"status": "paid"}, ["INV-0002"]),
        ({"status": "draft"}, [""]),
        ({"customer": "crm-2"}, ["INV-0002"]),
        ({"month": "2026-09"}, ["INV-0001", "INV-0002"]),
        ({"month": "2026-10"}, []),
        ({"currency": "EUR"}, ["INV-0002"]),
    ],
)
def test_the_filters_of_the_list(
    program: Program, seller: Organization, buyer: Customer, asked: dict[str, str], found: list[str]
) -> None:
    invoiced(buyer, "10")
    euros = builders.customer(seller, "Contoso", external_id="crm-2", currency="EUR")
    collecting.mark_paid(invoice=invoiced(euros, "20"), **BY)
    invoiced(buyer, "30", finalize=False)
    assert [row["number"] for row in table(program.get("invoices/export", **asked))] == found
    assert [row["invoice_number"] for row in table(program.get("invoices/export/lines", **asked))] == found
    listed = program.get("invoices", **asked).json()["results"]
    assert [row["number"] or "" for row in reversed(listed)] == found


@pytest.mark.parametrize(
    ("path", "asked", "expected"),
    [
        ("invoices/export", {"month": "2026-13"}, (400, "month", "month")),
        ("invoices/export", {"month": "0000-01"}, (400, "month", "month")),
        ("invoices/export/lines", {"status": "late"}, (400, "invalid_choice", "status")),
        ("invoices/export", {"limit": "5"}, (400, "unknown", "limit")),
        ("credit-notes/export", {"currency": "eur"}, (400, "currency", "currency")),
    ],
)
def test_what_cannot_be_used_is_named(
    program: Program, path: str, asked: dict[str, str], expected: tuple[int, str, str]
) -> None:
    assert fault(program.get(path, **asked)) == expected


def test_another_organization_is_not_in_it(program: Program, buyer: Customer, other_seller: Organization) -> None:
    invoiced(buyer, "10")
    with scope.fresh(), scope.of(other_seller):
        invoiced(builders.customer(other_seller), "99")
    with scope.fresh():  # the file is read after its request, where no scope is open
        assert [row["total"] for row in table(program.get("invoices/export"))] == ["10.00"]
        assert [row["after_discount"] for row in table(program.get("invoices/export/lines"))] == ["10.00"]
    assert Invoice.objects.get().issued_on == date(2026, 9, 10)
