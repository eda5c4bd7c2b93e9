"""Logos and colours: pictures that are pictures, drawn anew, and colours that can be read."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from apps.core.refusals import Refusal
from apps.tenancy import operations, queries
from apps.tenancy.brand import picture_of, validate_color
from apps.tenancy.models import Logo, Organization, validate_reminder_days
from tests.builders import SEPTEMBER


def drawn(kind: str = "PNG", size: tuple[int, int] = (400, 100), mode: str = "RGB", **options: object) -> bytes:
    """Return a picture of one colour."""
    file = BytesIO()
    Image.new(mode, size, "#1a4f8b").save(file, kind, **options)
    return file.getvalue()


def test_a_logo_is_stored_once_and_used(seller: Organization) -> None:
    operations.set_logo(organization=seller, content=drawn(), now=SEPTEMBER)
    operations.set_logo(organization=seller, content=drawn(), now=SEPTEMBER)
    logo = queries.logo_of(digest=Organization.objects.get(pk=seller.pk).logo)
    assert logo == Logo.objects.get()
    assert (logo.media_type, Image.open(BytesIO(bytes(logo.content))).size) == ("image/png", (400, 100))


def test_a_logo_taken_away_stays_for_the_invoices_that_have_it(seller: Organization) -> None:
    operations.set_logo(organization=seller, content=drawn(), now=SEPTEMBER)
    old = seller.logo
    operations.set_logo(organization=seller, content=None, now=SEPTEMBER)
    assert Organization.objects.get(pk=seller.pk).logo == ""
    assert queries.logo_of(digest="") is None
    assert queries.logo_of(digest=old) is not None


@pytest.mark.parametrize("statement", ["UPDATE tenancy_logo SET content = ''", "DELETE FROM tenancy_logo"])
def test_the_database_refuses_to_change_one(seller: Organization, statement: str) -> None:
    operations.set_logo(organization=seller, content=drawn(), now=SEPTEMBER)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "L"), ("JPEG", "CMYK")])
def test_png_and_jpeg_are_taken_however_they_are_coloured(kind: str, mode: str) -> None:
    picture = picture_of(drawn(kind, mode=mode))
    assert picture.media_type == f"image/{kind.lower()}"
    assert (picture.width, picture.height) == (400, 100)


def test_it_is_made_as_small_as_paper_needs() -> None:
    picture = picture_of(drawn(size=(3000, 3000)))
    assert (picture.width, picture.height) == (300, 300)


def test_nothing_but_pixels_is_kept() -> None:
    words = PngInfo()
    words.add_text("Comment", "canary")
    content = drawn(pnginfo=words) + b"<script>canary</script>"
    assert content.count(b"canary") == 2
    assert b"canary" not in picture_of(content).content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'/>", "PNG or JPEG"),
        (drawn("GIF"), "PNG or JPEG"),
        (drawn()[:200], "broken"),
        (drawn("JPEG")[:300], "broken"),
        (drawn(size=(15, 100)), "16 to 4000 pixels"),
        (drawn(size=(4001, 100)), "16 to 4000 pixels"),
        (drawn() + bytes(1_000_000), "at most 1 MB"),
    ],
)
def test_anything_else_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence) as refused:
        picture_of(content)
    assert refused.value.field == "logo"


@pytest.mark.parametrize("color", ["#111111", "#1a4f8b", "#1A4F8B", "#767676", "#b00020"])
def test_dark_colours_are_fine(color: str) -> None:
    validate_color(color)


@pytest.mark.parametrize(
    ("color", "sentence"),
    [
        ("", "six digits"),
        ("red", "six digits"),
        ("#fff", "six digits"),
        ("#1a4f8b;", "six digits"),
        ("#1a4f8b\n", "six digits"),
        ("url(x)", "six digits"),
        ("#ffffff", "too light"),
        ("#777777", "too light"),
        ("#ffcc00", "too light"),
    ],
)
def test_what_is_no_colour_or_too_light_is_refused(color: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        validate_color(color)


@pytest.mark.parametrize("days", [[], [-3, 3, 10], [0], [-60, 365]])
def test_days_of_reminders(days: list[int]) -> None:
    validate_reminder_days(days)


@pytest.mark.parametrize(
    "days", [None, "3", [3, -3], [3, 3], [-61], [366], [1.5], ["3"], [True], list(range(11)), {"3": 3}]
)
def test_days_that_are_none_are_refused(days: object) -> None:
    with pytest.raises(ValidationError):
        validate_reminder_days(days)
