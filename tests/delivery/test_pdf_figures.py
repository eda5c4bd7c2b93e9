"""What the PDF says is what is stored: every figure, in every language; and whatever stands in a field stays text."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from apps.delivery.rendering import render
from apps.delivery.voice import LANGUAGES
from tests.delivery.papers import BUYER, SELLER, TIERS, line, paper
from tests.delivery.test_languages import LOCALES

MARKUP = "</p><script>x()</script><img src=file:///etc/passwd>{{ 7 }}{% now %}{seller}&amp;%s"
FREE_TEXTS = (
    "name",
    "legal_name",
    "tax_id",
    "email",
    "address_line1",
    "address_line2",
    "postal_code",
    "city",
    "region",
)


def squeezed(text: str) -> str:
    """Leave out all spaces: a PDF breaks lines where it likes."""
    return "".join(text.split())


def printed(content: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


@pytest.mark.parametrize("size", ["A4", "Letter"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_printed(language: str, size: str) -> None:
    currency = "JPY" if language == "ja" else "EUR"
    lines = [
        line(1234567, "12345.678", "0.001", tax_rate=Decimal("0.19")),
        line(2000, "12000", "0.01", steps=TIERS, tax_rate=Decimal("0.07")),
        line(0, "0", None),
    ]
    told = paper(lines, currency=currency, locale=LOCALES[language], seller={"page_size": size})
    text = printed(render(told).content)
    figures = [told.subtotal, told.total, told.amount_due, told.settles, *(each for row in told.taxes for each in row)]
    for row in told.lines:
        figures += [row.quantity, row.unit_price, row.amount, row.period, *row.notes, row.tax]
    assert [figure for figure in figures if squeezed(figure) not in text] == []


def test_the_figures_are_those_of_the_columns() -> None:
    told = paper([line(1999, "3", "6.663333"), line(1, "1", "0.01")], locale="en_US")
    assert (told.subtotal, told.lines[0].amount, told.lines[0].unit_price) == ("$20.00", "$19.99", "$6.663333")


def test_markup_in_any_field_stays_text() -> None:
    seller: dict[str, Any] = {name: f"S{n}{MARKUP}" for n, name in enumerate(FREE_TEXTS)}
    seller |= {"payment_details": f"SP{MARKUP}", "footer": f"SF{MARKUP}"}
    buyer: dict[str, Any] = {name: f"B{n}{MARKUP}" for n, name in enumerate(FREE_TEXTS)}
    assert set(seller) <= set(SELLER) and set(buyer) <= set(BUYER)
    told = paper([line(description=f"LD{MARKUP}", unit=f"LU{MARKUP}")], seller=seller, locale="en_US", **buyer)
    content = render(told).content
    text = printed(content)
    fields = [*seller.values(), *(value for name, value in buyer.items() if name not in {"name", "email"})]
    wanted = [squeezed(str(value)) for value in [*fields, f"LD{MARKUP}", f"LU{MARKUP}"]]
    assert [value for value in wanted if value not in text] == []
    document = PdfReader(BytesIO(content))
    root: Any = document.trailer["/Root"]
    assert not {"/Names", "/OpenAction", "/AA", "/AF", "/AcroForm"} & set(root)
    assert not any("/Annots" in page for page in document.pages)
