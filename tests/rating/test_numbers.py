from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.numbers import BadNumber, decimal_from_text, plain


def test_a_number_is_read_and_written() -> None:
    assert decimal_from_text("12.50", field="quantity") == Decimal("12.5")
    assert plain(Decimal("12.50")) == "12.5"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("007", "7"),
        ("-3.25", "-3.25"),
        ("999999999999999.999999999999", "999999999999999.999999999999"),
        ("0.000000000001", "0.000000000001"),
    ],
)
def test_good_numbers(text: str, value: str) -> None:
    number = decimal_from_text(text, field="quantity")
    assert number == Decimal(value)
    assert not (number == 0 and number.is_signed())


@pytest.mark.parametrize(
    "text",
    ["", " ", "1 ", " 1", "1\n", "+1", "1.", ".5", "1e3", "1E-3", "1_000", "1,5", "1,000", "NaN", "sNaN", "Infinity",
     "-inf", "0x10", "--1", "1.2.3", "١٢", "１２", "²", "½", "one", "1\x00"],
)  # fmt: skip
def test_text_that_is_no_plain_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadNumber, match="such as 12") as caught:
        decimal_from_text(text, field="events[3].quantity")
    assert caught.value.field == "events[3].quantity"


@pytest.mark.parametrize("value", [1.5, 1, True, None, Decimal(1), b"1", ["1"]])
def test_only_text_is_read(value: object) -> None:
    with pytest.raises(BadNumber, match="written as text"):
        decimal_from_text(value, field="quantity")


@pytest.mark.parametrize(
    ("text", "places", "sentence"),
    [
        ("1000000000000000", 12, "too large"),
        ("-" + "9" * 5000, 12, "too large"),
        ("0.0000000000001", 12, "at most 12"),
        ("1.234", 2, "at most 2"),
        ("1.0", 0, "whole number"),
    ],
)
def test_numbers_are_bounded(text: str, places: int, sentence: str) -> None:
    with pytest.raises(BadNumber, match=sentence):
        decimal_from_text(text, field="quantity", places=places)


def test_negative_numbers_can_be_refused() -> None:
    assert decimal_from_text("-0", field="quantity", negative=False) == 0
    with pytest.raises(BadNumber, match="negative"):
        decimal_from_text("-0.1", field="quantity", negative=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [("3.000000", "3"), ("0.001", "0.001"), ("1E+3", "1000"), ("1E-9", "0.000000001"), ("-0.0", "0"), ("100", "100"),
     ("-1.50", "-1.5"), ("0", "0"), ("0E-12", "0"), ("1" * 40 + ".5", "1" * 40 + ".5")],
)  # fmt: skip
def test_canonical_text(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_what_is_no_number_has_no_text(value: str) -> None:
    with pytest.raises(ValueError, match="plain text"):
        plain(Decimal(value))


@given(st.decimals(-(10**15) + 1, 10**15 - 1, places=12))
def test_text_and_number_are_two_sides_of_one_coin(number: Decimal) -> None:
    text = plain(number)
    assert decimal_from_text(text, field="quantity") == number
    assert plain(decimal_from_text(text, field="quantity")) == text


@given(st.text(max_size=30) | st.text(alphabet="0123456789.-e+_ ", max_size=30))
def test_any_text_is_a_number_or_a_named_error(text: str) -> None:
    with suppress(BadNumber):
        assert abs(decimal_from_text(text, field="quantity")) < 10**15
