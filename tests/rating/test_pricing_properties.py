from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import accumulate
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.rating.currencies import exponent
from apps.rating.exact import EXACT, half_away
from apps.rating.money import Money, to_money
from apps.rating.numbers import plain
from apps.rating.pricing import Rating, Step, StepKind, parse, total, words
from tests.rating.price_forms import (
    bare_forms,
    corrected,
    forms,
    percentage,
    quantities,
    rising_forms,
    summed,
    transactions,
    with_terms,
)
from tests.rating.reference import cost, cost_of_transactions

PRICED = {StepKind.UNITS, StepKind.BLOCKS, StepKind.STAIR, StepKind.PERCENT}


def explained(rating: Rating) -> bool:
    stored = tuple(Step.from_json(step.to_json()) for step in rating.steps)
    return total(rating.steps) == rating.amount and stored == rating.steps and all(words(step) for step in stored)


@given(form=forms, quantity=quantities)
def test_steps_sum_to_the_amount_survive_storage_and_have_words(form: dict[str, Any], quantity: Decimal) -> None:
    assert explained(parse(form).rate(quantity))


@given(form=with_terms(percentage), amounts=corrected)
def test_so_do_the_steps_of_transactions(form: dict[str, Any], amounts: list[Decimal]) -> None:
    rating = parse(form).rate(summed(amounts), transactions=amounts)
    assert explained(rating)
    assert len(rating.steps) <= 9
    assert rating.amount >= 0


@given(form=forms, quantity=quantities)
def test_the_units_of_the_steps_are_the_billable_units(form: dict[str, Any], quantity: Decimal) -> None:
    rating = parse(form).rate(quantity)
    units = sum((step.quantity or 0 for step in rating.steps if step.kind in PRICED), start=Decimal(0))
    assert units == rating.billable_quantity


@given(form=with_terms(rising_forms), low=quantities, more=quantities)
def test_more_never_costs_less_but_for_volume_and_stairstep(form: dict[str, Any], low: Decimal, more: Decimal) -> None:
    model = parse(form)
    assert model.rate(low).amount <= model.rate(low + more).amount


@given(form=with_terms(percentage), amounts=transactions, after=transactions)
def test_more_transactions_never_cost_less(form: dict[str, Any], amounts: list[Decimal], after: list[Decimal]) -> None:
    model, both = parse(form), amounts + after
    before = model.rate(summed(amounts), transactions=amounts).amount
    assert before <= model.rate(summed(both), transactions=both).amount


@given(form=bare_forms, included=quantities, share=st.fractions(0, 1))
def test_included_units_leave_the_fixed_part_only(form: dict[str, Any], included: Decimal, share: Any) -> None:
    fixed = parse(form).rate(Decimal(0)).amount
    model = parse({**form, "included_units": plain(included)})
    assert model.rate(included).amount == fixed
    assert model.rate(included, share=share).amount == fixed


@given(form=forms, quantity=quantities)
def test_the_amount_is_what_another_way_of_working_it_out_gives(form: dict[str, Any], quantity: Decimal) -> None:
    assert Fraction(parse(form).rate(quantity).amount) == cost(form, quantity)


@given(form=with_terms(percentage), amounts=transactions)
def test_so_is_the_amount_for_transactions(form: dict[str, Any], amounts: list[Decimal]) -> None:
    rated = parse(form).rate(summed(amounts), transactions=amounts).amount
    assert Fraction(rated) == cost_of_transactions(form, amounts)


@given(form=forms, parts=st.lists(quantities, min_size=1, max_size=6))
def test_differences_add_up_to_the_whole_however_it_is_cut(form: dict[str, Any], parts: list[Decimal]) -> None:
    model, charges = parse(form), [Money.zero("USD")]
    for so_far in accumulate(parts):
        billed = sum(charges, start=Money.zero("USD"))
        charges.append(to_money(model.rate(so_far).amount, "USD") - billed)
    assert sum(charge.minor for charge in charges) == half_away(cost(form, summed(parts)) * 100)


@given(form=with_terms(percentage), amounts=transactions)
def test_differences_add_up_transaction_by_transaction(form: dict[str, Any], amounts: list[Decimal]) -> None:
    model, billed = parse(form), 0
    for end in range(len(amounts) + 1):
        so_far = amounts[:end]
        due = to_money(model.rate(summed(so_far), transactions=so_far).amount, "USD").minor
        # A later transaction never makes an earlier one cheaper, so no difference has to be given back.
        assert due >= billed
        billed += due - billed
    assert billed == half_away(cost_of_transactions(form, amounts) * 100)


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
