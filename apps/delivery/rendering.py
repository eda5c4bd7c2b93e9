"""Lay a paper out and have it drawn as a PDF, by a process of its own (renderer.py)."""

import hashlib
from functools import cache
from math import ceil

from django.conf import settings
from django.template.loader import render_to_string

from apps.delivery.paper import Paper
from apps.delivery.renderer import Drawn, Renderer, Request
from apps.delivery.statement_paper import StatementPaper
from apps.tenancy import queries as tenancy

# What no font prints, beside spaces and new lines: programs bring it along, and the text that it is in is frozen.
PRINTS_NOTHING = dict.fromkeys((*range(0x09), *range(0x0B, 0x0D), *range(0x0E, 0x20), *range(0x7F, 0xA0), 0x2028), " ")
FOOT_MARGIN_MM, FOOT_ROW_MM, FOOT_ROWS, FOOT_ROW_LETTERS = 14, 4, 4, 60


def render(paper: Paper | StatementPaper) -> Drawn:
    """Draw a paper as a tagged PDF; the same paper gives the same bytes on one machine.

    Raise Undrawable where it cannot be drawn: it wants too much time or memory, or has a letter that no font has.
    """
    return renderer().draw(request_of(paper))


def request_of(paper: Paper | StatementPaper) -> Request:
    """Lay a paper out."""
    logo = tenancy.logo_of(digest=paper.logo)
    template = "delivery/statement.html" if isinstance(paper, StatementPaper) else "delivery/invoice.html"
    markup = render_to_string(template, {"paper": paper, "has_logo": logo is not None}).translate(PRINTS_NOTHING)
    layout = {
        "page_size": paper.page_size,
        "color": paper.color,
        "foot_mm": _foot_mm(paper),
        "page": paper.labels.page,
    }
    style = render_to_string("delivery/invoice.css", layout)
    identifier = hashlib.sha256(markup.encode()).hexdigest()[:32]
    return Request(markup, style, identifier, {"logo": bytes(logo.content)} if logo else {})


@cache
def renderer() -> Renderer:
    """Return this process's renderer."""
    return Renderer(seconds=settings.PDF_SECONDS, mebibytes=settings.PDF_MEMORY_MB)


def _foot_mm(paper: Paper | StatementPaper) -> int:
    """Return the room that the foot of each page needs, guessed from its texts: legal ids must not run off the page."""
    rows = sum(ceil(len(line) * (1 if line.isascii() else 2) / FOOT_ROW_LETTERS) for line in paper.footer)
    return FOOT_MARGIN_MM + FOOT_ROW_MM * max(rows + bool(paper.seller.tax_id), FOOT_ROWS)
