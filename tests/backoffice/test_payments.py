"""Payments and refunds in the office: the lists, a page for each, and the ways to them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Customer
from apps.invoicing import collecting, drafts, finalizing
from apps.invoicing.models import CreditNote, Invoice, Receipt, Refund
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, text
from tests.builders import OCTOBER

WHO = "owner@northwind.example"
MOST = 32


@pytest.fixture
def office(db: None) -> Organization:
    return builders.organization(mode="test", clock_at=OCTOBER + timedelta(days=9))


@pytest.fixture
def buyer(office: Organization) -> Customer:
    with scope.of(office):
        return builders.customer(office)


def invoiced(buyer: Customer, amount: str) -> Invoice:
    with scope.of(buyer.organization):
        draft = drafts.create(customer=buyer, now=OCTOBER, actor=WHO)
        price = Decimal(amount)
        drafts.add_line(
            invoice=draft, description="Work", quantity=Decimal(1), unit_amount=price, now=OCTOBER, actor=WHO
        )
        return finalizing.finalize(invoice=draft, now=OCTOBER)


@pytest.fixture
def payment(buyer: Customer) -> Receipt:
    """150.00 for INV-0001 over 100.00; 20.00 of the rest were used on INV-0002."""
    first = invoiced(buyer, "100")
    with scope.of(buyer.organization):
        paid = collecting.mark_paid(
            invoice=first,
            amount=Decimal(150),
            reference="wire 7",
            received_on=OCTOBER.date(),
            now=OCTOBER + timedelta(days=2),
            actor=WHO,
        )
    invoiced(buyer, "20")
    return paid


@pytest.fixture
def refund(buyer: Customer, payment: Receipt) -> Refund:
    """40.00 paid back: out of what was left of the payment, and of 25.00 of goodwill."""
    with scope.of(buyer.organization):
        invoice = Invoice.objects.get(number="INV-0001")
        collecting.give_credit(invoice=invoice, amount=Decimal(25), reason="Sorry", now=OCTOBER, actor=WHO)
        return collecting.refund(
            customer=buyer, amount=Decimal(40), currency="USD", method="cash", now=OCTOBER, actor=WHO
        )


def test_a_payment_says_what_it_was_used_on_and_what_is_left(owner: Client, payment: Receipt) -> None:
    answer = owner.get(address("invoicing_receipt_change", payment.pk))
    page = text(answer)
    assert "Payment of $150.00" in page
    assert "Received on 1 Oct 2026 By bank transfer Reference wire 7 Noted by owner@northwind.example, 3 Oct" in page
    assert "INV-0001 3 Oct 2026, 00:00 $100.00 INV-0002 1 Oct 2026, 00:00 $20.00" in page
    assert "$30.00 of it is left" in page
    with scope.of(payment.organization):
        for invoice in Invoice.objects.all():
            assert address("invoicing_invoice_change", invoice.pk) in answer.content.decode()
    assert address("accounts_customer_statement", payment.customer_id) in answer.content.decode()


def test_a_refund_says_what_it_came_out_of(owner: Client, refund: Refund) -> None:
    answer = owner.get(address("invoicing_refund_change", refund.pk))
    page = text(answer)
    assert "Refund of $40.00" in page and "By cash Reference none" in page
    assert "CN-0001 1 Oct 2026, 00:00 $25.00 Payment of 1 Oct 2026 1 Oct 2026, 00:00 $15.00" in page
    with scope.of(refund.organization):
        sources = [("creditnote", CreditNote.objects.get()), ("receipt", Receipt.objects.get())]
    for kind, row in sources:
        assert address(f"invoicing_{kind}_change", row.pk) in answer.content.decode()
        there = owner.get(address(f"invoicing_{kind}_change", row.pk)).content.decode()
        assert address("invoicing_refund_change", refund.pk) in there


def test_statement_and_invoice_lead_to_them(owner: Client, refund: Refund, payment: Receipt) -> None:
    statement = owner.get(address("accounts_customer_statement", refund.customer_id))
    assert "Payment by bank transfer for INV-0001" in text(statement) and "Paid back by cash" in text(statement)
    pages = [address("invoicing_receipt_change", payment.pk), address("invoicing_refund_change", refund.pk)]
    assert all(page in statement.content.decode() for page in pages)
    with scope.of(payment.organization):
        invoice = Invoice.objects.get(number="INV-0001")
    shown = owner.get(address("invoicing_invoice_change", invoice.pk))
    assert "$100.00 paid on 1 Oct 2026 by bank transfer: wire 7." in text(shown)
    assert pages[0] in shown.content.decode()


def test_payments_are_found_by_what_people_know(owner: Client, payment: Receipt) -> None:
    page = address("invoicing_receipt_changelist")
    listed = text(owner.get(page))
    assert "1 payment: $150.00" in listed and "INV-0001, INV-0002" in listed and "$30.00" in listed
    found = ["q=wire", "q=INV-0002", "q=fabri", f"q={payment.public_id}", "month=2026-10", "left=yes"]
    for asked in (*found, "method__exact=bank", "currency__exact=USD"):
        assert "wire 7" in text(owner.get(f"{page}?{asked}")), asked
    for asked in ("q=INV-0003", "month=2026-09", "left=no", "method__exact=card", "currency__exact=EUR"):
        assert "wire 7" not in text(owner.get(f"{page}?{asked}")), asked


def test_refunds_are_found_by_what_people_know(owner: Client, refund: Refund) -> None:
    page = address("invoicing_refund_changelist")
    for asked in ("", "q=fabri", "month=2026-10", "method__exact=cash", "currency__exact=USD"):
        assert "1 refund: $40.00" in text(owner.get(f"{page}?{asked}")), asked
    for asked in ("q=nobody", "month=2026-09", "method__exact=bank", "currency__exact=EUR"):
        assert "$40.00" not in text(owner.get(f"{page}?{asked}")), asked


@pytest.mark.parametrize("role", ["viewer", "developer", "admin"])
def test_everybody_may_look_and_nobody_may_write(sign_in: SignIn, refund: Refund, payment: Receipt, role: str) -> None:
    client = sign_in(role)
    for row in (payment, refund):
        page = address(f"invoicing_{row._meta.model_name}_change", row.pk)
        assert (client.get(page).status_code, client.post(page, {}).status_code) == (200, 405)
        assert client.get(address(f"invoicing_{row._meta.model_name}_add")).status_code == 404
        assert (
            client.post(address(f"invoicing_{row._meta.model_name}_delete", row.pk), {"post": "yes"}).status_code == 403
        )


@pytest.mark.parametrize("page", ["receipt_changelist", "refund_changelist", "receipt_change", "refund_change"])
def test_they_cost_the_same_however_many_there_are(
    owner: Client, buyer: Customer, payment: Receipt, refund: Refund, page: str
) -> None:
    row = payment if page.startswith("receipt") else refund
    there = address(f"invoicing_{page}", *([row.pk] if page.endswith("_change") else []))

    def queries() -> int:
        owner.get(there)
        with CaptureQueriesContext(connection) as captured:
            assert owner.get(there).status_code == 200
        return len(captured)

    few = queries()
    for number in range(5):
        invoice = invoiced(buyer, "200")
        with scope.of(buyer.organization):
            collecting.mark_paid(invoice=invoice, amount=Decimal(210), now=OCTOBER, actor=WHO)
            collecting.refund(customer=buyer, amount=Decimal(2), currency="USD", now=OCTOBER, actor=WHO)
            other = builders.customer(buyer.organization, f"Customer {number}")
        of_another = invoiced(other, "5")
        with scope.of(buyer.organization):
            collecting.mark_paid(invoice=of_another, now=OCTOBER, actor=WHO)
    assert queries() <= few <= MOST
