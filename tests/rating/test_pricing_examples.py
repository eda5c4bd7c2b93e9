from decimal import Decimal
from typing import Any

import pytest

from apps.rating.money import to_money
from apps.rating.pricing import Step, StepKind, parse, words

COACHING = {"model": "per_unit", "unit_amount": "95"}
API_CALLS = {"model": "per_unit", "unit_amount": "0.001"}
OVER_INCLUDED = {"model": "per_unit", "unit_amount": "0.01", "included_units": "10000"}
VOIP = {"model": "per_unit", "unit_amount": "0.05"}
TIERS = {
    "model": "graduated",
    "tiers": [
        {"up_to": "100", "unit_amount": "1", "flat_amount": "5"},
        {"up_to": "200", "unit_amount": "0.5"},
        {"up_to": None, "unit_amount": "0.1", "flat_amount": "20"},
    ],
}
FREE_TIER = {
    "model": "graduated",
    "tiers": [{"up_to": "10000", "unit_amount": "0"}, {"up_to": None, "unit_amount": "0.01"}],
}


@pytest.mark.parametrize(
    ("form", "quantity", "due"),
    [
        (COACHING, "1", "95.00"),
        (COACHING, "4", "380.00"),
        (API_CALLS, "10000", "10.00"),
        (API_CALLS, "25500", "25.50"),
        (OVER_INCLUDED, "12000", "20.00"),
        (OVER_INCLUDED, "10000", "0.00"),
        (OVER_INCLUDED, "10001", "0.01"),
        (VOIP, "361", "18.05"),
        (VOIP, "0", "0.00"),
        (FREE_TIER, "12000", "20.00"),
        (TIERS, "0", "5.00"),
        (TIERS, "1", "6.00"),
        (TIERS, "100", "105.00"),
        (TIERS, "100.5", "105.25"),
        (TIERS, "200", "155.00"),
        (TIERS, "201", "175.10"),
        (TIERS, "1000", "255.00"),
    ],
)
def test_a_quantity_costs(form: dict[str, Any], quantity: str, due: str) -> None:
    assert to_money(parse(form).rate(Decimal(quantity)).amount, "USD").text() == due


@pytest.mark.parametrize(
    ("form", "quantity", "said"),
    [
        (COACHING, "4", ["4 × 95 = 380"]),
        (VOIP, "0", ["0 × 0.05 = 0"]),
        (OVER_INCLUDED, "12000", ["10000 included", "2000 × 0.01 = 20"]),
        (OVER_INCLUDED, "3000", ["3000 of 10000 included", "0 × 0.01 = 0"]),
        (TIERS, "0", ["0 × 1 = 0", "flat 5"]),
        (TIERS, "150", ["100 × 1 = 100", "flat 5", "50 × 0.5 = 25"]),
        (TIERS, "250", ["100 × 1 = 100", "flat 5", "100 × 0.5 = 50", "50 × 0.1 = 5", "flat 20"]),
        ({**VOIP, "minimum_amount": "10"}, "20", ["20 × 0.05 = 1", "minimum 10"]),
        ({**VOIP, "maximum_amount": "10"}, "361", ["361 × 0.05 = 18.05", "maximum 10"]),
        (
            {**COACHING, "transform": {"divide_by": "60", "round": "up"}, "included_units": "1"},
            "150",
            ["150 ÷ 60, rounded up = 3", "1 included", "2 × 95 = 190"],
        ),
    ],
)
def test_the_steps_say_why(form: dict[str, Any], quantity: str, said: list[str]) -> None:
    assert [words(step) for step in parse(form).rate(Decimal(quantity)).steps] == said


def test_figures_are_written_as_the_reader_wants_them() -> None:
    included, units = parse(OVER_INCLUDED).rate(Decimal("12000")).steps
    assert words(included, number="{:,}".format) == "10,000 included"
    assert words(units, number="{:,}".format, money="{:,.2f}".format) == "2,000 × 0.01 = 20.00"


def test_a_tier_step_knows_its_bounds() -> None:
    steps = parse(TIERS).rate(Decimal("250")).steps
    first, second = Decimal(100), Decimal(200)
    units = [(step.above, step.up_to) for step in steps if step.kind == StepKind.UNITS]
    assert units == [(Decimal(0), first), (first, second), (second, None)]
    flats = [(step.above, step.up_to) for step in steps if step.kind == StepKind.FLAT]
    assert flats == [(Decimal(0), first), (second, None)]


def test_steps_are_stored_as_texts_and_read_back() -> None:
    form = {**TIERS, "included_units": "10", "maximum_amount": "100", "transform": {"divide_by": "3", "round": "none"}}
    steps = parse(form).rate(Decimal("1000")).steps
    kinds = {StepKind.TRANSFORM, StepKind.INCLUDED, StepKind.UNITS, StepKind.FLAT, StepKind.MAXIMUM}
    assert {step.kind for step in steps} == kinds
    stored = [step.to_json() for step in steps]
    assert stored[1] == {"kind": "included", "amount": "0", "quantity": "10", "unit_amount": "0", "up_to": "10"}
    assert all(isinstance(text, str) for step in stored for text in step.values())
    assert tuple(Step.from_json(step) for step in stored) == steps


@pytest.mark.parametrize("kind", StepKind)
def test_every_kind_of_step_has_words(kind: StepKind) -> None:
    assert words(Step(kind=kind, quantity=Decimal(2), up_to=Decimal(3), count=Decimal(2)))


def test_a_stored_step_of_another_shape_is_refused() -> None:
    with pytest.raises(TypeError):
        Step.from_json({"kind": "units", "colour": "1"})
    with pytest.raises(ValueError, match="StepKind"):
        Step.from_json({"amount": "1"})
