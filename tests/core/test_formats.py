"""How numbers look: short on an axis, exact everywhere."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.core.formats import Formats


@pytest.mark.parametrize(
    ("locale", "number", "text"),
    [
        ("en_US", "0", "0"),
        ("en_US", "999", "999"),
        ("en_US", "0.001", "0.001"),
        ("en_US", "10000", "10K"),
        ("en_US", "1250000", "1.25M"),
        ("en_US", "-250000", "-250K"),
        ("en_US", "1E+30", "1000000000000000000T"),
        ("en_US", "123456789012345.123456789012", "123.456789012345123456789012T"),
        ("de_DE", "10000", "10.000"),
        ("de_DE", "2500000", "2,5\N{NO-BREAK SPACE}Mio."),
        ("ja_JP", "250000", "25万"),
    ],
)
def test_a_short_number_is_exact(locale: str, number: str, text: str) -> None:
    assert Formats.of(locale, ZoneInfo("UTC")).short(Decimal(number)) == text


def test_a_long_number_keeps_every_digit() -> None:
    long = Decimal("12345678901234567890123.123456789012")
    assert Formats.of("en_US", ZoneInfo("UTC")).number(long) == "12,345,678,901,234,567,890,123.123456789012"


def test_a_quantity_has_its_unit() -> None:
    formats = Formats.of("en_US", ZoneInfo("UTC"))
    texts = [formats.quantity(Decimal(number), "call", "calls") for number in ("1", "1.0", "0", "2500", "-1")]
    assert texts == ["1 call", "1 call", "0 calls", "2,500 calls", "-1 calls"]
