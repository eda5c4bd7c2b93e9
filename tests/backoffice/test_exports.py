"""What a list shows, as CSV: the same rows, whatever is filtered and searched."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from apps.invoicing import collecting, drafts, issuing
from apps.invoicing.models import Invoice
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address
from tests.builders import OCTOBER

BY: dict[str, Any] = {"now": OCTOBER, "actor": "owner@northwind.example"}


@pytest.fixture
def office(db: None) -> Organization:
    """Two customers: an invoice in dollars, open and past due; one in euros, paid; a draft; and a credit note."""
    office = builders.organization(mode="test", clock_at=OCTOBER + timedelta(days=20))
    with scope.of(office):
        for name, currency, amount in (("Fabrikam", "USD", "10"), ("Contoso", "EUR", "20")):
            buyer = builders.customer(office, name, currency=currency)
            issued = issuing.issue(invoice=_draft(buyer, amount), now=OCTOBER)
        collecting.mark_paid(invoice=issued, **BY)
        collecting.give_credit(invoice=issued, amount=Decimal(5), reason="sorry", **BY)
        _draft(buyer, "30")
    return office


def _draft(buyer: Any, amount: str) -> Invoice:
    draft = drafts.create(customer=buyer, **BY)
    drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(amount), **BY)
    return draft


def table(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(response.getvalue().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["INV-0001", "INV-0002", ""]),
        ("?status=past_due", ["INV-0001"]),
        ("?currency=EUR&status=paid", ["INV-0002"]),
        ("?month=2026-10&currency=USD", ["INV-0001"]),
        ("?q=contoso", ["INV-0002", ""]),
        ("?o=-4&p=1", ["INV-0001", "INV-0002", ""]),
    ],
)
def test_the_buttons_of_the_list_give_what_it_shows(
    owner: Client, office: Organization, query: str, found: list[str]
) -> None:
    page = owner.get(address("invoicing_invoice_changelist") + query)
    whole, lines = (button["address"] for button in page.context["tables"])
    assert all(to.replace("&", "&amp;") in page.content.decode() for to in (whole, lines))
    answer = owner.get(whole)
    assert answer["Content-Disposition"] == 'attachment; filename="invoices.csv"'
    assert [row["number"] for row in table(answer)] == found
    assert [row["invoice_number"] for row in table(owner.get(lines))] == found


def test_credit_notes_too(owner: Client, office: Organization) -> None:
    page = owner.get(address("invoicing_creditnote_changelist") + "?currency=EUR")
    (button,) = page.context["tables"]
    assert [row["total"] for row in table(owner.get(button["address"]))] == ["5.00"]
    assert table(owner.get(address("invoicing_creditnote_export") + "?month=2026-09")) == []
