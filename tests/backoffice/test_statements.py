"""The statement of a customer in the office: on the page, as CSV and as PDF."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from apps.accounts.models import Customer
from apps.invoicing import collecting, drafts, issuing
from apps.invoicing.models import Invoice
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address, errors, said, text
from tests.builders import OCTOBER

WHO = "owner@northwind.example"
NOW = OCTOBER + timedelta(days=20)


def invoiced(buyer: Customer, amount: str, *, days: int = 0) -> Invoice:
    """Issue an invoice so many days after the first of October."""
    by: dict[str, Any] = {"now": OCTOBER + timedelta(days=days), "actor": WHO}
    draft = drafts.create(customer=buyer, **by)
    drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(amount), **by)
    return issuing.issue(invoice=draft, now=by["now"])


@pytest.fixture
def office(db: None) -> Organization:
    """An organization whose clock stands at 21 October."""
    return builders.organization(mode="test", clock_at=NOW, payment_details="IBAN DE02", locale="en_US")


@pytest.fixture
def buyer(office: Organization) -> Customer:
    """A customer that owes 60.00: of 100.00 it paid 30.00, and 10.00 were goodwill."""
    with scope.of(office):
        buyer = builders.customer(office)
        invoice = invoiced(buyer, "100")
        by: dict[str, Any] = {"now": OCTOBER + timedelta(days=3), "actor": WHO}
        collecting.mark_paid(invoice=invoice, amount=Decimal(30), reference="=wire 7", **by)
        by["now"] += timedelta(days=1)
        collecting.give_credit(invoice=invoice, amount=Decimal(10), reason="a bad week", **by)
    return buyer


def table(response: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(response.getvalue().decode("utf-8-sig"), newline="")))


def pages(response: Any) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(response.content)).pages]


def test_the_tab_links_every_document(owner: Client, buyer: Customer) -> None:
    page = owner.get(address("accounts_customer_statement", buyer.pk))
    words = text(page)
    for told in (
        "On the last of these days Fabrikam owes $60.00",
        "Balance before $0.00",
        "1 Oct Invoice INV-0001 $100.00 $100.00",
        "4 Oct Payment by bank transfer for INV-0001 =wire 7 -$30.00 $70.00",
        "5 Oct Credit note CN-0001 for INV-0001 -$10.00 $60.00",
    ):
        assert told in words, told
    content = page.content.decode()
    with scope.everywhere():
        invoice = Invoice.objects.get()
        note = invoice.credit_notes.get()
    assert content.count(address("invoicing_invoice_change", invoice.pk)) == 3
    assert address("invoicing_creditnote_change", note.pk) in content


def test_the_days_are_chosen_and_told_where_they_are_wrong(owner: Client, buyer: Customer) -> None:
    tab = address("accounts_customer_statement", buyer.pk)
    asked = owner.get(tab, {"starts_on": "2026-10-02", "ends_on": "2026-10-03"})
    assert "Balance before $100.00" not in text(asked)
    assert "No document in these days" in text(asked)
    assert "owes $100.00" in text(asked)
    assert "Balance before $100.00" in text(owner.get(tab, {"starts_on": "2026-10-02"}))
    wrong = owner.get(tab, {"starts_on": "yesterday", "ends_on": "2026-10-03"})
    assert errors(wrong) == {"starts_on": ["This is not a date. Write it like 2026-11-20."]}
    wrong = owner.get(tab, {"starts_on": "2026-10-03", "ends_on": "2026-10-02"})
    assert errors(wrong) == {"ends_on": ["This is before the first day."]}
    assert owner.get(tab, {"cursor": "x"}).status_code == 302


def test_a_year_is_shown_unless_something_else_is_asked_for(owner: Client, buyer: Customer) -> None:
    shown = owner.get(address("accounts_customer_statement", buyer.pk)).context["form"].initial
    assert shown["starts_on"] == date(2025, 11, 1)


def test_as_csv_texts_are_no_formulas_and_amounts_are_numbers(owner: Client, buyer: Customer) -> None:
    response = owner.get(address("accounts_customer_statement_csv", buyer.pk), {"starts_on": "2026-10-04"})
    assert response["Content-Disposition"] == f'attachment; filename="statement-{buyer.public_id}-USD.csv"'
    head, *rows = table(response)
    assert head[:3] == ["date", "kind", "number"]
    assert [row[:9] for row in rows] == [
        ["2026-10-04", "payment", "", "INV-0001", "bank", "'=wire 7", "USD", "-30.00", "70.00"],
        ["2026-10-05", "credit_note", "CN-0001", "INV-0001", "", "", "USD", "-10.00", "60.00"],
    ]


def test_as_pdf_it_speaks_to_the_customer(owner: Client, office: Organization, buyer: Customer) -> None:
    (page,) = pages(owner.get(address("accounts_customer_statement_pdf", buyer.pk)))
    for told in (
        "STATEMENT From November 1, 2025 Until October 21, 2026 Currency USD",
        "Balance before $0.00",
        "October 1, 2026 Invoice INV-0001 $100.00 $100.00",
        "Payment =wire 7 -$30.00 $70.00",
        "Credit note CN-0001 For invoice INV-0001 -$10.00 $60.00",
        "You owe $60.00",
        "How to pay IBAN DE02",
        "Page 1 of 1",
    ):
        assert told in page, told
    with scope.of(office):
        Customer.objects.filter(pk=buyer.pk).update(locale="de_DE")
    (german,) = pages(owner.get(address("accounts_customer_statement_pdf", buyer.pk)))
    assert "Sie schulden 60,00 $" in german
    assert "Rechnung INV-0001 100,00 $ 100,00 $" in german


def test_over_several_pages_the_balance_is_carried(owner: Client, office: Organization) -> None:
    with scope.of(office):
        buyer = builders.customer(office, "Contoso")
        for days in range(20):
            for _ in range(2):
                invoiced(buyer, "1", days=days)
    first, *_, last = pages(owner.get(address("accounts_customer_statement_pdf", buyer.pk)))
    carried = first.rpartition("Carried forward ")[2].split()[0]
    shown = first.partition(" Carried forward")[0].count("Invoice INV-")
    assert carried == f"${shown}.00"
    assert "You owe $40.00" in last and "You owe" not in first


def test_more_than_a_pdf_can_have_is_told(owner: Client, buyer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.backoffice.statements.MOST_ROWS", 2)
    response = owner.get(address("accounts_customer_statement_pdf", buyer.pk))
    assert response.status_code == 302
    assert "too many for a PDF" in said(response)[0]


def test_a_long_one_goes_on_page_by_page(owner: Client, buyer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.backoffice.statements.ROWS_PER_PAGE", 2)
    tab = address("accounts_customer_statement", buyer.pk)
    first = owner.get(tab)
    assert "CN-0001" in text(first) or "=wire 7" in text(first)
    second = owner.get(f"{tab}?{first.context['more']}")
    assert len(second.context["rows"]) == 1
    assert (second.context["more"], "Balance before" in text(second)) == ("", False)
