"""What stands on the paper: exact, in the buyer's format, in the seller's days."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.core.formats import Formats
from apps.delivery import wording
from apps.delivery.paper import PaperKind
from apps.invoicing.models import Kind
from tests.delivery.papers import BUYER, DECEMBER, NOVEMBER, SELLER, TIERS, line, paper

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)


def test_four_coaching_calls() -> None:
    told = paper([line()], locale="en_US")
    (row,) = told.lines
    assert (row.description, row.quantity, row.unit_price, row.amount) == (
        "Coaching call",
        "4 calls",
        "$95.00",
        "$380.00",
    )
    assert (row.period, row.notes) == ("November 1 – 30, 2026", ())
    assert told.facts == (
        ("Invoice number", "INV-0042"),
        ("Date", "December 1, 2026"),
        ("Due", "December 15, 2026"),
    )
    assert (told.subtotal, told.taxes, told.total, told.amount_due) == ("$380.00", (), "$380.00", "$380.00")
    assert (told.kind, told.settles) == (PaperKind.INVOICE, "Due December 15, 2026")


def test_seller_and_buyer_as_they_were() -> None:
    told = paper([line()])
    assert told.seller.details == ("Northwind Studio Inc.", "12 Harbour Street", "Portland, ME 04101", "United States")
    assert (told.buyer.name, told.buyer.details) == (
        "Fabrikam Coaching Ltd",
        ("1 Example Road", "London EC1A 1BB", "United Kingdom"),
    )
    assert told.payment == ("Bank transfer", "IBAN DE02 1203 0000 0000 2020 51", "Reference: INV-0042")


@pytest.mark.parametrize(
    ("locale", "currency", "minor", "total"),
    [
        ("en_US", "USD", 138000, "$1,380.00"),
        ("de_DE", "EUR", 138000, "1.380,00 €"),
        ("ja_JP", "JPY", 38000, "￥38,000"),
        ("en_US", "KWD", 380500, "KWD 380.500"),
        ("en_US", "IQD", 1500, "IQD 1.500"),  # three decimals by ISO 4217, though Babel's habit is none
        ("xx_YY", "USD", 138000, "$1,380.00"),
    ],
)
def test_money_in_the_buyers_format(locale: str, currency: str, minor: int, total: str) -> None:
    told = paper([line(minor, steps=[])], currency=currency, locale=locale)
    assert told.total.replace("\xa0", " ") == total


@pytest.mark.parametrize(
    ("unit_amount", "quantity", "minor", "printed"),
    [("0.001", "25500", 2550, "$0.001"), ("0.000000000001", "1", 0, "$0.000000000001"), ("95", "1", 9500, "$95.00")],
)
def test_unit_prices_are_never_rounded(unit_amount: str, quantity: str, minor: int, printed: str) -> None:
    (row,) = paper([line(minor, quantity, unit_amount)], locale="en_US").lines
    assert row.unit_price == printed


def test_quantities_are_never_rounded() -> None:
    (row,) = paper([line(0, "123456789012345.123456789012", None)], locale="en_US").lines
    assert row.quantity == "123,456,789,012,345.123456789012 calls"


def test_included_units_and_tiers_stand_below_their_line() -> None:
    (row,) = paper([line(2000, "12000", "0.01", steps=TIERS)], locale="en_US").lines
    assert row.notes == ("10,000 included", "2,000 × 0.01 = $20.00")


def test_a_setup_fee_has_no_period() -> None:
    row = paper([line(4500, "1", "45", kind=Kind.SETUP, unit="", steps=[])]).lines[0]
    assert (row.period, row.quantity, row.notes) == ("", "1", ())


def test_late_usage_says_its_month_and_what_was_billed_before() -> None:
    steps = [{"kind": "units", "quantity": "3", "unit_amount": "95", "amount": "285"}]
    late = line(9500, "1", None, late=True, steps=steps, period_starts_at=OCTOBER, period_ends_at=NOVEMBER)
    row = paper([late], locale="en_US").lines[0]
    assert row.period == "October 1 – 31, 2026, recorded after that period was billed"
    assert row.notes == ("3 × 95 = $285.00", "$285.00 for the whole period, $190.00 billed before")


def test_a_part_of_a_period_is_said_to_be_one() -> None:
    steps = [{"kind": "units", "quantity": "1", "unit_amount": "100", "amount": "100"}]
    row = paper([line(5000, "1", "100", kind=Kind.FLAT, unit="", steps=steps)], locale="en_US").lines[0]
    assert row.notes == ("1 × 100 = $100.00", "$100.00 for a full period; this one is a part of it")


def test_amounts_are_carried_from_row_to_row() -> None:
    told = paper([line(100, steps=[]), line(250, steps=[]), line(0, steps=[])], locale="en_US")
    assert [row.carried for row in told.lines] == ["$1.00", "$3.50", "$3.50"]


def test_nothing_to_pay_asks_for_nothing() -> None:
    told = paper([line(0, "0", None)], locale="en_US")
    assert (told.amount_due, told.settles, told.payment) == ("$0.00", "Nothing to pay", ())
    assert "Due" not in dict(told.facts)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("zone", "locale", "starts_at", "ends_at", "words"),
    [
        ("UTC", "en_GB", utc(2026, 9, 1), utc(2026, 10, 1), "1–30 September 2026"),
        ("UTC", "en_US", utc(2026, 9, 1), utc(2026, 10, 1), "September 1 – 30, 2026"),
        ("UTC", "de_DE", utc(2026, 9, 15), utc(2026, 10, 15), "15. September – 14. Oktober 2026"),
        ("UTC", "ja_JP", utc(2026, 9, 1), utc(2026, 10, 1), "2026年9月1日～30日"),
        ("UTC", "en_GB", utc(2026, 12, 15), utc(2027, 1, 15), "15 December 2026 – 14 January 2027"),
        # New York: midnight is 04:00 UTC in October and 05:00 in December; the clock goes back between them.
        ("America/New_York", "en_GB", utc(2026, 10, 15, 4), utc(2026, 12, 1, 5), "15 October – 30 November 2026"),
        # Tokyo: the day has begun while UTC still has the day before.
        ("Asia/Tokyo", "en_GB", utc(2026, 8, 31, 15), utc(2026, 9, 30, 15), "1–30 September 2026"),
        # Cut at half past two in the afternoon: that day is a part of it.
        ("UTC", "en_GB", utc(2026, 9, 1), utc(2026, 9, 12, 14, 30), "1–12 September 2026"),
        ("UTC", "en_GB", utc(2026, 9, 12), utc(2026, 9, 13), "12 September 2026"),
        ("UTC", "en_GB", utc(2026, 9, 12, 10), utc(2026, 9, 12, 14, 30), "12 September 2026, 10:00 – 14:30"),
        ("UTC", "en_GB", utc(2026, 9, 12, 10), utc(2026, 9, 12, 10), "12 September 2026, 10:00 – 10:00"),
        # A day of 25 hours is one day.
        ("America/New_York", "en_GB", utc(2026, 11, 1, 4), utc(2026, 11, 2, 5), "1 November 2026"),
    ],
)
def test_periods_are_told_by_their_first_and_last_local_day(
    zone: str, locale: str, starts_at: datetime, ends_at: datetime, words: str
) -> None:
    assert wording.period(Formats.of(locale, ZoneInfo(zone)), starts_at, ends_at) == words


@pytest.mark.parametrize(
    ("country", "parts", "expected"),
    [
        ("US", ("Portland", "04101", "ME"), ["Portland, ME 04101", "United States"]),
        ("DE", ("Berlin", "10115", ""), ["10115 Berlin", "Germany"]),
        ("IT", ("Roma", "00100", "RM"), ["00100 Roma, RM", "Italy"]),
        ("", ("", "", ""), []),
        ("QQ", ("Nowhere", "", ""), ["Nowhere", "QQ"]),
    ],
)
def test_addresses_in_the_order_of_their_country(country: str, parts: Sequence[str], expected: Sequence[str]) -> None:
    party: dict[str, Any] = BUYER | {"address_line1": "", "country": country}
    party |= dict(zip(("city", "postal_code", "region"), parts, strict=True))
    assert list(wording.address(party, Formats.of("en_US", ZoneInfo("UTC")).locale)) == expected


def test_the_test_mode_shows() -> None:
    assert paper([line()], seller={"mode": "test"}).is_test
    assert not paper([line()], seller=SELLER).is_test


def test_dates_of_lines_stay_when_the_columns_are_empty() -> None:
    assert paper([line(period_starts_at=None, period_ends_at=DECEMBER)]).lines[0].period == ""
