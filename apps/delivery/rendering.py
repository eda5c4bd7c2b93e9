"""Draw a paper as a PDF. Only this module knows WeasyPrint, whose import takes half a second: workers pay it, once."""

import hashlib
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from apps.delivery.paper import Paper

FOOT_MARGIN_MM, FOOT_ROW_MM, FOOT_ROWS, FOOT_ROW_LETTERS = 14, 4, 4, 60
VARIANT = "pdf/ua-1"


class FetchRefused(FatalURLFetchingError):  # type: ignore[misc]
    """A paper asked for something that was not given to it."""


class NothingFetched(URLFetcher):  # type: ignore[misc]
    """Fetch nothing, from nowhere: a paper consists of the texts it is given."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        raise FetchRefused(f"a paper asked for {url[:200]}")


@dataclass(frozen=True)
class Rendered:
    """A PDF and its number of pages."""

    content: bytes
    pages: int


def render(paper: Paper) -> Rendered:
    """Draw a paper as a tagged PDF (PDF/UA); the same paper gives the same bytes on one machine."""
    markup = render_to_string("delivery/invoice.html", {"paper": paper})
    fonts, style = _fonts(), _style(paper.page_size, _foot_mm(paper))
    document = HTML(string=markup, url_fetcher=NothingFetched()).render(
        font_config=fonts, stylesheets=[style], pdf_variant=VARIANT
    )
    identifier = hashlib.sha256(markup.encode()).hexdigest()[:32].encode()
    content: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier)
    return Rendered(content=content, pages=len(document.pages))


@cache
def _fonts() -> FontConfiguration:
    """Return this process's font configuration: a fresh one per document would cost a fifth more and leak memory."""
    return FontConfiguration()


@cache
def _style(page_size: str, foot_mm: int) -> CSS:
    style = render_to_string("delivery/invoice.css", {"page_size": page_size, "foot_mm": foot_mm})
    return CSS(string=style, url_fetcher=NothingFetched(), font_config=_fonts())


def _foot_mm(paper: Paper) -> int:
    """Return the room that the foot of each page needs, guessed from its texts: legal ids must not run off the page."""
    rows = sum(ceil(len(line) * (1 if line.isascii() else 2) / FOOT_ROW_LETTERS) for line in paper.footer)
    return FOOT_MARGIN_MM + FOOT_ROW_MM * max(rows + bool(paper.seller.tax_id), FOOT_ROWS)
