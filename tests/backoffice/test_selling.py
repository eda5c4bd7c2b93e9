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
    owner.post(address("catalog_addon_add"), {**add_on, "unit_plural": "calls", "tax_category": "standard"})
    with scope.of(office):
        made = AddOn.objects.get()
    rows = {"plan_add_ons-TOTAL_FORMS": "1", "plan_add_ons-INITIAL_FORMS": "0", "plan_add_ons-0-add_on": made.pk}
    plan = {"name": "Monthly", "key": "monthly", "product": product.pk, "interval_count": "1", "timing": "advance"}
    response = owner.post(address("catalog_plan_add"), {**plan, "interval_unit": "month", "is_free": "on", **rows})
    assert response.status_code == 302, text(response)
    with scope.of(office):
        assert [row.add_on.name for row in Plan.objects.get().plan_add_ons.all()] == ["Call"]


def test_a_price_is_set_by_simple_fields_and_said_in_words(owner: Client, office: Organization, offer: Offer) -> None:
    assert offer.add_on is not None
    fields = {"unit_amount": "0.010", "included_units": "10000", "setup_fee": "45"}
    response = owner.post(PRICE, {"add_on": offer.add_on.pk, "plan": "", "currency": "USD", **fields})
    assert response.status_code == 302, errors(response)
    with scope.of(office):
        old, new = Price.objects.order_by("pk")
    assert old.superseded_at is not None
    assert new.superseded_at is None
    assert new.form["unit_amount"] == "0.01"
    assert new.setup_fee_minor == 4500
    assert "0.01 per call, 10,000 included, setup 45.00" in text(owner.get(address("catalog_price_changelist")))


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"unit_amount": "1,5"}, "unit_amount", "Write it without commas, such as 1000 or 0.01."),
        ({"unit_amount": "-1"}, "unit_amount", "This number must not be negative."),
        ({"unit_amount": "free"}, "unit_amount", "This must be a number"),
        ({"unit_amount": ""}, "unit_amount", "Say what one unit costs; 0 is allowed."),
        ({"setup_fee": "0.005"}, "setup_fee", "USD has 2 decimals."),
        ({"setup_fee": "0.5", "currency": "JPY"}, "setup_fee", "JPY has no decimals."),
        ({"add_on": ""}, "add_on", "Choose what this is the price of: a plan, an add-on, or both."),
        ({"add_on": "999999"}, "add_on", "Select a valid choice"),
    ],
)
def test_a_wrong_price_gets_a_sentence_at_its_field(
    owner: Client, office: Organization, offer: Offer, changes: dict[str, str], field: str, sentence: str
) -> None:
    assert offer.add_on is not None
    good = {"add_on": offer.add_on.pk, "plan": "", "currency": "USD", "unit_amount": "1", "setup_fee": "0"}
    response = owner.post(PRICE, {**good, **changes})
    assert sentence in errors(response)[field][0]
    with scope.of(office):
        assert Price.objects.count() == 1


def test_a_free_plan_takes_no_base_fee(owner: Client, offer: Offer) -> None:
    sent = {"plan": offer.plan.pk, "add_on": "", "currency": "USD", "unit_amount": "1"}
    assert "is free" in errors(owner.post(PRICE, sent))["plan"][0]


def test_a_price_is_never_edited(owner: Client, office: Organization, offer: Offer) -> None:
    with scope.of(office):
        price = Price.objects.get()
    assert owner.post(address("catalog_price_change", price.pk), {"currency": "EUR"}).status_code == 403
