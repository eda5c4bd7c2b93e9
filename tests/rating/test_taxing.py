from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.rating.taxing import CODES, UNTAXED, Buyer, Lack, Rate, Tax, Taxes, Treatment

DAY = date(2026, 9, 30)
GERMAN, FRENCH, IRISH = "DE136695976", "FR61954506077", "IE6433435F"


def rate(
    of: str,
    *,
    country: str = "",
    category: str = "standard",
    since: date = date(2020, 1, 1),
    until: date | None = None,
) -> Rate:
    return Rate(category, country, Decimal(of), "VAT", since, until)


def seller(*rates: Rate, country: str = "DE", tax_id: str = GERMAN, zone: str = "Europe/Berlin") -> Taxes:
    return Taxes(country, tax_id, ZoneInfo(zone), rates=rates)


def applied(taxes: Taxes, buyer: Buyer | None = None, *, category: str = "standard", on: date = DAY) -> tuple[str, str]:
    tax = taxes.rate_for(category, buyer or Buyer("DE"), on)
    return str(tax.rate), tax.treatment.value


def test_a_customer_at_home_pays_the_rate_of_the_country() -> None:
    taxes = seller(rate("0.19", country="DE"), rate("0.21"))
    assert taxes.rate_for("standard", Buyer("DE"), DAY) == Tax(Decimal("0.19"), Treatment.TAXED, "VAT")


def test_a_seller_without_rates_charges_none_whoever_buys() -> None:
    for buyer in (Buyer("DE"), Buyer("FR", FRENCH), Buyer("US"), Buyer(category="exempt")):
        assert seller().rate_for("standard", buyer, DAY) == UNTAXED


@pytest.mark.parametrize(
    ("country", "found"),
    [
        ("AT", ("0.20", "taxed")),  # its own
        ("FR", ("0.19", "taxed")),  # the Union's
        ("US", ("0", "outside")),  # any other
        ("", ("0.19", "taxed")),  # who names none is at home
        ("GB", ("0", "outside")),
        ("CH", ("0.081", "taxed")),
    ],
)
def test_the_own_country_goes_before_the_union_and_that_before_any(country: str, found: tuple[str, str]) -> None:
    rates = [rate("0.20", country="AT"), rate("0.19", country="EU"), rate("0"), rate("0.081", country="CH")]
    assert applied(seller(*rates), Buyer(country)) == found


def test_where_no_rate_is_known_none_is_charged() -> None:
    assert applied(seller(rate("0.19", country="DE")), Buyer("US")) == ("0", "untaxed")
    assert applied(seller(rate("0.19")), category="books") == ("0", "untaxed")


def test_the_rate_of_the_day_is_the_newest_that_began() -> None:
    rates = [rate("0.19"), rate("0.16", since=date(2026, 7, 1), until=date(2026, 12, 31)), rate("0.2", country="FR")]
    taxes = seller(*rates, rate("0.19", since=date(2027, 1, 1)))
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1), date(2019, 12, 31)]
    assert [applied(taxes, on=day)[0] for day in days] == ["0.19", "0.16", "0.16", "0.19", "0"]


def test_one_that_ended_leaves_a_gap_and_not_the_one_before() -> None:
    taxes = seller(rate("0.19"), rate("0.16", since=date(2026, 7, 1), until=date(2026, 8, 31)))
    assert applied(taxes) == ("0", "untaxed")


@pytest.mark.parametrize(
    ("buyer", "treatment"),
    [
        (Buyer("FR", FRENCH), "reverse_charge"),
        (Buyer("FR", "fr 61 954 506 077"), "reverse_charge"),
        (Buyer("IE", IRISH), "reverse_charge"),
        (Buyer("GR", "EL094259216"), "reverse_charge"),
        (Buyer("GR", "GR094259216"), "reverse_charge"),
        (Buyer("GB", "XI980780684"), "reverse_charge"),  # Northern Ireland
        (Buyer("GB", "GB980780684"), "taxed"),
        (Buyer("DE", GERMAN), "taxed"),  # at home
        (Buyer("FR"), "taxed"),  # no number: a consumer
        (Buyer("FR", "FR61954506078"), "taxed"),  # a wrong digit
        (Buyer("FR", "61954506077"), "taxed"),  # no prefix
        (Buyer("FR", IRISH), "taxed"),  # of another country
        (Buyer("", FRENCH), "taxed"),  # nobody knows where
        (Buyer("US", FRENCH), "taxed"),
        (Buyer("FR", FRENCH, "exempt"), "exempt"),
    ],
)
def test_reverse_charge_wants_a_number_of_the_buyers_country_in_the_union(buyer: Buyer, treatment: str) -> None:
    assert applied(seller(rate("0.19")), buyer)[1] == treatment


@pytest.mark.parametrize(
    ("country", "tax_id", "treatment"),
    [
        ("DE", "", "taxed"),  # no invoice could show it
        ("US", "98-7654321", "taxed"),
        ("GB", "GB980780684", "taxed"),
        ("GB", "XI980780684", "reverse_charge"),
        ("FR", FRENCH, "taxed"),  # both at home
    ],
)
def test_the_seller_must_be_in_the_union_too(country: str, tax_id: str, treatment: str) -> None:
    taxes = seller(rate("0.19"), country=country, tax_id=tax_id)
    assert applied(taxes, Buyer("FR", FRENCH))[1] == treatment


def test_what_is_exempt_by_what_it_is_bears_no_tax_whoever_buys() -> None:
    taxes = seller(rate("0.19"), Rate("exempt", "", Decimal(0), "§ 4 Nr. 21 UStG", date(2020, 1, 1)))
    for buyer in (Buyer("DE"), Buyer("FR"), Buyer("FR", FRENCH), Buyer("US"), Buyer("")):
        assert taxes.rate_for("exempt", buyer, DAY) == Tax(Decimal(0), Treatment.EXEMPT, "§ 4 Nr. 21 UStG")
    assert applied(taxes) == ("0.19", "taxed")


def test_the_reason_of_an_exempt_buyer_goes_before_that_of_what_is_bought() -> None:
    taxes = seller(rate("0.19"), Rate("exempt", "", Decimal(0), "§ 4 Nr. 21 UStG", date(2020, 1, 1)))
    assert taxes.rate_for("exempt", Buyer("DE", category="exempt"), DAY) == Tax(Decimal(0), Treatment.EXEMPT)


def test_what_is_exempt_is_so_without_a_reason_too() -> None:
    assert seller(rate("0.19")).rate_for("exempt", Buyer("DE"), DAY) == Tax(Decimal(0), Treatment.EXEMPT)
    reasons = [Rate("exempt", place, Decimal(0), name, date(2026, 7, 1)) for place, name in (("DE", "a"), ("EU", "b"))]
    taxes = seller(rate("0.19"), *reasons)
    named = [taxes.rate_for("exempt", Buyer(country), DAY).name for country in ("DE", "FR", "US")]
    assert named == ["a", "b", ""]
    assert taxes.rate_for("exempt", Buyer("DE"), date(2026, 6, 30)).name == ""


def test_a_customers_category_holds_for_what_is_exempt_as_well() -> None:
    taxes = seller(rate("0.19"), rate("0.07", category="reduced"))
    assert applied(taxes, Buyer("DE", category="reduced"), category="exempt") == ("0.07", "taxed")


def test_a_customers_category_holds_for_all_it_buys() -> None:
    taxes = seller(rate("0.19"), rate("0.07", category="reduced"))
    assert applied(taxes, category="reduced") == ("0.07", "taxed")
    assert applied(taxes, Buyer("DE", category="reduced")) == ("0.07", "taxed")


def test_a_rate_of_zero_is_a_zero_rate_at_home() -> None:
    assert applied(seller(rate("0"))) == ("0", "zero")
    assert applied(seller(rate("0"), country="US", tax_id=""), Buyer("CA")) == ("0", "zero")


def test_days_are_those_of_the_seller_and_a_periods_end_is_the_day_before() -> None:
    taxes = seller(rate("0.19"))
    midnight = datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert taxes.day(midnight) == date(2026, 10, 1)
    assert taxes.last_day(midnight) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("category", "buyer", "lack"),
    [
        ("standard", Buyer("DE"), None),
        ("books", Buyer("DE"), Lack.RATE),
        ("books", Buyer(""), Lack.RATE),  # at home
        ("books", Buyer("AT"), Lack.RATE),
        ("books", Buyer("FR", FRENCH), None),  # reverse charge
        ("books", Buyer("US"), None),  # no tax is charged there at all
        ("books", Buyer("DE", category="exempt"), None),
        ("standard", Buyer("DE", category="books"), Lack.RATE),
        ("exempt", Buyer("DE"), Lack.REASON),
        ("exempt", Buyer("US"), Lack.REASON),
        ("exempt", Buyer("DE", category="exempt"), None),
    ],
)
def test_what_is_missing_for_the_tax_on_something(category: str, buyer: Buyer, lack: Lack | None) -> None:
    taxes = seller(rate("0.19", country="DE"), rate("0.19", country="EU"))
    assert taxes.lack_of(category, buyer, DAY) == lack


def test_nothing_is_missing_before_tax_is_charged_but_once_the_last_rate_ended() -> None:
    taxes = seller(rate("0.19", since=date(2026, 7, 1), until=date(2026, 8, 31)))
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 8, 31), date(2026, 9, 1)]
    assert [taxes.lack_of("standard", Buyer("DE"), day) for day in days] == [None, None, None, Lack.RATE]
    assert [taxes.has_rate("standard", day) for day in days] == [False, True, True, False]
    assert seller().lack_of("standard", Buyer("DE"), DAY) is None


def test_nothing_is_missing_for_what_is_exempt_with_a_reason() -> None:
    taxes = seller(rate("0.19"), rate("0", category="exempt"))
    assert taxes.lack_of("exempt", Buyer("DE"), DAY) is None


def test_each_treatment_has_its_code_of_en_16931() -> None:
    assert [CODES[each] for each in Treatment] == ["S", "Z", "E", "AE", "O", "O"]
