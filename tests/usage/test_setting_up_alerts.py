"""What cannot be set up as an alert, and why: each refusal names the field."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from apps.catalog import operations as catalog
from apps.core.refusals import Conflict, Refusal
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Alert
from apps.usage.rules import Where
from tests import builders
from tests.usage.limits import INCLUDED, NOON, World, world


@pytest.fixture
def calls(seller: Organization) -> World:
    return world(seller, key="calls", name="API call", form=INCLUDED)


REFUSED: Sequence[tuple[str, str, str, dict[str, Any], str, str]] = [
    ("item", "often", "1", {}, "basis", "invalid_choice"),
    ("item", "quantity", "0", {}, "threshold", "threshold_not_positive"),
    ("item", "quantity", "-1", {}, "threshold", "threshold_not_positive"),
    ("item", "amount", "0", {}, "threshold", "threshold_not_positive"),
    ("item", "amount", "0.001", {}, "threshold", "too_many_decimals"),
    ("item", "amount", "1", {"currency": "EUR"}, "currency", "other_currency"),
    ("item", "quantity", "1", {"currency": "USD"}, "currency", "currency_not_wanted"),
    ("add_on", "amount", "1", {}, "currency", "required"),
    ("add_on", "amount", "1", {"currency": "EUR"}, "currency", "currency_without_price"),
    ("plan", "amount", "1", {"currency": "EUR"}, "currency", "currency_without_price"),
    ("item", "limit", "50", {}, "basis", "percent_of_nothing"),
    ("plan", "limit", "50", {}, "basis", "percent_of_nothing"),
    ("add_on", "limit", "50", {}, "basis", "percent_of_nothing"),
    ("item", "included", "0", {}, "threshold", "threshold_not_positive"),
    ("item", "quantity", "1", {"tells_team": False}, "tells_team", "nobody_to_tell"),
    ("item", "quantity", "1", {"addresses": ["nobody"]}, "addresses", "invalid_email"),
    ("item", "quantity", "1", {"addresses": [f"{'a' * 250}@x.example"]}, "addresses", "invalid_email"),
    ("item", "quantity", "1", {"addresses": [f"a{n}@x.example" for n in range(11)]}, "addresses", "too_many"),
]


@pytest.mark.parametrize(("at", "basis", "threshold", "more", "field", "code"), REFUSED)
def test_what_is_not_an_alert_is_refused(
    calls: World, at: str, basis: str, threshold: str, more: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        calls.alert(basis, threshold, at=at, **more)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert not Alert.objects.exists()


@pytest.mark.parametrize("at", ["item", "plan", "add_on"])
def test_a_percentage_of_no_included_units_is_refused(seller: Organization, at: str) -> None:
    with pytest.raises(Refusal) as refused:
        world(seller).alert("included", "80", at=at)
    assert (refused.value.field, refused.value.code) == ("basis", "percent_of_nothing")


def test_a_plan_that_includes_units_of_its_own_may_have_a_percentage_of_them(seller: Organization) -> None:
    calls = world(seller)
    assert calls.offer.add_on is not None
    catalog.include_units(plan=calls.offer.plan, add_on=calls.offer.add_on, units=Decimal(5), now=NOON)
    calls.alert("included", "80", at="plan")


def test_a_percentage_of_no_limit_is_refused_and_of_one_behind_it_not(calls: World) -> None:
    calls.limit("0", at="add_on")
    with pytest.raises(Refusal):
        calls.alert("limit", "80")
    calls.limit("10", at="plan")
    for at in ("item", "plan", "add_on"):
        calls.alert("limit", "80", at=at)


def test_the_same_alert_twice_at_one_place_is_a_conflict(calls: World) -> None:
    calls.alert("quantity", "5")
    with pytest.raises(Conflict) as refused:
        calls.alert("quantity", "5.0", tells_customer=True)
    assert (refused.value.field, refused.value.code) == ("threshold", "alert_exists")
    calls.alert("quantity", "5", at="plan")


def test_a_team_without_an_address_cannot_be_told(calls: World) -> None:
    Organization.objects.update(email="")
    calls.seller.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        calls.alert("quantity", "5")
    assert refused.value.field == "tells_team"
    calls.alert("quantity", "5", tells_team=False, tells_customer=True)


def test_an_alert_on_something_that_is_not_metered_is_refused(seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="10")
    fee = builders.subscribed(builders.customer(seller), offer).items.get(add_on=None)
    with pytest.raises(Refusal) as refused:
        usage.add_alert(organization=seller, at=Where(item=fee), basis="quantity", threshold=Decimal(1), now=NOON)
    assert refused.value.field == "item"
