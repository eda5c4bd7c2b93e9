"""Nothing on a paper runs off the page, is broken apart, or heads a column with nothing in it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PageObject, PdfReader

from apps.delivery.paper import Paper
from apps.delivery.rendering import render
from apps.delivery.voice import LANGUAGES, Voice
from apps.delivery.wording import address
from apps.rating.taxing import Treatment
from tests.delivery.papers import BUYER, line, paper
from tests.delivery.test_languages import LOCALES

POINTS_PER_MM = 72 / 25.4
LEFT_OF_HEADING_MM = 210 - 20 - 66
MARGIN_MM = 1
NAME = "Not taxable in the country of the seller, value-added tax of that country"


def first_page(told: Paper) -> PageObject:
    return PdfReader(BytesIO(render(told).content)).pages[0]


def starts(page: PageObject) -> Iterator[tuple[float, str]]:
    """Yield where each text begins, in millimetres from the left, and the text."""
    found: list[tuple[float, str]] = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text.strip():
            found.append(((tm[4] * cm[0] + cm[4]) / POINTS_PER_MM, text.strip()))

    page.extract_text(visitor_text=visit)
    yield from found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("heading", ["Invoice", "Credit note", "Statement"])
def test_a_long_heading_fits_on_the_page(language: str, heading: str) -> None:
    """It is set to the right: one that is too long begins at the left of its place and runs off the other side."""
    voice = Voice.of(LOCALES[language], ZoneInfo("UTC"))
    said = voice.say(heading)
    page = first_page(replace(paper([line()], locale=LOCALES[language]), heading=said))
    begins = next(at for at, text in starts(page) if text.startswith(said.upper()[:6]))
    assert begins > LEFT_OF_HEADING_MM + MARGIN_MM


@pytest.mark.parametrize("locale", ["en_GB", "ja_JP", "fr_FR"])
def test_amounts_are_not_broken_beside_a_long_name_of_a_tax(locale: str) -> None:
    lines = [line(121470, tax_name=NAME, tax_treatment=Treatment.ZERO.value), line(100, tax_rate=Decimal("0.19"))]
    told = paper(lines, locale=locale, currency="EUR")
    texts = [text for _, text in starts(first_page(told))]
    wanted = (told.subtotal, told.total)
    assert [figure for figure in wanted if figure.split("\xa0")[0] not in " ".join(texts)] == []


def test_a_table_without_quantities_and_prices_has_no_columns_for_them() -> None:
    told = paper([line()])
    bare = replace(told, lines=tuple(replace(row, quantity="", unit_price="") for row in told.lines))
    assert (told.is_counted, bare.is_counted) == (True, False)
    assert "Quantity" in first_page(told).extract_text()
    text = first_page(bare).extract_text()
    assert "Quantity" not in text
    assert "Unit price" not in text
    assert told.total in text


def test_an_address_in_japanese_goes_from_the_large_to_the_small() -> None:
    japan = {"country": "JP", "postal_code": "150-0041", "region": "東京都", "city": "渋谷区"}
    street = {"address_line1": "神南1-2-3", "address_line2": "青山ビル5階"}
    locale = Voice.of("ja_JP", ZoneInfo("UTC")).locale
    assert address(BUYER | japan | street, locale) == ("〒150-0041", "東京都渋谷区神南1-2-3", "青山ビル5階", "日本")
    latin = {"country": "JP", "region": "Tokyo", "city": "Shibuya-ku", "postal_code": "150-0041"}
    assert address(BUYER | latin, locale) == ("1 Example Road", "150-0041 Shibuya-ku, Tokyo", "日本")
