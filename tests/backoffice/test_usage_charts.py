"""Usage drawn on the customer's page and the item's: charts, their tables, and how many there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.subscriptions.models import Item
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address, text
from tests.builders import OCTOBER, SEPTEMBER, Offer

INCLUDED = {"model": "per_unit", "unit_amount": "0.01", "included_units": "100"}


@pytest.fixture
def office(db: None) -> Organization:
    """An organization whose clock stands in October."""
    return builders.organization(mode="test", clock_at=OCTOBER + timedelta(days=9))


def sell(office: Organization, many: int = 1, *, to: str = "Fabrikam") -> Customer:
    """Let a customer use so many things, all on one plan."""
    with scope.of(office):
        buyer = builders.customer(office, to)
        offer = builders.usage_offer(office, key=f"{to.lower()}-0", name="Thing 0", form=INCLUDED)
        offers = [offer, *(also(office, offer, f"{to.lower()}-{number}", number) for number in range(1, many))]
        builders.subscribed(buyer, offer)
        for each in offers:
            builders.used(buyer, each, "30", at=SEPTEMBER + timedelta(days=3))
            builders.used(buyer, each, "82", at=OCTOBER + timedelta(days=3))
    return buyer


def also(office: Organization, offer: Offer, key: str, number: int) -> Offer:
    """Put one more usage add-on on an offer's plan."""
    named = {"key": key, "name": f"Thing {number}"}
    metric = catalog.create_metric(organization=office, now=SEPTEMBER, **named)
    add_on = catalog.create_add_on(organization=office, metric=metric, unit="call", now=SEPTEMBER, **named)
    catalog.enable_add_on(plan=offer.plan, add_on=add_on)
    catalog.set_price(organization=office, add_on=add_on, currency="USD", form=INCLUDED, now=SEPTEMBER)
    return Offer(offer.plan, add_on)


def test_the_customers_page_draws_what_was_used(owner: Client, office: Organization) -> None:
    buyer = sell(office)
    response = owner.get(address("accounts_customer_usage", buyer.pk))
    page, body = text(response), response.content.decode()
    assert "82 % of 100 included" in page
    assert body.count('role="img"') == 1 + 3 + 1  # the sparkline, three charts, and the September that is still open
    assert "4 Oct: 82 calls" in page
    assert "backoffice/charts.css" in body
    assert "Charts of" not in page


def test_of_many_things_one_is_drawn(owner: Client, office: Organization) -> None:
    buyer = sell(office, 12)
    with scope.of(office):
        ids = {str(item): item.public_id for item in Item.objects.all()}
    page = address("accounts_customer_usage", buyer.pk)
    first = owner.get(page).content.decode()
    assert first.count("<figure") == 3
    assert 'aria-label="Usage of Thing 0"' in first
    assert first.count('class="tb-spark"') == 24
    chosen = owner.get(page, {"item": ids["Thing 7"]}).content.decode()
    assert 'aria-label="Usage of Thing 7"' in chosen
    assert 'aria-label="Usage of Thing 0"' in owner.get(page, {"item": "itm_nothing"}).content.decode()


def test_the_items_page_draws_it_too(owner: Client, office: Organization) -> None:
    sell(office)
    with scope.of(office):
        item = Item.objects.get()
    response = owner.get(address("subscriptions_item_change", item.pk))
    assert response.content.decode().count("<figure") == 3
    assert "1 Sep – 1 Oct 30 calls" in text(response)


def test_a_base_fee_has_no_usage_to_draw(owner: Client, office: Organization) -> None:
    with scope.of(office):
        product = catalog.create_product(organization=office, key="flat", name="Flat", now=SEPTEMBER)
        plan = builders.plan_of(office, product, key="flat", base="10", timing="advance", now=SEPTEMBER)
        builders.subscribed(builders.customer(office), builders.Offer(plan))
        item = Item.objects.get()
    response = owner.get(address("subscriptions_item_change", item.pk))
    assert response.status_code == 200
    assert "<figure" not in response.content.decode()


def queries(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def test_many_things_cost_hardly_more_than_few(owner: Client, office: Organization) -> None:
    few, many = (
        queries(owner, address("accounts_customer_usage", sell(office, number, to=name).pk))
        for number, name in ((6, "Fabrikam"), (12, "Contoso"))
    )
    assert many <= few
    assert few <= 40
    with scope.of(office):
        item = Item.objects.earliest("pk")
    assert queries(owner, address("subscriptions_item_change", item.pk)) <= 20
