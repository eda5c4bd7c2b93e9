from decimal import Decimal
from typing import Any

import pytest

from apps.rating.pricing import PriceFormError, form, parse, words

PACKAGE: dict[str, Any] = {"model": "package", "package_size": "100", "package_amount": "5"}
HALF_GIGABYTES: dict[str, Any] = {"model": "package", "package_size": "0.5", "package_amount": "0.075"}
# 1 a unit up to 100; then 30 per block of 50 up to 220; then 4 per block of 10, and 7 once.
TIERS: list[dict[str, Any]] = [
    {"up_to": "100", "unit_amount": "1"},
    {"up_to": "220", "package_size": "50", "package_amount": "30"},
    {"up_to": None, "package_size": "10", "package_amount": "4", "flat_amount": "7"},
]
GRADUATED: dict[str, Any] = {"model": "graduated", "tiers": TIERS}
VOLUME: dict[str, Any] = {"model": "volume", "tiers": TIERS}


@pytest.mark.parametrize(
    ("form", "quantity", "due"),
    [
        (PACKAGE, "0", "0"),
        (PACKAGE, "1", "5"),
        (PACKAGE, "100", "5"),
        (PACKAGE, "100.000000000001", "10"),
        (PACKAGE, "101", "10"),
        (PACKAGE, "1150", "60"),
        ({**PACKAGE, "included_units": "100"}, "100", "0"),
        ({**PACKAGE, "included_units": "100"}, "101", "5"),
        ({**PACKAGE, "minimum_amount": "8"}, "3", "8"),
        ({**PACKAGE, "transform": {"divide_by": "1000", "round": "up"}}, "100001", "10"),
        (HALF_GIGABYTES, "0.5", "0.075"),
        (HALF_GIGABYTES, "1.7", "0.3"),
        (GRADUATED, "0", "0"),
        (GRADUATED, "100", "100"),
        (GRADUATED, "101", "130"),
        (GRADUATED, "150", "130"),
        (GRADUATED, "151", "160"),
        (GRADUATED, "220", "190"),
        (GRADUATED, "221", "201"),
        (GRADUATED, "230", "201"),
        (GRADUATED, "231", "205"),
        (VOLUME, "100", "100"),
        (VOLUME, "101", "90"),
        (VOLUME, "220", "150"),
        (VOLUME, "221", "99"),
        (VOLUME, "230", "99"),
        (VOLUME, "231", "103"),
    ],
)
def test_a_block_that_is_begun_is_paid_whole(form: dict[str, Any], quantity: str, due: str) -> None:
    assert parse(form).rate(Decimal(quantity)).amount == Decimal(due)


@pytest.mark.parametrize(
    ("form", "quantity", "said"),
    [
        (PACKAGE, "1150", ["1150 in blocks of 100: 12 × 5 = 60"]),
        (PACKAGE, "0", ["0 in blocks of 100: 0 × 5 = 0"]),
        ({**PACKAGE, "included_units": "100"}, "150", ["100 included", "50 in blocks of 100: 1 × 5 = 5"]),
        (
            GRADUATED,
            "225",
            ["100 × 1 = 100", "120 in blocks of 50: 3 × 30 = 90", "5 in blocks of 10: 1 × 4 = 4", "flat 7"],
        ),
        (VOLUME, "225", ["225 in blocks of 10: 23 × 4 = 92", "flat 7"]),
    ],
)
def test_the_steps_say_why(form: dict[str, Any], quantity: str, said: list[str]) -> None:
    assert [words(step) for step in parse(form).rate(Decimal(quantity)).steps] == said


def test_a_step_in_blocks_knows_its_tier() -> None:
    steps = parse(GRADUATED).rate(Decimal(225)).steps
    assert [(step.above, step.up_to) for step in steps] == [(0, 100), (100, 220), (220, None), (220, None)]


def test_a_tier_in_blocks_has_no_unit_amount_in_its_form() -> None:
    tiers: Any = form(parse(GRADUATED))["tiers"]
    assert tiers[0] == {"up_to": "100", "unit_amount": "1", "flat_amount": "0"}
    assert tiers[1] == {"up_to": "220", "package_size": "50", "package_amount": "30", "flat_amount": "0"}


def test_null_is_as_good_as_missing_beside_the_other_way_to_sell() -> None:
    by_unit = {**TIERS[0], "package_size": None, "package_amount": None}
    in_blocks = [{**tier, "unit_amount": None} for tier in TIERS[1:]]
    assert parse({**GRADUATED, "tiers": [by_unit, *in_blocks]}) == parse(GRADUATED)


@pytest.mark.parametrize(
    ("change", "member", "sentence"),
    [
        ({"package_size": "0"}, "package_size", "more than zero"),
        ({"package_size": "-1"}, "package_size", "negative"),
        ({"package_size": None}, "package_size", "written as text"),
        ({"package_amount": 5.0}, "package_amount", "written as text"),
        ({"package_amount": "-5"}, "package_amount", "negative"),
        ({"unit_amount": "1"}, "unit_amount", "no such member"),
        ({"tiers": TIERS}, "tiers", "no such member"),
    ],
)
def test_a_bad_member_is_named(change: dict[str, Any], member: str, sentence: str) -> None:
    with pytest.raises(PriceFormError, match=sentence) as caught:
        parse({**PACKAGE, **change})
    assert caught.value.member == member


@pytest.mark.parametrize(
    ("change", "member", "sentence"),
    [
        ({"unit_amount": "1"}, "tiers[1].unit_amount", "by the unit or in blocks"),
        ({"unit_amount": "1", "package_size": None}, "tiers[1].unit_amount", "by the unit or in blocks"),
        ({"package_size": None}, "tiers[1].package_size", "written as text"),
        ({"package_amount": None}, "tiers[1].package_amount", "written as text"),
        ({"package_size": "0"}, "tiers[1].package_size", "more than zero"),
        ({"package_size": None, "package_amount": None}, "tiers[1].unit_amount", "missing"),
    ],
)
@pytest.mark.parametrize("model", ["graduated", "volume"])
def test_a_tier_sold_in_two_ways_or_none_is_refused(
    model: str, change: dict[str, Any], member: str, sentence: str
) -> None:
    with pytest.raises(PriceFormError, match=sentence) as caught:
        parse({"model": model, "tiers": [TIERS[0], {**TIERS[1], **change}, TIERS[2]]})
    assert caught.value.member == member
