import copy
from contextlib import suppress
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.exact import EXACT
from apps.rating.pricing import MODELS, PriceFormError, PricingModel, form, parse, samples, total, warnings
from tests.rating.price_forms import forms

ONE: dict[str, dict[str, Any]] = {
    "per_unit": {"unit_amount": "0.01", "transform": {"divide_by": "1000", "round": "up"}},
    "graduated": {
        "tiers": [
            {"up_to": "100", "unit_amount": "1", "flat_amount": "5"},
            {"up_to": "200", "package_size": "10", "package_amount": "4"},
            {"up_to": None, "unit_amount": "0.1"},
        ]
    },
    "volume": {"tiers": [{"up_to": "100", "unit_amount": "1"}, {"up_to": None, "unit_amount": "0.5"}]},
    "package": {"package_size": "100", "package_amount": "5"},
    "stairstep": {"tiers": [{"up_to": "100", "flat_amount": "5"}, {"up_to": None, "flat_amount": "8"}]},
    "percentage": {"rate_percent": "2.9", "fixed_amount": "0.30", "free_transactions": "3"},
}
FORMS = [{"model": name, **ONE[name]} for name in MODELS]

names = st.sampled_from(
    [
        *sorted({member for model in MODELS.values() for member in model.MEMBERS}),
        *["model", "included_units", "minimum_amount", "maximum_amount", "transform", "divide_by", "round"],
        *["up_to", "unit_amount", "flat_amount", "package_size", "package_amount"],
    ]
)
long_texts = st.sampled_from(["9" * 5000, "0" * 5000 + "1", "0." + "3" * 5000, "-" * 5000, "1" * 15 + "." + "1" * 12])
# Made when drawn: Python refuses to write such an integer out, in a strategy's name as anywhere else.
huge = st.sampled_from([30, 5000]).map(lambda digits: 10**digits)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | long_texts
    | st.sampled_from([*MODELS, "up", "none", "1", "2.5", "0", "-1", "NaN", "Infinity", "1e9", "１", "1_000"])
    | st.sampled_from([Decimal(1), Fraction(1, 3), b"1", object()])
    | huge
)
keys = names | st.text(max_size=3) | st.integers() | st.none() | huge
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5), max_leaves=12
)


def survives(written: Any) -> None:
    """Parse a form; whatever comes of it must be a model that works, or a named error."""
    try:
        model = parse(written)
    except PriceFormError as error:
        assert error.member
        assert error.sentence.endswith(".")
        assert len(str(error)) < 500
        assert str(error).isprintable()
        return
    assert isinstance(model, PricingModel)
    assert parse(form(model)) == model
    assert model.rate(Decimal(7)).amount >= 0
    assert all(model.rate(quantity).amount >= 0 for quantity in samples(model))
    assert isinstance(warnings(model), tuple)


@given(base=st.sampled_from(FORMS), changes=st.dictionaries(keys, anything, max_size=3))
def test_any_form_gives_a_model_or_a_named_error(base: dict[str, Any], changes: dict[Any, Any]) -> None:
    survives({**base, **changes})


@given(written=anything)
def test_so_does_anything_at_all(written: Any) -> None:
    survives(written)


@given(
    base=st.sampled_from([base for base in FORMS if "tiers" in base]),
    tier=st.dictionaries(keys, anything, max_size=3),
    position=st.integers(0, 2),
)
def test_so_does_any_tier(base: dict[str, Any], tier: dict[Any, Any], position: int) -> None:
    changed = copy.deepcopy(base)
    changed["tiers"][min(position, len(changed["tiers"]) - 1)].update(tier)
    survives(changed)


@given(base=st.sampled_from(FORMS), left_out=names)
def test_so_does_any_member_left_out(base: dict[str, Any], left_out: str) -> None:
    survives({name: value for name, value in base.items() if name != left_out})


@given(written=forms)
def test_every_model_comes_back_from_its_form(written: dict[str, Any]) -> None:
    model = parse(written)
    canonical = form(model)
    assert parse(canonical) == model
    assert form(parse(canonical)) == canonical


LONGEST, SMALLEST = "9" * 15 + "." + "9" * 12, "0." + "0" * 11 + "1"
EXTREMES = {
    "unit_amount": LONGEST,
    "package_size": SMALLEST,
    "package_amount": LONGEST,
    "flat_amount": LONGEST,
    "rate_percent": LONGEST,
    "fixed_amount": LONGEST,
    "free_transactions": "0",
    "transaction_minimum": LONGEST,
}


@pytest.mark.parametrize("base", FORMS, ids=lambda base: str(base["model"]))
@pytest.mark.parametrize("bound", ["minimum_amount", "maximum_amount"])
@pytest.mark.parametrize("transform", [None, {"divide_by": SMALLEST, "round": "none"}])
def test_the_longest_numbers_are_rated_without_rounding(base: dict[str, Any], bound: str, transform: Any) -> None:
    written = {name: EXTREMES.get(name, value) for name, value in base.items()}
    if "tiers" in base:
        tiers = [{name: EXTREMES.get(name, value) for name, value in tier.items()} for tier in base["tiers"]]
        written["tiers"] = tiers
    model = parse({**written, "included_units": SMALLEST, bound: LONGEST, "transform": transform})
    rating = model.rate(Decimal(LONGEST), share=Fraction(1, 7))
    assert total(rating.steps) == rating.amount > 0
    with suppress(OverflowError), localcontext(EXACT):
        assert all(model.rate(quantity).amount >= 0 for quantity in samples(model))
