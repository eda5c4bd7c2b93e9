import copy
from typing import Any

import pytest

from apps.rating.pricing import PriceFormError, form, parse

PER_UNIT: dict[str, Any] = {
    "model": "per_unit",
    "unit_amount": "0.010",
    "included_units": 10000,
    "minimum_amount": "5",
    "maximum_amount": "100.00",
    "transform": {"divide_by": "1000", "round": "up"},
}
GRADUATED: dict[str, Any] = {
    "model": "graduated",
    "tiers": [
        {"up_to": "100", "unit_amount": "1", "flat_amount": "5"},
        {"up_to": "200", "unit_amount": "0.5"},
        {"up_to": None, "unit_amount": "0.1"},
    ],
}


def test_a_form_comes_back_in_its_canonical_shape() -> None:
    model = parse(PER_UNIT)
    assert form(model) == {
        "model": "per_unit",
        "unit_amount": "0.01",
        "included_units": "10000",
        "minimum_amount": "5",
        "maximum_amount": "100",
        "transform": {"divide_by": "1000", "round": "up"},
    }
    assert parse(form(model)) == model


def test_members_left_out_are_written_out() -> None:
    assert form(parse(GRADUATED)) == {
        "model": "graduated",
        "tiers": [
            {"up_to": "100", "unit_amount": "1", "flat_amount": "5"},
            {"up_to": "200", "unit_amount": "0.5", "flat_amount": "0"},
            {"up_to": None, "unit_amount": "0.1", "flat_amount": "0"},
        ],
        "included_units": "0",
        "minimum_amount": None,
        "maximum_amount": None,
        "transform": None,
    }


@pytest.mark.parametrize(
    ("change", "member", "sentence"),
    [
        ({"model": "free_beer"}, "model", "one of per_unit, graduated"),
        ({"model": None}, "model", "one of"),
        ({"model": ["per_unit"]}, "model", "one of"),
        ({"unit_amont": "1"}, "unit_amont", "no such member"),
        ({"x" * 5000: "1"}, "x" * 60, "no such member"),
        ({"": "1"}, "''", "no such member"),
        ({"\ud800\n": "1"}, r"'\ud800\n'", "no such member"),
        ({3: "1"}, "price", "must be text"),
        ({10**5000: "1"}, "price", "must be text"),
        ({"tiers": []}, "tiers", "no such member"),
        ({"unit_amount": 0.01}, "unit_amount", "written as text"),
        ({"unit_amount": True}, "unit_amount", "written as text"),
        ({"unit_amount": None}, "unit_amount", "written as text"),
        ({"unit_amount": {}}, "unit_amount", "written as text"),
        ({"unit_amount": "-1"}, "unit_amount", "negative"),
        ({"unit_amount": -1}, "unit_amount", "negative"),
        ({"unit_amount": "NaN"}, "unit_amount", "such as 12"),
        ({"unit_amount": "1e5"}, "unit_amount", "such as 12"),
        ({"unit_amount": "0.0000000000001"}, "unit_amount", "at most 12"),
        ({"unit_amount": 10**5000}, "unit_amount", "too large"),
        ({"unit_amount": "9" * 5000}, "unit_amount", "too large"),
        ({"unit_amount": "0." + "1" * 5000}, "unit_amount", "at most 12"),
        ({"unit_amount": "1" + "x" * 5000}, "unit_amount", "such as 12"),
        ({"included_units": None}, "included_units", "written as text"),
        ({"included_units": "-3"}, "included_units", "negative"),
        ({"minimum_amount": "100.01"}, "minimum_amount", "above the maximum"),
        ({"minimum_amount": "Infinity"}, "minimum_amount", "such as 12"),
        ({"maximum_amount": False}, "maximum_amount", "written as text"),
        ({"transform": "1000"}, "transform", "object"),
        ({"transform": {}}, "transform.round", "missing"),
        ({"transform": {"divide_by": "0", "round": "up"}}, "transform.divide_by", "more than zero"),
        ({"transform": {"divide_by": "2", "round": "half"}}, "transform.round", "up, down, nearest, none"),
        ({"transform": {"divide_by": "2", "round": "up", "by": "1"}}, "transform.by", "no such member"),
    ],
)
def test_a_bad_member_is_named(change: dict[Any, Any], member: str, sentence: str) -> None:
    with pytest.raises(PriceFormError, match=sentence) as caught:
        parse({**PER_UNIT, **change})
    assert caught.value.member == member


@pytest.mark.parametrize("missing", ["model", "unit_amount"])
def test_a_missing_member_is_named(missing: str) -> None:
    with pytest.raises(PriceFormError, match="missing") as caught:
        parse({name: value for name, value in PER_UNIT.items() if name != missing})
    assert caught.value.member == missing


@pytest.mark.parametrize(
    ("tiers", "member", "sentence"),
    [
        (None, "tiers", "list"),
        ([], "tiers", "at least one"),
        ({"0": {}}, "tiers", "list"),
        (["open"], "tiers[0]", "object"),
        ([{"unit_amount": "1"}], "tiers[0].up_to", "write null"),
        ([{"up_to": None}], "tiers[0].unit_amount", "missing"),
        ([{"up_to": None, "unit_amount": "1", "from": "0"}], "tiers[0].from", "no such member"),
        ([{"up_to": "5", "unit_amount": "1"}], "tiers[0].up_to", "last tier must be without end"),
        ([{"up_to": "0", "unit_amount": "1"}, {"up_to": None, "unit_amount": "1"}], "tiers[0].up_to", "more than 0"),
        ([{"up_to": "5", "unit_amount": "1"}] * 2, "tiers[1].up_to", "more than 5"),
        ([{"up_to": None, "unit_amount": "1"}] * 2, "tiers[0].up_to", "Only the last"),
        ([{"up_to": 5.5, "unit_amount": "1"}], "tiers[0].up_to", "written as text"),
        ([{"up_to": None, "unit_amount": "1", "flat_amount": "-1"}], "tiers[0].flat_amount", "negative"),
        ([{"up_to": str(n), "unit_amount": "1"} for n in range(1, 400)], "tiers", "at most 200"),
    ],
)
def test_bad_tiers_are_named(tiers: Any, member: str, sentence: str) -> None:
    with pytest.raises(PriceFormError, match=sentence) as caught:
        parse({"model": "graduated", "tiers": tiers})
    assert caught.value.member == member


@pytest.mark.parametrize("value", [None, [], "per_unit", 1])
def test_a_form_is_an_object(value: Any) -> None:
    with pytest.raises(PriceFormError, match="object"):
        parse(value)


def test_parsing_leaves_the_form_alone() -> None:
    before = copy.deepcopy(GRADUATED)
    parse(GRADUATED)
    assert before == GRADUATED
