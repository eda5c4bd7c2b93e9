import copy
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.pricing import PriceFormError, PricingModel, form, parse

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
        ({3: "1"}, "3", "no such member"),
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


names = st.sampled_from(
    ["model", "unit_amount", "included_units", "minimum_amount", "maximum_amount", "transform", "tiers", "up_to",
     "flat_amount", "divide_by", "round"]
)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["per_unit", "graduated", "up", "none", "1", "2.5", "-1", "NaN", "1e9"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)
bases = st.sampled_from([PER_UNIT, GRADUATED])


@given(base=bases, changes=st.dictionaries(names, anything, max_size=3))
def test_any_form_gives_a_model_or_a_named_error(base: dict[str, Any], changes: dict[str, Any]) -> None:
    with suppress(PriceFormError):
        model = parse({**base, **changes})
        assert isinstance(model, PricingModel)
        assert parse(form(model)) == model
        assert model.rate(Decimal(7)).amount >= 0


@given(tier=st.dictionaries(names, anything, max_size=3), position=st.integers(0, 2))
def test_any_tier_gives_a_model_or_a_named_error(tier: dict[str, Any], position: int) -> None:
    changed = copy.deepcopy(GRADUATED)
    changed["tiers"][position] |= tier
    with suppress(PriceFormError):
        model = parse(changed)
        assert parse(form(model)) == model
