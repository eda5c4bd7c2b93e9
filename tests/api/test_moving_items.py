"""Items and what they cost: a negotiated price for one, and the current price for those that are told to follow it."""

from datetime import timedelta
from typing import Any

import pytest

from apps.catalog import operations as catalog
from apps.catalog.models import Price
from apps.subscriptions.models import Item
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER, Offer

LATER = SEPTEMBER + timedelta(days=5)


def per_unit(amount: str) -> dict[str, str]:
    return {"model": "per_unit", "unit_amount": amount}


@pytest.fixture
def offer(seller: Organization) -> Offer:
    """Calls at 95, bought by two customers."""
    offer = builders.usage_offer(seller, setup_fee="45")
    for name in ("Fabrikam", "Contoso"):
        builders.subscribed(builders.customer(seller, name), offer)
    return offer


@pytest.fixture
def items(offer: Offer) -> list[Item]:
    """The two customers' items."""
    return list(Item.objects.order_by("pk"))


def amounts() -> list[str]:
    return [item.price.form["unit_amount"] for item in Item.objects.select_related("price").order_by("pk")]


def dearer(seller: Organization, offer: Offer) -> None:
    catalog.set_price(organization=seller, add_on=offer.add_on, currency="USD", form=per_unit("120"), now=LATER)


def test_one_item_gets_a_price_of_its_own(keeper: Program, items: list[Item]) -> None:
    made = keeper.post(f"items/{items[0].public_id}/price", {"form": per_unit("70")})
    assert made.status_code == 201
    answer = made.json()
    assert (answer["negotiated"], answer["setup_fee"], answer["form"]["unit_amount"]) == (True, "45.00", "70")
    assert amounts() == ["70", "95"]
    shown = keeper.get(f"customers/{items[0].subscription.customer.public_id}").json()
    assert shown["subscriptions"][0]["items"][0]["price"]["negotiated"] is True
    assert keeper.get("prices", negotiated="true").json()["results"][0]["id"] == answer["id"]
    assert keeper.get("prices", current="true").json()["results"][0]["form"]["unit_amount"] == "95"


def test_a_setup_fee_may_be_negotiated_away(keeper: Program, items: list[Item]) -> None:
    path = f"items/{items[0].public_id}/price"
    assert keeper.post(path, {"form": per_unit("70"), "setup_fee": "0"}).json()["setup_fee"] == "0.00"
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"form": per_unit("-70")}, "invalid_price", "form.unit_amount"),
        ({"form": per_unit("70"), "setup_fee": "-1"}, "negative_amount", "setup_fee"),
        ({"form": per_unit("70"), "setup_fee": "0.001"}, "too_many_decimals", "setup_fee"),
        ({"form": per_unit("70"), "currency": "EUR"}, "unknown", "currency"),
        ({}, "required", "form"),
    ]
    before = Price.objects.count()
    for body, code, field in bad:
        assert fault(keeper.post(path, body)) == (400, code, field), body
    assert Price.objects.count() == before


def test_items_move_from_their_next_period_on(keeper: Program, seller: Organization, offer: Offer) -> None:
    dearer(seller, offer)
    assert amounts() == ["95", "95"]
    assert keeper.post("items/move", {"everything": True}).json() == {"moved": 2}
    assert keeper.post("items/move", {"everything": True}).json() == {"moved": 0}
    buyer = Item.objects.earliest("pk").subscription.customer
    builders.used(buyer, offer, "1", at=LATER)
    builders.used(buyer, offer, "1", at=OCTOBER + timedelta(days=1))
    totals = [invoice.total.text() for invoice in builders.close(seller, NOVEMBER) if invoice.customer == buyer]
    assert totals == ["140.00", "120.00"]


def test_an_item_or_a_plan_moves_alone(keeper: Program, seller: Organization, offer: Offer, items: list[Item]) -> None:
    dearer(seller, offer)
    twice = [items[1].public_id, items[1].public_id]
    assert keeper.post("items/move", {"items": twice}).json() == {"moved": 1}
    assert amounts() == ["95", "120"]
    builders.usage_offer(seller, key="other")
    assert keeper.post("items/move", {"plan": "other"}).json() == {"moved": 0}
    assert keeper.post("items/move", {"plan": "coaching"}).json() == {"moved": 1}
    assert amounts() == ["120", "120"]


def test_a_negotiated_price_is_left_only_when_its_item_is_named(
    keeper: Program, seller: Organization, offer: Offer, items: list[Item]
) -> None:
    keeper.post(f"items/{items[0].public_id}/price", {"form": per_unit("70")})
    dearer(seller, offer)
    for body in ({"everything": True}, {"plan": offer.plan.public_id}):
        keeper.post("items/move", body)
        assert amounts() == ["70", "120"]
    assert keeper.post("items/move", {"items": [items[0].public_id]}).json() == {"moved": 1}
    assert amounts() == ["120", "120"]


def test_what_is_wrong_is_named_and_nothing_moves(
    keeper: Program, seller: Organization, offer: Offer, items: list[Item]
) -> None:
    dearer(seller, offer)
    good = items[0].public_id
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({}, "which_items", "items"),
        ({"everything": False}, "which_items", "items"),
        ({"everything": "true"}, "invalid", "everything"),
        ({"items": [good], "plan": "coaching"}, "which_items", "items"),
        ({"items": []}, "min_length", "items"),
        ({"items": good}, "not_a_list", "items"),
        ({"items": [good, "itm_00000000000000000000"]}, "unknown_items", "items"),
        ({"items": [good, "1"]}, "unknown_items", "items"),
        ({"items": [good, 1]}, "invalid", "items.1"),
        ({"items": [good] * 1001}, "max_length", "items"),
        ({"plan": "nothing"}, "unknown_plan", "plan"),
        ({"add_on": "coaching-use"}, "unknown", "add_on"),
    ]
    for body, code, field in bad:
        assert fault(keeper.post("items/move", body)) == (400, code, field), body
    assert amounts() == ["95", "95"]


def test_the_number_of_queries_does_not_grow(
    keeper: Program, seller: Organization, offer: Offer, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        builders.subscribed(builders.customer(seller, f"Customer {number}"), offer)
    dearer(seller, offer)
    keeper.get("customers")
    with django_assert_max_num_queries(10):
        assert keeper.post("items/move", {"everything": True}).json() == {"moved": 8}
