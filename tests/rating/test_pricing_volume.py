from decimal import Decimal
from typing import Any

import pytest

from apps.rating.pricing import PriceFormError, parse, words

VOLUME: dict[str, Any] = {
    "model": "volume",
    "tiers": [
        {"up_to": "100", "unit_amount": "1", "flat_amount": "5"},
        {"up_to": "200", "unit_amount": "0.5"},
        {"up_to": None, "unit_amount": "0.1", "flat_amount": "20"},
    ],
}


@pytest.mark.parametrize(
    ("change", "quantity", "due"),
    [
        ({}, "0", "5"),
        ({}, "1", "6"),
        ({}, "100", "105"),
        ({}, "100.5", "50.25"),
        ({}, "101", "50.5"),
        ({}, "200", "100"),
        ({}, "201", "40.1"),
        ({}, "1000", "120"),
        ({"included_units": "50"}, "150", "105"),
        ({"included_units": "50"}, "151", "50.5"),
        ({"included_units": "50"}, "50", "5"),
        ({"minimum_amount": "60", "maximum_amount": "110"}, "101", "60"),
        ({"minimum_amount": "60", "maximum_amount": "110"}, "1000", "110"),
        ({"transform": {"divide_by": "1000", "round": "up"}}, "100001", "50.5"),
    ],
)
def test_the_tier_reached_prices_every_unit(change: dict[str, Any], quantity: str, due: str) -> None:
    assert parse({**VOLUME, **change}).rate(Decimal(quantity)).amount == Decimal(due)


@pytest.mark.parametrize(
    ("quantity", "said"),
    [("0", ["0 × 1 = 0", "flat 5"]), ("150", ["150 × 0.5 = 75"]), ("300", ["300 × 0.1 = 30", "flat 20"])],
)
def test_the_steps_say_why(quantity: str, said: list[str]) -> None:
    assert [words(step) for step in parse(VOLUME).rate(Decimal(quantity)).steps] == said


def test_the_steps_know_the_tier() -> None:
    units, flat = parse(VOLUME).rate(Decimal(300)).steps
    assert (units.above, units.up_to) == (flat.above, flat.up_to) == (200, None)


@pytest.mark.parametrize(
    ("tiers", "member"),
    [
        ([{"up_to": "5", "unit_amount": "1"}], "tiers[0].up_to"),
        ([{"up_to": "5", "unit_amount": "1"}, {"up_to": "4", "unit_amount": "1"}], "tiers[1].up_to"),
        ([{"up_to": None, "flat_amount": "1"}], "tiers[0].unit_amount"),
    ],
)
def test_bad_tiers_are_named(tiers: Any, member: str) -> None:
    with pytest.raises(PriceFormError) as caught:
        parse({"model": "volume", "tiers": tiers})
    assert caught.value.member == member
