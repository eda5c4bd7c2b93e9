from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from apps.rating.pricing import PricingModel, Step, StepKind, parse, total


def per_unit(unit_amount: str = "1", **terms: Any) -> PricingModel:
    return parse({"model": "per_unit", "unit_amount": unit_amount, **terms})


def transform(divide_by: str, rounding: str) -> dict[str, str]:
    return {"divide_by": divide_by, "round": rounding}


def amount(model: PricingModel, quantity: str, share: Fraction = Fraction(1)) -> Decimal:
    return model.rate(Decimal(quantity), share=share).amount


def test_transform_comes_before_included_units_and_those_before_the_model() -> None:
    rating = per_unit("2", transform=transform("1000", "up"), included_units="5").rate(Decimal("12001"))
    assert [step.kind for step in rating.steps] == [StepKind.TRANSFORM, StepKind.INCLUDED, StepKind.UNITS]
    assert rating.billable_quantity == 8
    assert rating.amount == 16


@pytest.mark.parametrize(
    ("rounding", "quantity", "units"),
    [
        ("up", "1", "1"), ("up", "1000", "1"), ("up", "1001", "2"), ("up", "0", "0"),
        ("down", "999", "0"), ("down", "1999", "1"),
        ("nearest", "499", "0"), ("nearest", "500", "1"), ("nearest", "2500", "3"),
        ("none", "1", "0.001"), ("none", "2500", "2.5"),
    ],
)  # fmt: skip
def test_transform_rounds_to_whole_units(rounding: str, quantity: str, units: str) -> None:
    assert per_unit(transform=transform("1000", rounding)).rate(Decimal(quantity)).billable_quantity == Decimal(units)


def test_a_division_without_end_keeps_twelve_decimals() -> None:
    rating = per_unit(transform=transform("3", "none")).rate(Decimal(2))
    assert rating.billable_quantity == Decimal("0.666666666667")


def test_tiers_count_from_zero_after_the_included_units() -> None:
    tiers = [{"up_to": "10", "unit_amount": "2"}, {"up_to": None, "unit_amount": "1"}]
    model = parse({"model": "graduated", "tiers": tiers, "included_units": "100"})
    assert amount(model, "100") == 0
    assert amount(model, "110") == 20
    assert amount(model, "115") == 25


def test_minimum_and_maximum_bound_the_period() -> None:
    model = per_unit(minimum_amount="10", maximum_amount="50")
    assert [amount(model, quantity) for quantity in ("0", "9.99", "10", "30", "50", "51")] == [10, 10, 10, 30, 50, 50]


def test_the_bounding_step_carries_the_difference_and_the_limit() -> None:
    topped_up = per_unit(minimum_amount="10").rate(Decimal(4)).steps[-1]
    assert topped_up == Step(kind=StepKind.MINIMUM, amount=Decimal(6), limit=Decimal(10))
    capped = per_unit(maximum_amount="10").rate(Decimal(14)).steps[-1]
    assert capped == Step(kind=StepKind.MAXIMUM, amount=Decimal(-4), limit=Decimal(10))


def test_a_cut_period_scales_minimum_and_maximum_but_no_quantity() -> None:
    model = per_unit(minimum_amount="10", maximum_amount="50", included_units="3")
    half = Fraction(1, 2)
    assert amount(model, "0", half) == 5
    assert amount(model, "13", half) == 10
    assert amount(model, "100", half) == 25


def test_below_zero_counts_as_zero() -> None:
    rating = per_unit(minimum_amount="3").rate(Decimal("-7"))
    assert rating.quantity == 0
    assert rating.amount == 3


def test_the_longest_numbers_are_not_rounded() -> None:
    longest = "999999999999999.999999999999"
    rating = per_unit(longest, included_units="0.000000000001").rate(Decimal(longest))
    exact = (10**27 - 1) * (10**27 - 2)
    assert rating.amount == Decimal(f"{exact}e-24")
    assert total(rating.steps) == rating.amount


@pytest.mark.parametrize(
    ("terms", "quantity"),
    [
        ({}, None),
        ({"included_units": "10000"}, "10000"),
        ({"included_units": "10", "transform": transform("1000", "up")}, "10000"),
        ({"included_units": "2.5", "transform": transform("1000", "up")}, "2000"),
        ({"included_units": "10", "transform": transform("1000", "down")}, "10000"),
        ({"included_units": "10", "transform": transform("1000", "nearest")}, "10000"),
        ({"included_units": "2.5", "transform": transform("0.001", "none")}, "0.0025"),
        ({"included_units": "999999999999999.999999999999", "transform": transform("999999999999999", "none")},
         "999999999999998999999999999000.000000000001"),
    ],
)  # fmt: skip
def test_the_quantity_that_is_included(terms: dict[str, Any], quantity: str | None) -> None:
    model = per_unit(**terms)
    included = model.included_quantity()
    assert included == (None if quantity is None else Decimal(quantity))
    if included is not None and included < 10**15:
        assert model.rate(included).billable_quantity == 0


def test_of_transactions_no_quantity_is_included_where_something_else_ends_it_first() -> None:
    for more, quantity in (
        ({}, 100),
        ({"free_transactions": 3}, None),
        ({"transform": transform("10", "none")}, 1000),
        ({"transform": transform("10", "up")}, None),
    ):
        model = parse({"model": "percentage", "rate_percent": "2", "included_units": "100", **more})
        assert model.included_quantity() == quantity
