"""What papers say of tax: by rate with its base, and why none is charged where it is not."""

from decimal import Decimal
from typing import Any

import pytest

from apps.invoicing.models import Line
from apps.rating.taxing import Treatment
from tests.delivery.papers import line, paper

GERMAN: dict[str, Any] = {"country": "DE", "tax_id": "DE 136 695 976"}


def taxed(minor: int, rate: str, name: str = "VAT", **columns: Any) -> Line:
    return line(minor, tax_rate=Decimal(rate), tax_name=name, **columns)


def untaxed(minor: int, treatment: Treatment) -> Line:
    return line(minor, tax_treatment=treatment.value)


def test_tax_by_rate_with_its_base() -> None:
    told = paper([taxed(10000, "0.19"), taxed(5000, "0.075", "Reduced VAT"), line(1000)], locale="en_US")
    assert told.taxes == (
        ("Without tax on $10.00", "$0.00"),
        ("Reduced VAT 7.5% on $50.00", "$3.75"),
        ("VAT 19% on $100.00", "$19.00"),
    )
    assert (told.subtotal, told.total, told.is_inclusive) == ("$160.00", "$182.75", False)
    assert [row.tax for row in told.lines[:2]] == ["VAT 19%", "Reduced VAT 7.5%"]


def test_one_rate_is_not_said_again_on_each_line() -> None:
    told = paper([taxed(10000, "0.19", steps=[])] * 2, locale="en_US")
    assert [row.tax for row in told.lines] == ["", ""]


def test_inclusive_papers_say_gross_lines_and_what_tax_is_in_the_total() -> None:
    told = paper([taxed(11900, "0.19"), taxed(10700, "0.07")], inclusive=True, currency="EUR", locale="de_DE")
    assert [row.amount for row in told.lines] == ["119,00\xa0€", "107,00\xa0€"]
    assert told.taxes == (
        ("Enthält VAT 7\xa0% auf 100,00\xa0€", "7,00\xa0€"),
        ("Enthält VAT 19\xa0% auf 100,00\xa0€", "19,00\xa0€"),
    )
    assert (told.total, told.is_inclusive) == ("226,00\xa0€", True)


@pytest.mark.parametrize(
    ("locale", "row", "sentence"),
    [
        ("en_GB", "Reverse charge on", "Reverse charge: the customer is liable for the VAT (Article 196 of"),
        ("de_AT", "Reverse Charge auf", "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge, Artikel 196"),
        ("fr_FR", "Autoliquidation sur", "Autoliquidation : la TVA est due par le preneur (article 196 de"),
        ("es_ES", "Inversión del sujeto pasivo sobre", "Inversión del sujeto pasivo: el IVA lo adeuda"),
        ("ja_JP", "リバースチャージ", "リバースチャージ：付加価値税の納税義務者は顧客です"),
        ("it_IT", "Reverse charge on", "Reverse charge: the customer is liable"),  # not spoken here
    ],
)
def test_reverse_charge_is_said_in_the_customers_language_with_both_numbers(
    locale: str, row: str, sentence: str
) -> None:
    buyer: dict[str, Any] = {"country": "GR", "tax_id": "GR094259216", "locale": locale}
    told = paper([untaxed(38000, Treatment.REVERSE_CHARGE)], currency="EUR", seller=GERMAN, **buyer)
    assert row in told.taxes[0][0]
    assert told.tax_notes[0].startswith(sentence)
    assert told.seller.tax_id.endswith("DE136695976")
    assert told.buyer.tax_id.endswith("EL094259216")


def test_exempt_customers_are_told_why() -> None:
    lines = [untaxed(38000, Treatment.EXEMPT)]
    told = paper(lines, locale="en_US", tax_exempt_reason="<b>charity</b>, § 501(c)(3)")
    assert told.taxes == (("Exempt from tax on $380.00", "$0.00"),)
    assert told.tax_notes == ("Exempt from tax: <b>charity</b>, § 501(c)(3)",)


def test_what_is_exempt_by_what_it_is_says_the_reason_of_the_seller() -> None:
    """EN 16931, BR-E-10: what is exempt says why. The text of the customer does not count where it is not exempt."""
    lesson = line(5000, tax_treatment=Treatment.EXEMPT.value, tax_name="<i>§ 4 Nr. 21 UStG</i>")
    told = paper([taxed(10000, "0.19"), lesson], locale="de_DE", currency="EUR", tax_exempt_reason="of before")
    assert told.taxes[0] == ("Steuerfrei auf 50,00\xa0€", "0,00\xa0€")
    assert told.tax_notes == ("Steuerfrei: <i>§ 4 Nr. 21 UStG</i>",)
    assert [row.tax for row in told.lines] == ["VAT 19\xa0%", "Steuerfrei"]


def test_each_line_says_its_tax_where_there_are_several() -> None:
    lines = [untaxed(5000, treatment) for treatment in (Treatment.REVERSE_CHARGE, Treatment.EXEMPT, Treatment.UNTAXED)]
    told = paper(lines, locale="en_US")
    assert [row.tax for row in told.lines] == ["Reverse charge", "Exempt from tax", "Without tax"]


def test_a_zero_rate_is_said_by_its_name() -> None:
    lines = [line(38000, tax_treatment=Treatment.OUTSIDE.value, tax_name="Not taxable in Germany, VAT")]
    told = paper(lines, locale="en_US")
    assert (told.taxes, told.tax_notes) == ((("Not taxable in Germany, VAT 0% on $380.00", "$0.00"),), ())


def test_a_seller_that_charges_no_tax_says_nothing_of_it() -> None:
    told = paper([line(38000)], locale="en_US")
    assert (told.taxes, told.tax_notes) == ((), ())
