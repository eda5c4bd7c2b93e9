from decimal import Decimal, localcontext
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.rating.currencies import exponent
from apps.rating.exact import EXACT
from apps.rating.money import to_money
from apps.rating.numbers import plain
from apps.rating.pricing import Step, StepKind, parse, total, words

quantities = st.decimals(0, 10**6, places=4)
numbers = st.decimals(0, 1000, places=6).map(plain)
terms = st.fixed_dictionaries(
    {},
    optional={
        "included_units": numbers,
        "minimum_amount": st.integers(0, 50).map(str),
        "maximum_amount": st.integers(50, 10**6).map(str),
        "transform": st.fixed_dictionaries(
            {"divide_by": st.sampled_from(["3", "7", "60", "1000", "0.5"]),
             "round": st.sampled_from(["up", "down", "nearest", "none"])}
        ),
    },
)  # fmt: skip


@st.composite
def graduated(draw: st.DrawFn) -> dict[str, Any]:
    bounds = sorted(draw(st.sets(st.integers(1, 10**5), max_size=4)))
    ends = [str(bound) for bound in bounds] + [None]
    return {
        "model": "graduated",
        "tiers": [{"up_to": end, "unit_amount": draw(numbers), "flat_amount": draw(numbers)} for end in ends],
    }


per_unit = st.fixed_dictionaries({"model": st.just("per_unit"), "unit_amount": numbers})
bare_forms = per_unit | graduated()
forms = st.builds(lambda bare, common: {**bare, **common}, bare_forms, terms)


@given(form=forms, quantity=quantities)
def test_steps_sum_to_the_amount_survive_storage_and_have_words(form: dict[str, Any], quantity: Decimal) -> None:
    rating = parse(form).rate(quantity)
    assert total(rating.steps) == rating.amount
    assert tuple(Step.from_json(step.to_json()) for step in rating.steps) == rating.steps
    assert all(words(step) for step in rating.steps)


@given(form=forms, quantity=quantities)
def test_the_units_of_the_steps_are_the_billable_units(form: dict[str, Any], quantity: Decimal) -> None:
    rating = parse(form).rate(quantity)
    units = sum((step.quantity or 0 for step in rating.steps if step.kind == StepKind.UNITS), start=Decimal(0))
    assert units == rating.billable_quantity


@given(form=forms, low=quantities, more=quantities)
def test_more_never_costs_less(form: dict[str, Any], low: Decimal, more: Decimal) -> None:
    model = parse(form)
    assert model.rate(low).amount <= model.rate(low + more).amount


@given(form=bare_forms, included=quantities, share=st.fractions(0, 1))
def test_included_units_leave_the_fixed_part_only(form: dict[str, Any], included: Decimal, share: Any) -> None:
    fixed = parse(form).rate(Decimal(0)).amount
    model = parse({**form, "included_units": plain(included)})
    assert model.rate(included).amount == fixed
    assert model.rate(included, share=share).amount == fixed


@given(form=forms, quantity=quantities, currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_money_is_within_half_a_minor_unit_of_the_exact_amount(
    form: dict[str, Any], quantity: Decimal, currency: str
) -> None:
    exact = parse(form).rate(quantity).amount
    with localcontext(EXACT):
        assert abs(to_money(exact, currency).amount - exact) * 2 * 10 ** exponent(currency) <= 1


@given(form=forms, quantity=quantities)
def test_a_caller_with_a_poor_decimal_context_gets_the_same(form: dict[str, Any], quantity: Decimal) -> None:
    model = parse(form)
    with localcontext() as poor:
        poor.prec = 3
        rating = model.rate(quantity)
    assert rating == model.rate(quantity)
