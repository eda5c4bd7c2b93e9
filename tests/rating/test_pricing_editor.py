"""What a price editor shows beside a form: warnings, quantities worth a row, the price in words."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from apps.rating.pricing import parse, samples, warnings
from tests.rating.price_forms import dipping_forms, forms, rising_forms, with_terms

VOLUME: dict[str, Any] = {
    "model": "volume",
    "tiers": [{"up_to": "1000", "unit_amount": "0.2"}, {"up_to": None, "unit_amount": "0.1"}],
}
STAIRS: dict[str, Any] = {
    "model": "stairstep",
    "tiers": [
        {"up_to": "100", "flat_amount": "20"},
        {"up_to": "500", "flat_amount": "15"},
        {"up_to": None, "flat_amount": "30"},
    ],
}
ONE_GIGABYTE: dict[str, Any] = {
    "model": "volume",
    "tiers": [{"up_to": "1", "unit_amount": "10"}, {"up_to": None, "unit_amount": "6"}],
}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (VOLUME, ["1000 cost 200, but 1001 cost only 100.1: more units for less."]),
        (STAIRS, ["100 cost 20, but 101 cost only 15: more units for less."]),
        (ONE_GIGABYTE, ["1 cost 10, but 1.1 cost only 6.6: more units for less."]),
        ({**VOLUME, "included_units": "50"}, ["1050 cost 200, but 1051 cost only 100.1: more units for less."]),
        ({**VOLUME, "maximum_amount": "150"}, ["1000 cost 150, but 1001 cost only 100.1: more units for less."]),
        ({**VOLUME, "maximum_amount": "100"}, []),
        ({**VOLUME, "minimum_amount": "200"}, []),
        (
            {**VOLUME, "transform": {"divide_by": "1000", "round": "up"}},
            ["1000000 cost 200, but 1001000 cost only 100.1: more units for less."],
        ),
        ({**ONE_GIGABYTE, "transform": {"divide_by": "1", "round": "up"}}, []),
        ({**VOLUME, "model": "graduated"}, []),
        ({"model": "package", "package_size": "100", "package_amount": "5"}, []),
    ],
)
def test_the_editor_is_told_where_more_costs_less(form: dict[str, Any], said: list[str]) -> None:
    assert list(warnings(parse(form))) == said


def test_warnings_are_written_as_the_reader_wants_them() -> None:
    (said,) = warnings(parse(VOLUME), number="{:,}".format, money="{:,.2f}".format)
    assert said == "1,000 cost 200.00, but 1,001 cost only 100.10: more units for less."


def test_tiers_that_only_jump_up_need_no_warning() -> None:
    tiers = [{"up_to": "10", "unit_amount": "1"}, {"up_to": None, "unit_amount": "1", "flat_amount": "5"}]
    assert warnings(parse({"model": "volume", "tiers": tiers})) == ()


@given(form=with_terms(dipping_forms))
def test_a_warning_is_true_and_none_is_missing(form: dict[str, Any]) -> None:
    model = parse(form)
    said = warnings(model)
    for sentence in said:
        words = sentence.split()
        fewer, amount, more, less = (Decimal(words[i].rstrip(",:")) for i in (0, 2, 4, 7))
        assert fewer < more
        assert (model.rate(fewer).amount, model.rate(more).amount) == (amount, less)
        assert amount > less
    amounts = [model.rate(quantity).amount for quantity in samples(model, most=100)]
    assert said or amounts == sorted(amounts)


@given(form=with_terms(rising_forms))
def test_models_that_only_rise_are_never_warned_of(form: dict[str, Any]) -> None:
    assert warnings(parse(form)) == ()


@pytest.mark.parametrize(
    ("form", "quantities"),
    [
        ({"model": "per_unit", "unit_amount": "1"}, "0 1 10 100 1000"),
        (
            {"model": "per_unit", "unit_amount": "1", "included_units": "5000"},
            "0 1 4999 5000 5001 5010 5100 6000 10000 50000",
        ),
        (VOLUME, "0 1 999 1000 1001 2000 10000"),
        ({**VOLUME, "included_units": "100"}, "0 1 99 100 101 1099 1100 1101 2200 11000"),
        ({**VOLUME, "transform": {"divide_by": "60", "round": "up"}}, "0 60 59940 60000 60060 120000 600000"),
        (STAIRS, "0 1 99 100 101 499 500 501 1000 5000"),
        ({"model": "package", "package_size": "0.5", "package_amount": "1"}, "0 0.5 1 1.5 5"),
        ({"model": "percentage", "rate_percent": "2", "included_units": "100"},
         "0 1 99 100 101 110 200 1000 1100"),
    ],
)  # fmt: skip
def test_samples_stand_where_the_price_turns(form: dict[str, Any], quantities: str) -> None:
    assert samples(parse(form)) == tuple(Decimal(quantity) for quantity in quantities.split())


def test_many_tiers_are_sampled_evenly_and_to_the_end() -> None:
    tiers = [{"up_to": str(bound), "flat_amount": str(bound)} for bound in range(10, 1910, 10)]
    model = parse({"model": "stairstep", "tiers": [*tiers, {"up_to": None, "flat_amount": "2000"}]})
    quantities = samples(model)
    assert len(quantities) == 24
    assert (quantities[0], quantities[-1]) == (0, 19000)


@given(form=forms)
def test_samples_rise_from_zero_and_can_all_be_rated(form: dict[str, Any]) -> None:
    model = parse(form)
    quantities = samples(model)
    assert quantities[0] == 0
    assert 4 <= len(quantities) <= 24
    assert all(low < high for low, high in pairwise(quantities))
    assert all(model.rate(quantity).amount >= 0 for quantity in quantities)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"model": "per_unit", "unit_amount": "0.01"}, "0.01 per call"),
        ({**VOLUME, "model": "graduated"}, "0.2 per call up to 1000, 0.1 per call beyond"),
        (VOLUME, "all at the tier reached: 0.2 per call up to 1000, 0.1 per call beyond"),
        (STAIRS, "20 up to 100, 15 up to 500, 30 beyond"),
        ({"model": "package", "package_size": "100", "package_amount": "5"}, "5 per block of 100"),
        (
            {"model": "graduated", "tiers": [
                {"up_to": "9", "unit_amount": "1", "flat_amount": "2"},
                {"up_to": None, "package_size": "10", "package_amount": "4"},
            ]},
            "1 per call + 2 up to 9, 4 per block of 10 beyond",
        ),
        ({"model": "percentage", "rate_percent": "2.9"}, "2.9 %"),
        (
            {"model": "percentage", "rate_percent": "2.9", "fixed_amount": "0.3", "free_transactions": "3"},
            "2.9 % + 0.3 per transaction, first 3 transactions free",
        ),
        (
            {"model": "percentage", "rate_percent": "1", "transaction_minimum": "0.5", "transaction_maximum": "5"},
            "1 %, at least 0.5 per transaction, at most 5 per transaction",
        ),
    ],
)  # fmt: skip
def test_every_model_says_its_numbers(form: dict[str, Any], said: str) -> None:
    assert parse(form).described(unit="per call", number="{}".format) == said
