"""GET /api/v1/invoices: the list, one invoice with its lines and steps, and its PDF."""

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from apps.accounts.models import Customer
from apps.delivery.api.papers import filename
from apps.delivery.models import Document
from apps.invoicing import collecting
from apps.invoicing.models import Invoice
from apps.outbox import operations as outbox
from apps.outbox.models import Job
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON, move_clock
from tests.builders import NOVEMBER, OCTOBER

PAPER = b"%PDF-1.7 the very bytes"


@pytest.fixture
def invoice(program: Program, seller: Organization, buyer: Customer) -> Invoice:
    """September: one call and the setup fee, 140.00."""
    program.post("usage", {"customer": "crm-1", "metric": "coaching-metric", "quantity": "1"})
    (closed,) = builders.close(seller, OCTOBER)
    move_clock(seller, OCTOBER)
    return closed


@pytest.fixture
def paper(invoice: Invoice) -> Document:
    """The stored document of the invoice."""
    return Document.objects.create(
        organization=invoice.organization,
        invoice=invoice,
        content=PAPER,
        sha256=hashlib.sha256(PAPER).hexdigest(),
        pages=1,
        created_at=OCTOBER,
    )


def test_an_invoice_is_shown_to_the_cent(program: Program, invoice: Invoice, buyer: Customer) -> None:
    answer = program.get(f"invoices/{invoice.public_id}").json()
    assert (answer["number"], answer["status"], answer["customer"]) == ("INV-0001", "open", buyer.public_id)
    amounts = [answer[name] for name in ("subtotal", "tax", "total", "amount_due", "currency")]
    assert amounts == ["140.00", "0.00", "140.00", "140.00", "USD"]
    assert (answer["issued_on"], answer["due_on"], answer["past_due"]) == ("2026-10-01", "2026-10-15", False)
    assert sorted((line["kind"], line["amount"]) for line in answer["lines"]) == [
        ("setup", "45.00"),
        ("usage", "95.00"),
    ]
    (usage,) = [line for line in answer["lines"] if line["kind"] == "usage"]
    assert (usage["quantity"], usage["unit"], usage["unit_amount"]) == ("1", "call", "95")
    assert usage["period"] == {"starts_at": "2026-09-01T00:00:00Z", "ends_at": "2026-10-01T00:00:00Z"}
    assert [step["words"] for step in usage["steps"]] == ["1 × 95 = 95"]
    untaxed = {"code": "O", "treatment": "untaxed", "name": "", "rate": "0"}
    assert answer["tax_groups"] == [{**untaxed, "base": "140.00", "tax": "0.00"}]
    assert (answer["seller"]["name"], answer["buyer"]["id"]) == ("Northwind Studio", buyer.public_id)
    assert answer["document"] is None


def test_a_currency_without_decimals_shows_none(program: Program, seller: Organization) -> None:
    Organization.objects.filter(pk=seller.pk).update(currency="JPY")
    seller.refresh_from_db()
    offer, buyer = builders.usage_offer(seller), builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "3", at=NOON)
    (closed,) = builders.close(seller, OCTOBER)
    answer = program.get(f"invoices/{closed.public_id}").json()
    assert (answer["total"], answer["lines"][0]["amount"], answer["currency"]) == ("285", "285", "JPY")


def test_a_draft_has_no_number_parties_or_paper(program: Program, seller: Organization, buyer: Customer) -> None:
    Organization.objects.filter(pk=seller.pk).update(auto_finalize=False)
    seller.refresh_from_db()
    (draft,) = builders.close(seller, OCTOBER)
    answer = program.get(f"invoices/{draft.public_id}").json()
    assert (answer["number"], answer["status"], answer["seller"], answer["buyer"]) == (None, "draft", None, None)
    assert fault(program.get(f"invoices/{draft.public_id}/pdf")) == (409, "document_not_ready", None)


def test_past_due_goes_by_the_organizations_date(program: Program, invoice: Invoice, seller: Organization) -> None:
    Organization.objects.filter(pk=seller.pk).update(timezone="Pacific/Auckland")
    due_over_there = OCTOBER + timedelta(days=14, hours=12)
    for instant, past_due in ((due_over_there - timedelta(hours=2), False), (due_over_there, True)):
        move_clock(seller, instant)
        assert program.get(f"invoices/{invoice.public_id}").json()["past_due"] is past_due


def test_the_pdf_is_the_stored_bytes(program: Program, invoice: Invoice, paper: Document) -> None:
    response = program.get(f"invoices/{invoice.public_id}/pdf")
    assert (response.status_code, response.content) == (200, PAPER)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="INV-0001.pdf"'
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "no-store")
    document = program.get(f"invoices/{invoice.public_id}").json()["document"]
    assert (document["sha256"], document["pages"]) == (hashlib.sha256(response.content).hexdigest(), 1)


def test_a_pdf_may_be_asked_for_as_what_it_is(program: Program, invoice: Invoice, paper: Document) -> None:
    program.headers["Accept"] = "application/pdf"
    assert program.get(f"invoices/{invoice.public_id}/pdf").status_code == 200


def test_until_it_is_rendered_the_pdf_is_not_ready(program: Program, invoice: Invoice) -> None:
    assert fault(program.get(f"invoices/{invoice.public_id}/pdf")) == (409, "document_not_ready", None)


def test_where_it_could_not_be_rendered_the_pdf_is_parked(program: Program, invoice: Invoice) -> None:
    outbox.relay(now=OCTOBER)
    job = Job.objects.get(handler="delivery.store_document")
    Job.objects.filter(pk=job.pk).update(status=Job.Status.FAILED, error="No font can print it.", finished_at=OCTOBER)
    answer = program.get(f"invoices/{invoice.public_id}/pdf")
    assert fault(answer) == (409, "document_parked", None)
    assert answer.json()["detail"] == "The PDF could not be made. No font can print it."


def test_a_credit_note_has_a_paper_too(program: Program, invoice: Invoice) -> None:
    note = collecting.give_credit(invoice=invoice, amount=Decimal(1), reason="sorry", now=OCTOBER, actor="it")
    address = f"credit-notes/{note.public_id}/pdf"
    assert fault(program.get(address)) == (409, "document_not_ready", None)
    digest = hashlib.sha256(PAPER).hexdigest()
    Document.objects.create(
        organization=note.organization, credit_note=note, content=PAPER, sha256=digest, pages=1, created_at=OCTOBER
    )
    response = program.get(address)
    assert (response.status_code, response.content) == (200, PAPER)
    assert response["Content-Disposition"] == 'attachment; filename="CN-0001.pdf"'


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("INV-0001", "INV-0001.pdf"),
        ("2026/Ü 7", "2026-7.pdf"),
        ('a"b\r\nX: y', "a-b-X-y.pdf"),
        ("../../etc", "etc.pdf"),
    ],
)
def test_a_file_is_named_safely_whatever_the_prefix(number: str, name: str) -> None:
    assert filename(number) == name


def test_the_list_is_filtered_by_customer_and_status(program: Program, invoice: Invoice, seller: Organization) -> None:
    second = builders.customer(seller, "Second", external_id="crm-2")
    builders.subscribed(second, builders.usage_offer(seller, key="storage"), now=OCTOBER)
    zero = builders.close(seller, NOVEMBER)
    found = {
        "crm-1": program.get("invoices", customer="crm-1").json()["results"],
        "crm-2": program.get("invoices", customer=second.public_id).json()["results"],
    }
    assert [row["total"] for row in found["crm-1"]] == ["0.00", "140.00"]
    assert [row["total"] for row in found["crm-2"]] == ["0.00"]
    assert len(zero) == 2
    opened = program.get("invoices", status="open").json()["results"]
    assert [row["id"] for row in opened] == [invoice.public_id]
    paid = program.get("invoices", status="paid", customer="crm-1").json()["results"]
    assert [(row["amount_due"], row["paid_at"] is not None) for row in paid] == [("0.00", True)]
    for bad in ("voided", "", "Open"):
        assert fault(program.get("invoices", status=bad))[2] == "status"


def test_a_cursor_holds_when_its_invoice_left_the_filter(
    program: Program, invoice: Invoice, seller: Organization
) -> None:
    second = builders.customer(seller, "Second")
    offer = builders.usage_offer(seller, key="storage")
    builders.subscribed(second, offer)
    builders.used(second, offer, "1", at=NOON)
    (newer,) = builders.close(seller, OCTOBER)
    page = program.get("invoices", status="open", limit="1").json()
    assert [row["id"] for row in page["results"]] == [newer.public_id]
    Invoice.objects.filter(pk=newer.pk).update(status="paid", paid_at=OCTOBER, settled_minor=F("total_minor"))
    following = program.client.get(page["next"], headers=program.headers).json()
    assert [row["id"] for row in following["results"]] == [invoice.public_id]


def test_an_invoice_of_another_organization_does_not_exist(
    program: Program, seller: Organization, other_seller: Organization
) -> None:
    with scope.fresh(), scope.of(other_seller):
        offer, buyer = builders.usage_offer(other_seller), builders.customer(other_seller, external_id="their-crm")
        builders.subscribed(buyer, offer)
        (theirs,) = builders.close(other_seller, OCTOBER)
    for suffix in ("", "/pdf"):
        foreign, unknown = (
            program.get(f"invoices/{public_id}{suffix}") for public_id in (theirs.public_id, "inv_00000000000000000000")
        )
        assert fault(foreign) == (404, "not_found", None)
        assert foreign.json() == unknown.json()
    assert program.get("invoices").json() == {"next": None, "results": []}
    for customer in ("their-crm", buyer.public_id):
        assert program.get("invoices", customer=customer).json()["results"] == []


def test_the_number_of_queries_does_not_grow(
    program: Program, invoice: Invoice, paper: Document, seller: Organization, django_assert_max_num_queries: Any
) -> None:
    buyers = [builders.customer(seller, f"Customer {place}") for place in range(4)]
    offer = builders.usage_offer(seller, key="storage", base="10")
    for buyer in buyers:
        builders.subscribed(buyer, offer)
    builders.close(seller, OCTOBER)
    with django_assert_max_num_queries(2):
        assert len(program.get("invoices").json()["results"]) >= 5
    with django_assert_max_num_queries(4):
        program.get(f"invoices/{invoice.public_id}")
    with django_assert_max_num_queries(3):
        program.get(f"invoices/{invoice.public_id}/pdf")
