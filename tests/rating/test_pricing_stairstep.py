from decimal import Decimal
from typing import Any

import pytest

from apps.rating.pricing import PriceFormError, form, parse, words

STAIRS: dict[str, Any] = {
    "model": "stairstep",
    "tiers": [
        {"up_to": "100", "flat_amount": "20"},
        {"up_to": "500", "flat_amount": "80"},
        {"up_to": None, "flat_amount": "300"},
    ],
}


@pytest.mark.parametrize(
    ("change", "quantity", "due"),
    [
        ({}, "0", "20"),
        ({}, "1", "20"),
        ({}, "100", "20"),
        ({}, "100.000000000001", "80"),
        ({}, "101", "80"),
        ({}, "500", "80"),
        ({}, "501", "300"),
        ({}, "999999", "300"),
        ({"included_units": "50"}, "150", "20"),
        ({"included_units": "50"}, "151", "80"),
        ({"maximum_amount": "200"}, "501", "200"),
        ({"minimum_amount": "30"}, "7", "30"),
        ({"transform": {"divide_by": "60", "round": "down"}}, "6059", "20"),
        ({"transform": {"divide_by": "60", "round": "down"}}, "6060", "80"),
    ],
)
def test_the_tier_reached_has_one_price(change: dict[str, Any], quantity: str, due: str) -> None:
    assert parse({**STAIRS, **change}).rate(Decimal(quantity)).amount == Decimal(due)


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        ("0", "0 in the tier up to 100: 20"),
        ("150", "150 in the tier up to 500: 80"),
        ("700", "700 in the tier over 500: 300"),
    ],
)
def test_the_step_says_why(quantity: str, said: str) -> None:
    assert [words(step) for step in parse(STAIRS).rate(Decimal(quantity)).steps] == [said]


def test_a_single_stair_is_a_flat_price() -> None:
    model = parse({"model": "stairstep", "tiers": [{"up_to": None, "flat_amount": "9"}]})
    assert [words(step) for step in model.rate(Decimal(4)).steps] == ["flat 9"]


def test_its_form_has_no_unit_amounts() -> None:
    assert form(parse(STAIRS))["tiers"] == STAIRS["tiers"]


@pytest.mark.parametrize(
    ("tier", "member", "sentence"),
    [
        ({"up_to": None}, "tiers[0].flat_amount", "missing"),
        ({"up_to": None, "flat_amount": "1", "unit_amount": "1"}, "tiers[0].unit_amount", "no such member"),
        ({"up_to": None, "flat_amount": "1", "package_size": "1"}, "tiers[0].package_size", "no such member"),
        ({"up_to": None, "flat_amount": None}, "tiers[0].flat_amount", "written as text"),
        ({"flat_amount": "1"}, "tiers[0].up_to", "write null"),
        ({"up_to": "3", "flat_amount": "1"}, "tiers[0].up_to", "last tier"),
    ],
)
def test_a_bad_tier_is_named(tier: dict[str, Any], member: str, sentence: str) -> None:
    with pytest.raises(PriceFormError, match=sentence) as caught:
        parse({"model": "stairstep", "tiers": [tier]})
    assert caught.value.member == member
