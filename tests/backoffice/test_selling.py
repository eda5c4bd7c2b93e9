"""The catalog: from a product to a price in words, all by forms."""

import pytest
from django.test import Client

from apps.catalog.models import AddOn, Metric, Plan, Price, Product
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address, errors, text
from tests.builders import Offer

PRICE = "/admin/catalog/price/add/"


@pytest.fixture
def offer(office: Organization) -> Offer:
    with scope.of(office):
        return builders.usage_offer(office)


def test_from_a_product_to_a_plan_with_its_add_on(owner: Client, office: Organization) -> None:
    owner.post(
        address("catalog_product_add"),
        {"name": "Coaching", "key": "coaching", "currency": "USD", "tax_category": "standard"},
    )
    owner.post(address("catalog_metric_add"), {"name": "Calls", "key": "calls", "aggregation": "sum"})
    with scope.of(office):
        product, metric = Product.objects.get(), Metric.objects.get()
    add_on = {"name": "Call", "key": "call", "kind": "usage", "metric": metric.pk, "unit": "call"}
    more = {"unit_plural": "calls", "tax_category": "standard", "interval_count": "1"}
    owner.post(address("catalog_addon_add"), {**add_on, **more})
    with scope.of(office):
        made = AddOn.objects.get()
    rows = {"plan_add_ons-TOTAL_FORMS": "1", "plan_add_ons-INITIAL_FORMS": "0", "plan_add_ons-0-add_on": made.pk}
    plan = {"name": "Monthly", "key": "monthly", "product": product.pk, "interval_count": "1", "timing": "advance"}
    plan |= {"alignment": "anniversary", "trial_days": "0", "after_trial": "convert"}
    response = owner.post(address("catalog_plan_add"), {**plan, "interval_unit": "month", "is_free": "on", **rows})
    assert response.status_code == 302, text(response)
    with scope.of(office):
        assert [row.add_on.name for row in Plan.objects.get().plan_add_ons.all()] == ["Call"]


def test_a_price_is_set_by_simple_fields_and_said_in_words(owner: Client, office: Organization, offer: Offer) -> None:
    assert offer.add_on is not None
    fields = {"model": "per_unit", "unit_amount": "0.010", "included_units": "10000", "setup_fee": "45"}
    response = owner.post(PRICE, {"add_on": offer.add_on.pk, "plan": "", "currency": "USD", **fields})
    assert response.status_code == 302, errors(response)
    with scope.of(office):
        old, new = Price.objects.order_by("pk")
    assert old.superseded_at is not None
    assert new.superseded_at is None
    assert new.form["unit_amount"] == "0.01"
    assert new.setup_fee_minor == 4500
    assert "0.01 per call, 10,000 included, setup 45.00" in text(owner.get(address("catalog_price_changelist")))


def test_a_price_is_of_something(owner: Client, offer: Offer) -> None:
    sent = {"plan": "", "add_on": "", "currency": "USD", "model": "per_unit", "unit_amount": "1"}
    assert "Say what this is the price of" in errors(owner.post(PRICE, sent))["plan"][0]


def test_a_free_plan_takes_no_base_fee(owner: Client, offer: Offer) -> None:
    sent = {"plan": offer.plan.pk, "add_on": "", "currency": "USD", "model": "per_unit", "unit_amount": "1"}
    assert "is free" in errors(owner.post(PRICE, sent))["plan"][0]


def test_a_price_is_never_edited(owner: Client, office: Organization, offer: Offer) -> None:
    with scope.of(office):
        price = Price.objects.get()
    assert owner.post(address("catalog_price_change", price.pk), {"currency": "EUR"}).status_code == 403
