"""Prices: set, superseded, listed and read, never changed; and every wrong number named by its place in the form."""

import json
from typing import Any

import pytest

from apps.catalog.api.forms import FORMS
from apps.catalog.models import Price
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.builders import Offer

PER_UNIT = {"model": "per_unit", "unit_amount": "120"}
NEW = {"add_on": "coaching-use", "currency": "USD", "form": PER_UNIT}


@pytest.fixture(autouse=True)
def offer(seller: Organization) -> Offer:
    """A plan at 10 a month with an add-on at 95 a unit."""
    return builders.usage_offer(seller, base="10")


def prices_of(add_on: str) -> list[tuple[str, bool]]:
    """Return the unit amounts of an add-on's prices, oldest first, and whether each is superseded."""
    rows = Price.objects.filter(add_on__key=add_on, plan=None).order_by("pk")
    return [(row.form["unit_amount"], row.superseded_at is not None) for row in rows]


def test_a_price_supersedes_the_one_before(keeper: Program, offer: Offer) -> None:
    made = keeper.post("prices", {**NEW, "setup_fee": "45.00"})
    assert made.status_code == 201
    answer = {**made.json()}
    assert offer.add_on is not None
    assert answer.pop("created_at")
    assert answer == {
        "id": Price.objects.latest("pk").public_id,
        "plan": None,
        "add_on": offer.add_on.public_id,
        "currency": "USD",
        "form": {
            "model": "per_unit",
            "unit_amount": "120",
            "included_units": "0",
            "minimum_amount": None,
            "maximum_amount": None,
            "transform": None,
        },
        "setup_fee": "45.00",
        "negotiated": False,
        "superseded_at": None,
        "words": "120 per call, setup 45.00",
        "warnings": [],
    }
    assert prices_of("coaching-use") == [("95", True), ("120", False)]
    assert keeper.get(f"prices/{answer['id']}").json() == made.json()


def test_the_same_price_again_supersedes_nothing(keeper: Program) -> None:
    first = keeper.post("prices", {**NEW, "setup_fee": "45"})
    same = {**NEW, "form": {**PER_UNIT, "unit_amount": 120.0, "included_units": "0.0"}, "setup_fee": "45.00"}
    again = keeper.post("prices", same)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert keeper.post("prices", {**NEW, "setup_fee": "46"}).status_code == 201
    assert prices_of("coaching-use") == [("95", True), ("120", True), ("120", False)]


@pytest.mark.parametrize("name", FORMS)
def test_every_model_is_taken_as_the_description_shows_it(keeper: Program, name: str) -> None:
    made = keeper.post("prices", {**NEW, "form": FORMS[name]})
    assert made.status_code == 201
    for member, value in FORMS[name].items():
        if member != "tiers":
            assert made.json()["form"][member] == value
    assert keeper.post("prices", {**NEW, "form": made.json()["form"]}).status_code == 200


def test_where_more_units_cost_less_it_is_said(keeper: Program) -> None:
    tiers = [{"up_to": "10", "unit_amount": "5"}, {"up_to": None, "unit_amount": "1"}]
    made = keeper.post("prices", {**NEW, "form": {"model": "volume", "tiers": tiers}})
    assert made.json()["warnings"] == ["10 cost 50, but 11 cost only 11: more units for less."]


def test_lists_are_narrowed(keeper: Program, offer: Offer) -> None:
    keeper.post("prices", NEW)
    keeper.post("prices", {**NEW, "currency": "EUR"})
    keeper.post("prices", {**NEW, "plan": "coaching"})
    assert offer.add_on is not None
    for query, found in [
        ({}, 5),
        ({"plan": "coaching"}, 2),
        ({"plan": offer.plan.public_id}, 2),
        ({"add_on": "coaching-use"}, 4),
        ({"add_on": offer.add_on.public_id, "plan": "coaching"}, 1),
        ({"currency": "EUR"}, 1),
        ({"current": "true"}, 4),
        ({"current": "false"}, 1),
        ({"negotiated": "true"}, 0),
        ({"negotiated": "false"}, 5),
        ({"add_on": "nothing"}, 0),
    ]:
        assert len(keeper.get("prices", **query).json()["results"]) == found, query
    for name, value in (("current", "yes"), ("currency", "eur"), ("negotiated", ""), ("form", "x")):
        assert fault(keeper.get("prices", **{name: value}))[0::2] == (400, name)


def test_a_price_never_changes(keeper: Program) -> None:
    price = keeper.get("prices").json()["results"][0]
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        assert keeper.other(method, f"prices/{price['id']}").status_code == 405


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"add_on": None}, "priced_nothing", "plan"),
    ({"add_on": "nothing"}, "unknown_add_on", "add_on"),
    ({"plan": "nothing"}, "unknown_plan", "plan"),
    ({"plan": "free"}, "add_on_not_of_plan", "add_on"),
    ({"plan": "free", "add_on": None}, "plan_is_free", "plan"),
    ({"currency": "usd"}, "currency", "currency"),
    ({"currency": 1}, "invalid", "currency"),
    ({"form": None}, "null", "form"),
    ({"form": "per_unit"}, "invalid", "form"),
    ({"form": [PER_UNIT]}, "invalid", "form"),
    ({"setup_fee": "-1"}, "negative_amount", "setup_fee"),
    ({"setup_fee": "1.005"}, "too_many_decimals", "setup_fee"),
    ({"setup_fee": "1.5", "currency": "JPY"}, "too_many_decimals", "setup_fee"),
    ({"setup_fee": "999999999999999", "currency": "CLF"}, "too_large", "setup_fee"),
    ({"setup_fee": "many"}, "invalid_number", "setup_fee"),
    ({"setup_fee": None}, "null", "setup_fee"),
    ({"negotiated": True}, "unknown", "negotiated"),
]


@pytest.mark.parametrize(("wrong", "code", "field"), BAD)
def test_what_is_wrong_is_named_and_nothing_is_superseded(
    keeper: Program, wrong: dict[str, Any], code: str, field: str
) -> None:
    keeper.post("plans", {"product": "coaching", "key": "free", "name": "Free", "is_free": True})
    assert fault(keeper.post("prices", {**NEW, **wrong})) == (400, code, field)
    assert prices_of("coaching-use") == [("95", False)]


def tiers(*ends: Any) -> dict[str, Any]:
    return {"model": "graduated", "tiers": [{"up_to": end, "unit_amount": "1"} for end in ends]}


FORM_FAULTS: list[tuple[Any, str]] = [
    ({}, "form.model"),
    ({"model": "auction"}, "form.model"),
    ({"model": ["per_unit"]}, "form.model"),
    ({"model": "per_unit"}, "form.unit_amount"),
    ({**PER_UNIT, "colour": "red"}, "form.colour"),
    ({**PER_UNIT, "tiers": []}, "form.tiers"),
    ({**PER_UNIT, "minimum_amount": "5", "maximum_amount": "4"}, "form.minimum_amount"),
    ({**PER_UNIT, "transform": {"divide_by": "0", "round": "up"}}, "form.transform.divide_by"),
    ({**PER_UNIT, "transform": {"divide_by": "10", "round": "sideways"}}, "form.transform.round"),
    ({**PER_UNIT, "transform": "1000"}, "form.transform"),
    ({"model": "graduated", "tiers": []}, "form.tiers"),
    ({"model": "graduated", "tiers": "all"}, "form.tiers"),
    ({"model": "graduated", "tiers": [["10", "1"]]}, "form.tiers[0]"),
    (tiers("10", "10", None), "form.tiers[1].up_to"),
    (tiers("10", "5", None), "form.tiers[1].up_to"),
    (tiers("10", "20"), "form.tiers[1].up_to"),
    (tiers(None, None), "form.tiers[0].up_to"),
    (tiers("0", None), "form.tiers[0].up_to"),
    ({"model": "volume", "tiers": [{"unit_amount": "1"}]}, "form.tiers[0].up_to"),
    ({"model": "stairstep", "tiers": [{"up_to": None, "unit_amount": "1"}]}, "form.tiers[0].unit_amount"),
    ({"model": "package", "package_size": "0", "package_amount": "1"}, "form.package_size"),
    ({"model": "percentage", "rate_percent": "2", "free_transactions": "1.5"}, "form.free_transactions"),
]


@pytest.mark.parametrize(("form", "field"), FORM_FAULTS)
def test_the_member_of_a_form_that_is_wrong_is_named(keeper: Program, form: Any, field: str) -> None:
    assert fault(keeper.post("prices", {**NEW, "form": form})) == (400, "invalid_price", field)
    assert fault(keeper.post("prices/quote", {"form": form, "quantity": "1"})) == (400, "invalid_price", field)
    assert prices_of("coaching-use") == [("95", False)]


NUMBERS = ["NaN", "-1", "-0.01", "1e5", "1E-3", "0x1", "1,5", ".5", "5.", "+1", " 1", "", "١٢", "1_0", "1\u0000"]
TOO_MUCH = ["9" * 16, "0." + "1" * 13, "9" * 5000]
LITERALS = [*map(json.dumps, NUMBERS + TOO_MUCH), "1e5", "-1", "9" * 16, "0.1234567890123", "true", "null", "[1]", "{}"]


@pytest.mark.parametrize("literal", LITERALS, ids=lambda literal: literal[:20])
def test_what_is_no_number_is_refused_at_its_place(keeper: Program, literal: str) -> None:
    for form, field in (
        ('{"model": "per_unit", "unit_amount": %s}', "form.unit_amount"),
        ('{"model": "graduated", "tiers": [{"up_to": null, "unit_amount": %s}]}', "form.tiers[0].unit_amount"),
    ):
        body = f'{{"add_on": "coaching-use", "currency": "USD", "form": {form % literal}}}'
        assert fault(keeper.send("prices", body)) == (400, "invalid_price", field)
    assert prices_of("coaching-use") == [("95", False)]


def test_digits_beyond_a_float_are_kept(keeper: Program) -> None:
    body = '{"add_on": "coaching-use", "currency": "USD", "form": {"model": "per_unit", "unit_amount": %s}}'
    kept = keeper.send("prices", body % "123456789012345.123456789012").json()["form"]["unit_amount"]
    assert kept == "123456789012345.123456789012"


def test_a_percentage_is_refused_for_a_base_fee(keeper: Program) -> None:
    body = {"plan": "coaching", "currency": "USD", "form": FORMS["Percentage"]}
    assert fault(keeper.post("prices", body)) == (400, "percentage_needs_a_sum", "form.model")
