from decimal import Decimal
from typing import Any

import pytest

from apps.rating.pricing import PriceFormError, form, parse, words

CARD: dict[str, Any] = {"model": "percentage", "rate_percent": "2.9", "fixed_amount": "0.30"}
# The table in the model's docstring.
FREE: dict[str, Any] = {
    "model": "percentage",
    "rate_percent": "2",
    "fixed_amount": "0.30",
    "included_units": "100",
    "free_transactions": "3",
}
COUNT_ONLY = {**FREE, "included_units": "0"}
AMOUNT_ONLY = {**FREE, "free_transactions": "0"}
BOUNDED = {**CARD, "transaction_minimum": "0.50", "transaction_maximum": "5"}
TRANSFORMED = {**CARD, "transform": {"divide_by": "100", "round": "up"}}


def due(form: dict[str, Any], amounts: str) -> Decimal:
    transactions = [Decimal(amount) for amount in amounts.split()]
    return parse(form).rate(max(sum(transactions, Decimal(0)), Decimal(0)), transactions=transactions).amount


def said(form: dict[str, Any], amounts: str) -> list[str]:
    transactions = [Decimal(amount) for amount in amounts.split()]
    rating = parse(form).rate(sum(transactions, Decimal(0)), transactions=transactions)
    return [words(step) for step in rating.steps]


@pytest.mark.parametrize(
    ("form", "amounts", "amount"),
    [
        (CARD, "", "0"),
        (CARD, "100", "3.20"),
        (CARD, "100 50", "4.95"),
        (CARD, "0", "0.30"),
        ({"model": "percentage", "rate_percent": "0.000000000001"}, "0.01", "0.0000000000000001"),
        # Both allowances run together and end when the first is used up.
        (FREE, "40 40 40 10", "1.20"),
        (FREE, "10 10 10 10", "0.50"),
        (FREE, "60 40 5", "0.40"),
        (FREE, "150", "1.30"),
        (FREE, "60 40", "0"),
        (FREE, "100 0", "0.30"),
        (FREE, "0 0 0 0", "0.30"),
        # One allowance alone runs until it is used up itself.
        (COUNT_ONLY, "1000 1000 1000", "0"),
        (COUNT_ONLY, "1000 1000 1000 1000", "20.30"),
        (AMOUNT_ONLY, "20 20 20 20 20", "0"),
        (AMOUNT_ONLY, "20 20 20 20 30 10", "1.00"),
        # Bounds hold for rate and fixed fee together, of each transaction that pays.
        (BOUNDED, "1", "0.50"),
        (BOUNDED, "10", "0.59"),
        (BOUNDED, "1000", "5"),
        (BOUNDED, "1 10 1000", "6.09"),
        ({**BOUNDED, "free_transactions": "1"}, "1 1", "0.50"),
        ({**BOUNDED, "included_units": "100"}, "101", "0.50"),
        ({**BOUNDED, "included_units": "100"}, "100", "0"),
        ({**BOUNDED, "minimum_amount": "10"}, "1 10 1000", "10"),
        ({**BOUNDED, "maximum_amount": "2"}, "1 10 1000", "2"),
        # A transform turns each amount by itself: cents that are billed by the begun unit.
        (TRANSFORMED, "150 150", "0.716"),
        # What is taken back comes off the newest transactions of the period, wherever it stands.
        (CARD, "100 50 -50", "3.20"),
        (CARD, "100 50 -20", "4.37"),
        (CARD, "-20 100 50", "4.37"),
        (CARD, "100 50 -80", "2.33"),
        (CARD, "100 -150", "0"),
        (CARD, "-1", "0"),
    ],
)
def test_transactions_cost(form: dict[str, Any], amounts: str, amount: str) -> None:
    assert due(form, amounts) == Decimal(amount)


@pytest.mark.parametrize(("quantity", "amount"), [("0", "0"), ("-5", "0"), ("100", "3.20"), ("150", "4.65")])
def test_without_a_list_the_quantity_is_one_transaction(quantity: str, amount: str) -> None:
    assert parse(CARD).rate(Decimal(quantity)).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("form", "amounts", "steps"),
    [
        (CARD, "100", ["2.9 % of 100 = 2.9", "1 transaction × 0.3 = 0.3"]),
        (CARD, "100 50", ["2.9 % of 150 = 4.35", "2 transactions × 0.3 = 0.6"]),
        (CARD, "", ["2.9 % of 0 = 0"]),
        (
            FREE,
            "40 40 40 10",
            ["100 included", "2 of 3 transactions free", "2 % of 30 = 0.6", "2 transactions × 0.3 = 0.6"],
        ),
        (
            FREE,
            "10 10 10 10",
            ["30 of 100 included", "3 transactions free", "2 % of 10 = 0.2", "1 transaction × 0.3 = 0.3"],
        ),
        (COUNT_ONLY, "10 10", ["2 of 3 transactions free, 20 in all", "2 % of 0 = 0"]),
        (
            BOUNDED,
            "1 1 10 1000",
            [
                "2.9 % of 1012 = 29.348",
                "4 transactions × 0.3 = 1.2",
                "2 transactions raised to 0.5: 0.342 more",
                "1 transaction lowered to 5: 24.3 less",
            ],
        ),
        (
            {**FREE, "included_units": "0", "free_transactions": "0",
             "transaction_minimum": "0.5", "transaction_maximum": "0.5"},
            "10",
            ["2 % of 10 = 0.2", "1 transaction × 0.3 = 0.3"],
        ),
        (
            TRANSFORMED,
            "150 150",
            ["300 ÷ 100, each rounded up = 4", "2.9 % of 4 = 0.116", "2 transactions × 0.3 = 0.6"],
        ),
    ],
)  # fmt: skip
def test_the_steps_say_why(form: dict[str, Any], amounts: str, steps: list[str]) -> None:
    assert said(form, amounts) == steps


def test_words_round_nothing() -> None:
    form = {**CARD, "rate_percent": "100.000000000001", "transaction_maximum": "0.000000000001"}
    lowered = parse(form).rate(Decimal("123456789012345.123456789012")).steps[-1]
    assert words(lowered).endswith(": 123456789012346.65802467913445123456789012 less")


def test_transactions_must_sum_to_the_quantity() -> None:
    with pytest.raises(ValueError, match="sum to the quantity"):
        parse(CARD).rate(Decimal(100), transactions=[Decimal(40), Decimal(50)])


def test_only_percentage_asks_for_transactions() -> None:
    assert parse(CARD).BY_TRANSACTION
    by_unit = parse({"model": "per_unit", "unit_amount": "1"})
    assert not by_unit.BY_TRANSACTION
    assert by_unit.rate(Decimal(3), transactions=[Decimal(1), Decimal(2)]) == by_unit.rate(Decimal(3))


def test_members_left_out_are_written_out() -> None:
    assert form(parse({"model": "percentage", "rate_percent": "2.90", "free_transactions": 3})) == {
        "model": "percentage",
        "rate_percent": "2.9",
        "fixed_amount": "0",
        "free_transactions": "3",
        "transaction_minimum": None,
        "transaction_maximum": None,
        "included_units": "0",
        "minimum_amount": None,
        "maximum_amount": None,
        "transform": None,
    }


@pytest.mark.parametrize(
    ("change", "member", "sentence"),
    [
        ({"rate_percent": None}, "rate_percent", "written as text"),
        ({"rate_percent": "2.9%"}, "rate_percent", "such as 12"),
        ({"rate_percent": 2.9}, "rate_percent", "written as text"),
        ({"fixed_amount": "-0.30"}, "fixed_amount", "negative"),
        ({"free_transactions": "1.5"}, "free_transactions", "whole number"),
        ({"free_transactions": "-1"}, "free_transactions", "negative"),
        ({"free_transactions": None}, "free_transactions", "written as text"),
        ({"free_transactions": "9" * 5000}, "free_transactions", "too large"),
        ({"transaction_minimum": "5.01"}, "transaction_minimum", "above the maximum"),
        ({"transaction_maximum": "Infinity"}, "transaction_maximum", "such as 12"),
        ({"unit_amount": "1"}, "unit_amount", "no such member"),
    ],
)
def test_a_bad_member_is_named(change: dict[str, Any], member: str, sentence: str) -> None:
    with pytest.raises(PriceFormError, match=sentence) as caught:
        parse({**BOUNDED, **change})
    assert caught.value.member == member
