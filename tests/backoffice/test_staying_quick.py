"""Pages cost the same however much there is: a bound on queries, measured small and large."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Customer
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER, Offer

MOST = 32


@pytest.fixture
def offer(office: Organization) -> Offer:
    with scope.of(office):
        return builders.usage_offer(office, base="10")


@pytest.fixture
def buyer(office: Organization, offer: Offer) -> Customer:
    with scope.of(office):
        customer = builders.customer(office)
        builders.subscribed(customer, offer)
        builders.used(customer, offer, "1", at=SEPTEMBER)
        builders.close(office, OCTOBER)
    return customer


def queries(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "tab", ["change", "subscription", "usage", "invoices", "statement", "next_invoice", "add_usage"]
)
def test_the_customer_page(owner: Client, office: Organization, offer: Offer, buyer: Customer, tab: str) -> None:
    page = address(f"accounts_customer_{tab}", buyer.pk)
    few = queries(owner, page)
    with scope.of(office):
        for day in range(20):
            builders.used(buyer, offer, "1", at=OCTOBER + timedelta(days=day))
        builders.close(office, NOVEMBER)
    assert queries(owner, page) <= few + 1  # one more period to look into
    assert few <= MOST


def test_the_page_that_takes_an_event_back(owner: Client, office: Organization, offer: Offer, buyer: Customer) -> None:
    with scope.of(office):
        event = builders.used(buyer, offer, "1", at=OCTOBER)
    page = address("usage_event_take_back", event.pk)
    few = queries(owner, page)
    with scope.of(office):
        for day in range(20):
            builders.used(buyer, offer, "1", at=OCTOBER + timedelta(days=day))
    assert queries(owner, page) <= few <= MOST


@pytest.mark.parametrize(
    "page",
    [
        "accounts_customer_changelist",
        "invoicing_invoice_changelist",
        "subscriptions_subscription_changelist",
        "usage_event_changelist",
        "catalog_price_changelist",
        "catalog_plan_changelist",
        "index",
    ],
)
def test_lists(owner: Client, office: Organization, offer: Offer, buyer: Customer, page: str) -> None:
    few = queries(owner, address(page))
    with scope.of(office):
        for number in range(8):
            other = builders.usage_offer(office, key=f"offer-{number}", base="5")
            customer = builders.customer(office, f"Customer {number}")
            builders.subscribed(customer, other, now=OCTOBER)
            builders.used(customer, other, "1", at=OCTOBER)
    assert queries(owner, address(page)) <= few
    assert few <= MOST
