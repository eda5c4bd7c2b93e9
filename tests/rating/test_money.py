from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rating.currencies import CURRENCIES, exponent
from apps.rating.exact import half_away
from apps.rating.money import LARGEST_MINOR, AmountTooLarge, CurrencyMismatch, Money, to_money


def test_an_amount_becomes_minor_units_and_text() -> None:
    assert to_money(Decimal("140"), "USD") == Money(14000, "USD")
    assert Money(14000, "USD").text() == "140.00"
    assert Money(14000, "USD").amount == Decimal("140.00")


@pytest.mark.parametrize(
    ("currency", "decimals", "text"),
    [("USD", 2, "1234.56"), ("JPY", 0, "123456"), ("KWD", 3, "123.456"), ("CLF", 4, "12.3456"), ("ISK", 0, "123456")],
)
def test_each_currency_has_its_own_decimals(currency: str, decimals: int, text: str) -> None:
    assert exponent(currency) == decimals
    assert Money(123456, currency).text() == text


@pytest.mark.parametrize("code", ["XXX", "usd", "", "XAU", "US", "dollars and more"])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        exponent(code)
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, code)


def test_the_table_lists_each_current_code_once() -> None:
    assert len(CURRENCIES) == len(set(CURRENCIES)) > 160
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.005", "USD", 1),
        ("0.0049999999999999999999", "USD", 0),
        ("-0.005", "USD", -1),
        ("2.675", "USD", 268),
        ("0.5", "JPY", 1),
        ("1.5", "JPY", 2),
        ("2.5", "JPY", 3),
        ("-2.5", "JPY", -3),
        ("0.0005", "KWD", 1),
        ("18.05", "USD", 1805),
        ("25.500", "USD", 2550),
    ],
)
def test_halves_go_away_from_zero(amount: str, currency: str, minor: int) -> None:
    assert to_money(Decimal(amount), currency).minor == minor


def test_money_adds_subtracts_and_compares() -> None:
    one, two = Money(100, "EUR"), Money(200, "EUR")
    assert one + two == Money(300, "EUR")
    assert one - two == Money(-100, "EUR") == -one
    assert one < two
    assert one <= one
    assert two > one
    assert two >= two
    assert sum([one, two], start=Money.zero("EUR")) == Money(300, "EUR")
    assert Money(-50, "EUR").text() == "-0.50"


def test_currencies_never_mix() -> None:
    euro, dollar = Money(100, "EUR"), Money(100, "USD")
    for mix in (euro.__add__, euro.__sub__, euro.__lt__, euro.__le__, euro.__gt__, euro.__ge__):
        with pytest.raises(CurrencyMismatch, match="EUR and USD"):
            mix(dollar)
    assert euro != dollar


@pytest.mark.parametrize("minor", [1.0, True, Decimal(1), "1"])
def test_minor_units_are_whole_numbers(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_finite_number_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        to_money(Decimal(amount), "EUR")


@pytest.mark.parametrize("amount", ["1e30", "1e1000000"])
def test_amounts_that_cannot_be_stored_are_refused(amount: str) -> None:
    with pytest.raises(AmountTooLarge):
        to_money(Decimal(amount), "EUR")


def test_the_largest_amount_fits_a_bigint() -> None:
    assert Money(LARGEST_MINOR, "EUR").minor == 2**63 - 1
    with pytest.raises(ValueError, match="too large"):
        Money(LARGEST_MINOR + 1, "EUR")


@given(amount=st.decimals(-(10**9), 10**9, places=15), currency=st.sampled_from(CURRENCIES))
def test_rounding_moves_an_amount_by_half_a_minor_unit_at_most(amount: Decimal, currency: str) -> None:
    money = to_money(amount, currency)
    assert abs(money.amount - amount) * 2 * 10 ** exponent(currency) <= 1
    assert to_money(money.amount, currency) == money
    assert to_money(-amount, currency) == -money
    assert Decimal(money.text()) == money.amount


@given(
    st.decimals(min_value=-(10**20), max_value=10**20, places=12) | st.integers(-99, 99).map(lambda n: Decimal(n) / 2)
)
def test_a_decimal_is_rounded_as_the_fraction_that_it_is(value: Decimal) -> None:
    assert half_away(value) == half_away(Fraction(value))
