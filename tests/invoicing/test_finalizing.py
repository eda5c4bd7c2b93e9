"""Finalizing: numbered without gaps, dated by the local day, and telling what was true that day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.core.refusals import Conflict
from apps.invoicing import finalizing
from apps.invoicing.models import Invoice, NumberSeries
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER


@pytest.fixture
def draft(seller: Organization) -> Invoice:
    seller.auto_finalize = False
    seller.save()
    buyer = builders.customer(seller, "Fabrikam", city="Lyon", payment_terms_days=30)
    builders.subscribed(buyer, builders.usage_offer(seller, setup_fee="45"))
    (invoice,) = builders.close(seller, OCTOBER)
    return invoice


def test_a_draft_gets_a_number_a_date_and_terms(seller: Organization, draft: Invoice) -> None:
    invoice = finalizing.finalize(invoice=draft, now=OCTOBER)
    assert (invoice.number, invoice.sequence, invoice.status) == ("INV-0001", 1, "open")
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 10, 1), date(2026, 10, 31))


def test_it_is_dated_by_the_sellers_local_day(seller: Organization, draft: Invoice) -> None:
    seller.timezone = "Asia/Tokyo"
    seller.save()
    invoice = finalizing.finalize(invoice=draft, now=datetime(2026, 10, 4, 20, tzinfo=UTC))
    assert invoice.issued_on == date(2026, 10, 5)


def test_it_keeps_seller_and_buyer_as_they_were(seller: Organization, draft: Invoice) -> None:
    invoice = finalizing.finalize(invoice=draft, now=OCTOBER)
    seller.name = "Renamed"
    seller.save()
    invoice.customer.city = "Paris"
    invoice.customer.save()
    invoice.refresh_from_db()
    assert (invoice.seller["name"], invoice.buyer["city"], invoice.buyer["name"]) == (
        "Northwind Studio",
        "Lyon",
        "Fabrikam",
    )


def test_twice_is_a_conflict_and_takes_no_number(seller: Organization, draft: Invoice) -> None:
    finalizing.finalize(invoice=draft, now=OCTOBER)
    with pytest.raises(Conflict):
        finalizing.finalize(invoice=draft, now=OCTOBER + timedelta(days=1))
    assert NumberSeries.objects.get().last == 1


def test_prefix_and_digits_are_the_organizations(seller: Organization, draft: Invoice) -> None:
    seller.invoice_prefix, seller.invoice_digits = "2026/", 6
    seller.save()
    assert finalizing.finalize(invoice=draft, now=OCTOBER).number == "2026/000001"
