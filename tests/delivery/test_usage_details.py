"""Usage in detail: an appendix of every use, a file where there are too many, and sums that prove the line."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from apps.core.spreadsheets import harmless
from apps.delivery import links, queries, usage_details
from apps.delivery.models import Document
from apps.delivery.paper import invoice_paper
from apps.delivery.usage_details import Detailed
from apps.invoicing import issuing, rebilling
from apps.invoicing.models import Invoice
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER, Offer
from tests.delivery.conftest import Work, billed

FORM = {"model": "per_unit", "unit_amount": "0.01"}


@pytest.fixture
def detailing(seller: Organization) -> Organization:
    """A seller who wants every use on its invoices."""
    seller.usage_details = True
    seller.save()
    return seller


def sold(seller: Organization) -> tuple[Offer, str]:
    offer = builders.usage_offer(seller, key="calls", name="API calls", form=FORM)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    return offer, buyer.public_id


def record(seller: Organization, sold_to: tuple[Offer, str], notes: Sequence[str]) -> list[str]:
    """Record an event of one call an hour apart with each note; return their ids."""
    offer, customer = sold_to
    assert offer.add_on is not None
    events = [
        NewEvent(
            quantity=Decimal(1),
            customer=customer,
            add_on=offer.add_on.key,
            occurred_at=SEPTEMBER + timedelta(minutes=10 * n),
            idempotency_key=f"call-{n}",
            note=note,
        )
        for n, note in enumerate(notes)
    ]
    now = SEPTEMBER + timedelta(days=20)
    usage.record_batch(organization=seller, events=events, now=now, source="api", actor="key_test")
    return list(Event.objects.order_by("occurred_at").values_list("public_id", flat=True))


def closed(seller: Organization) -> Invoice:
    (invoice,) = builders.close(seller, OCTOBER)
    return Invoice.objects.select_related("organization", "customer").get(pk=invoice.pk)


def told(invoice: Invoice) -> Detailed:
    return usage_details.detailed(invoice=invoice, paper=invoice_paper(invoice=invoice))


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


def test_every_use_stands_in_the_appendix_with_its_note(detailing: Organization, worked: Work) -> None:
    record(detailing, sold(detailing), ["first", "<b>second</b>", ""])
    invoice = closed(detailing)
    worked()
    document = Document.objects.get(invoice=invoice)
    assert document.usage_csv is None
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(bytes(document.content))).pages]
    assert len(pages) == document.pages == 2
    assert "Usage in detail API calls, September 1 – 30, 2026 Time Quantity Note" in pages[1]
    assert "9/1/26, 12:00 AM 1 first" in pages[1].replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "<b>second</b>" in pages[1]


def test_what_was_taken_back_is_shown_with_its_counterpart_and_the_sum_is_the_line_s(detailing: Organization) -> None:
    first, *_ = record(detailing, sold(detailing), ["wrong", "right"])
    usage.reverse_event(
        organization=detailing, public_id=first, reason="our mistake", now=OCTOBER, source="api", actor="it"
    )
    invoice = closed(detailing)
    (rows,) = [detail.rows for detail in told(invoice).paper.usage]
    assert sorted((quantity, note) for _, quantity, note in rows) == [
        ("-1", "taken back"),
        ("1", "right"),
        ("1", "wrong"),
    ]
    assert sum(int(quantity) for _, quantity, _ in rows) == invoice.lines.get().quantity == 1


def test_late_usage_is_detailed_where_it_is_billed_and_nowhere_twice(detailing: Organization) -> None:
    sale = sold(detailing)
    record(detailing, sale, ["in time"])
    first = closed(detailing)
    offer, _ = sale
    builders.used(first.customer, offer, "2", at=SEPTEMBER + timedelta(days=3), now=OCTOBER + timedelta(days=3))
    builders.used(first.customer, offer, "5", at=OCTOBER + timedelta(days=3))
    (second,) = builders.close(detailing, OCTOBER + timedelta(days=31))
    second = Invoice.objects.select_related("organization", "customer").get(pk=second.pk)
    quantities = [[quantity for _, quantity, _ in detail.rows] for detail in told(second).paper.usage]
    assert sorted(quantities) == [["2"], ["5"]]
    assert [[row[1] for row in detail.rows] for detail in told(first).paper.usage] == [["1"]]


def test_more_than_two_thousand_go_into_a_file(detailing: Organization, client: Client, worked: Work) -> None:
    sale = sold(detailing)
    record(detailing, sale, ["=HYPERLINK(1)", *("" for _ in range(2_000))])
    invoice = closed(detailing)
    worked()
    document = queries.document_of(invoice=invoice)
    assert document is not None and document.usage_csv is not None
    rows = table(bytes(document.usage_csv))
    assert len(rows) == 2_001
    assert sum(int(row["quantity"]) for row in rows) == invoice.lines.get().quantity
    assert (rows[0]["note"], rows[0]["occurred_at"]) == ("'=HYPERLINK(1)", "2026-09-01T00:00:00+00:00")
    page = PdfReader(BytesIO(bytes(document.content))).pages[0].extract_text()
    assert "2,001 entries, is attached as INV-0001-usage.csv" in " ".join(page.split())
    (sent,) = mail.outbox
    names = [part.get_filename() for part in sent.message().walk() if part.get_filename()]
    assert names == ["INV-0001.pdf", "INV-0001-usage.csv"]
    kept = client.get(reverse("portal:usage", args=[links.token_of(invoice)]))
    assert kept.content == bytes(document.usage_csv)


def test_it_is_added_only_where_the_seller_wants_it(seller: Organization) -> None:
    invoice = billed(seller, calls=4)
    seller.usage_details = True
    seller.save()
    assert told(Invoice.objects.select_related("organization").get(pk=invoice.pk)).paper.usage == ()


def test_without_any_use_there_is_no_appendix(detailing: Organization) -> None:
    sold(detailing)
    assert told(closed(detailing)).paper.usage == ()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula(text: str) -> None:
    assert harmless(text) == "'" + text
    assert harmless(f"a{text}") == f"a{text}"


def test_what_is_billed_anew_after_a_void_is_told_anew(detailing: Organization) -> None:
    record(detailing, sold(detailing), ["first", "second"])
    invoice = closed(detailing)
    before = told(invoice).paper.usage
    draft = rebilling.void(invoice=invoice, rebill=True, reason="", now=OCTOBER, actor="owner@northwind.example")
    assert draft is not None and len(before[0].rows) == 2
    issuing.issue(invoice=draft, now=OCTOBER)
    again = Invoice.objects.select_related("organization", "customer").get(rebills_id=invoice.pk)
    assert told(again).paper.usage == before
