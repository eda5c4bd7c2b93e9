"""A finalized invoice gets one stored paper, and it never changes."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from apps.delivery import handlers, operations, queries
from apps.delivery.models import Document
from apps.delivery.paper import PaperKind, invoice_paper, preview_paper
from apps.invoicing import previews
from apps.invoicing.models import Invoice
from apps.outbox.models import Message
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.delivery.conftest import Work, billed


def stored(invoice: Invoice) -> Document:
    document = queries.document_of(invoice=invoice)
    assert document is not None
    return document


def test_finalizing_leads_to_a_stored_pdf_with_its_digest(invoice: Invoice, worked: Work) -> None:
    assert queries.document_of(invoice=invoice) is None
    worked()
    document = stored(invoice)
    content = bytes(document.content)
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    reader = PdfReader(BytesIO(content))
    assert (document.pages, len(reader.pages)) == (1, 1)
    page = " ".join(reader.pages[0].extract_text().split())
    for text in ("INV-0001", "Fabrikam", "September 1 – 30, 2026", "4 calls", "$95.00", "Amount due $380.00"):
        assert text in page
    told = Message.objects.get(topic="document.stored")
    assert told.payload == {"invoice": invoice.public_id, "document": document.public_id}
    assert told.occurred_at == OCTOBER


def test_a_second_run_stores_and_tells_nothing(invoice: Invoice, worked: Work) -> None:
    worked()
    before = stored(invoice)
    message = Message.objects.get(topic="invoice.finalized")
    handlers.store_document(message, OCTOBER + timedelta(days=1))
    late = operations.store_document(message=message, paper_of=invoice, content=b"another", pages=9, now=OCTOBER)
    assert late == before == Document.objects.get()
    assert Message.objects.filter(topic="document.stored").count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE delivery_document SET content = 'forged'",
        "UPDATE delivery_document SET sha256 = 'forged'",
        "DELETE FROM delivery_document",
        "TRUNCATE delivery_document",
    ],
)
def test_the_database_refuses_to_change_it(invoice: Invoice, worked: Work, statement: str) -> None:
    worked()
    before = bytes(stored(invoice).content)
    connection.check_constraints()  # a deferred check in waiting would stop TRUNCATE before the trigger does
    with pytest.raises(DatabaseError, match=r"append-only|kept for ever"), transaction.atomic():
        connection.cursor().execute(statement)
    assert bytes(stored(invoice).content) == before


def test_it_says_what_was_true_when_it_was_finalized(seller: Organization, invoice: Invoice, worked: Work) -> None:
    seller.name = "Renamed"
    seller.save()
    invoice.customer.name = "Renamed too"
    invoice.customer.save()
    paper = invoice_paper(invoice=Invoice.objects.get())
    assert (paper.seller.name, paper.buyer.name) == ("Northwind Studio", "Fabrikam")


def test_a_draft_is_told_as_a_draft_without_a_number(seller: Organization) -> None:
    seller.auto_finalize = False
    seller.save()
    paper = invoice_paper(invoice=billed(seller, calls=1))
    assert (paper.kind, paper.number, paper.facts, paper.payment) == (PaperKind.DRAFT, "", (), ())
    assert "draft, not an invoice" in paper.notice


def test_a_preview_tells_the_next_invoice_as_it_stands(seller: Organization) -> None:
    offer = builders.usage_offer(seller, setup_fee="45")
    buyer = builders.customer(seller)
    subscription = builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=3))
    preview = previews.next_invoice(subscription=subscription)
    assert preview is not None
    paper = preview_paper(preview=preview)
    assert (paper.kind, paper.number, paper.amount_due) == (PaperKind.PREVIEW, "", "$140.00")
    assert [line.amount for line in paper.lines] == ["$95.00", "$45.00"]
    assert "billed on October 1, 2026" in paper.notice
