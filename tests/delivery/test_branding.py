"""Logo and colour on paper: as they were when the invoice was finalized."""

from io import BytesIO

from PIL import Image
from pypdf import PdfReader

from apps.delivery import rendering
from apps.delivery.paper import invoice_paper
from apps.tenancy import operations as tenancy
from apps.tenancy.models import Organization
from tests.builders import OCTOBER
from tests.delivery.conftest import billed
from tests.delivery.papers import line, paper
from tests.tenancy.test_brand import drawn


def pictures(content: bytes) -> list[tuple[int, int]]:
    """Return the size of each picture on the first page."""
    page = PdfReader(BytesIO(content)).pages[0]
    return [Image.open(BytesIO(image.data)).size for image in page.images]


def test_the_logo_stands_on_the_paper_with_its_name_for_those_who_listen(seller: Organization) -> None:
    tenancy.set_logo(organization=seller, content=drawn(), now=OCTOBER)
    told = invoice_paper(invoice=billed(seller, calls=1))
    assert 'alt="Northwind Studio"' in rendering.request_of(told).markup
    assert pictures(rendering.render(told).content) == [(400, 100)]


def test_another_logo_is_for_invoices_from_now_on(seller: Organization) -> None:
    seller.color = "#1a4f8b"
    seller.save()
    tenancy.set_logo(organization=seller, content=drawn(), now=OCTOBER)
    invoice = billed(seller, calls=1)
    seller.color = "#b00020"
    seller.save()
    tenancy.set_logo(organization=seller, content=None, now=OCTOBER)
    request = rendering.request_of(invoice_paper(invoice=invoice))
    assert list(request.pictures) == ["logo"]
    assert "#1a4f8b" in request.style and "#b00020" not in request.style


def test_papers_of_before_have_neither(seller: Organization) -> None:
    request = rendering.request_of(paper([line()]))
    assert (request.pictures, "<img" in request.markup, "#111111" in request.style) == ({}, False, True)
