"""The PDF: what was told is what is printed, whole, on as many pages as it needs, and nothing is fetched."""

from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from apps.delivery import drawing
from apps.delivery.paper import Paper, PaperKind
from apps.delivery.renderer import Drawn
from apps.delivery.rendering import render
from tests.delivery.papers import TIERS, line, paper


@cache
def drawn(told: Paper) -> Drawn:
    """Draw each paper once for all tests."""
    return render(told)


def read(told: Paper) -> PdfReader:
    return PdfReader(BytesIO(drawn(told).content))


def texts(told: Paper) -> list[str]:
    """Return the text of each page with single spaces."""
    return [" ".join(page.extract_text().split()) for page in read(told).pages]


SMALL = paper([line(), line(2000, "12000", "0.01", description="API calls", steps=TIERS)], locale="en_US")
LONG = paper(
    [line(description=f"Line {n} " + "that goes on and on " * (n % 5), steps=TIERS) for n in range(1, 61)],
    locale="en_US",
)
HOSTILE = "<script>alert(1)</script> & <img src=http://127.0.0.1:9/x.png> <link rel=stylesheet href=file:///etc/passwd>"


def test_a_small_bill_is_one_page_with_every_figure() -> None:
    (page,) = texts(SMALL)
    wanted = ["INVOICE", "INV-0042", "December 15, 2026", "Fabrikam Coaching Ltd", "4 calls", "$95.00", "$380.00"]
    wanted += ["10,000 included", "2,000 × 0.01 = $20.00", "Subtotal", "$400.00", "Reference: INV-0042"]
    wanted += ["Register 5512345", "Tax id US-98-7654321", "Page 1 of 1"]
    assert [text for text in wanted if text not in page] == []
    assert "Carried forward" not in page


def test_it_is_tagged_titled_and_says_its_language() -> None:
    document = read(SMALL)
    root: Any = document.trailer["/Root"]
    assert document.metadata is not None
    assert document.metadata.title == "Invoice INV-0042"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()


def test_sixty_lines_take_pages_with_repeated_heads_feet_and_carried_sums() -> None:
    pages = texts(LONG)
    assert len(pages) == drawn(LONG).pages > 2
    for number, page in enumerate(pages, start=1):
        assert "Quantity Unit price Amount" in page
        assert f"Page {number} of {len(pages)}" in page
        assert "Register 5512345" in page
        assert ("Carried forward" in page) == (number < len(pages))
    for n in range(1, 61):
        assert sum(f"Line {n} " in page for page in pages) == 1
    shown = [n for n in range(1, 61) if f"Line {n} " in pages[0]]
    assert f"Carried forward {LONG.lines[len(shown) - 1].carried}" in pages[0]
    assert "Line 60" in pages[-1] and "Amount due $22,800.00" in pages[-1]


def test_hostile_text_is_printed_not_obeyed() -> None:
    told = paper(
        [line(description=HOSTILE)],
        locale="en_US",
        seller={"name": HOSTILE, "footer": HOSTILE, "payment_details": HOSTILE},
        legal_name="}</style>" + HOSTILE,
    )
    (page,) = texts(told)
    squeezed = page.replace(" ", "")
    assert squeezed.count(HOSTILE.replace(" ", "")) == 5
    assert "/JavaScript" not in str(read(told).trailer["/Root"])


def test_nothing_is_fetched_from_anywhere() -> None:
    for address in ("http://127.0.0.1:9/x", "file:///etc/hostname", "data:text/plain,x", "ftp://127.0.0.1/x"):
        with pytest.raises(drawing.FetchRefused, match="asked for"):
            drawing.GivenAlone().fetch(address)


def test_japanese_is_printed() -> None:
    told = paper(
        [line(38000, "4", "9500", description="コーチング", unit="回")],
        currency="JPY",
        seller={"page_size": "Letter"},
        locale="ja_JP",
        legal_name="株式会社ファブリカム",
    )
    (page,) = texts(told)
    assert "株式会社ファブリカム" in page and "コーチング" in page and "￥38,000" in page
    page_one: Any = read(told).pages[0]
    fonts = page_one["/Resources"]["/Font"].values()
    assert any("CJK" in font.get_object()["/BaseFont"] for font in fonts)
    assert [round(float(side)) for side in read(told).pages[0].mediabox[2:]] == [612, 792]


def test_a_preview_and_a_test_are_marked() -> None:
    preview = replace(
        SMALL,
        kind=PaperKind.PREVIEW,
        heading="Preview",
        mark="Preview",
        due_label="Would be due",
        number="",
        facts=(),
        notice="This is not an invoice.",
        payment=(),
    )
    (page,) = texts(preview)
    assert page.count("PREVIEW") == 2 and "This is not an invoice." in page
    assert "INV-0042" not in page and "Would be due" in page
    (page,) = texts(paper([line()], seller={"mode": "test"}))
    assert page.count("TEST") == 2 and "not a real invoice" in page


def test_a_long_foot_stays_on_the_page() -> None:
    told = paper([line()], seller={"footer": "\n".join(f"Legal line {n} " + "x" * 30 for n in range(1, 16))})
    heights: list[float] = []

    def note(text: str, page: list[float], local: list[float], *_: object) -> None:
        if text.strip():
            heights.append(local[4] * page[1] + local[5] * page[3] + page[5])

    read(told).pages[0].extract_text(visitor_text=note)
    assert "Legal line 15" in texts(told)[0] and "Page 1 of 1" in texts(told)[0]
    assert min(heights) > 20  # points from the lower edge: what a printer can reach


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert render(SMALL).content == drawn(SMALL).content
