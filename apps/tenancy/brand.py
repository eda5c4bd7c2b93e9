"""What an organization may print: pictures that are pictures, and colours that can be read on white paper."""

import re
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from django.core.exceptions import ValidationError
from PIL import Image, UnidentifiedImageError

from apps.core.refusals import Refusal

LARGEST_BYTES = 1_000_000
LARGEST_PIXELS = 4000
SMALLEST_PIXELS = 16
STORED_PIXELS = (800, 300)  # as fine as paper shows it, in a file that can stand in every PDF
FORMATS = ("PNG", "JPEG")
COLOR = re.compile(r"\A#[0-9a-fA-F]{6}\Z")
LEAST_CONTRAST_HUNDREDTHS = 450  # WCAG 2: text of normal size


@dataclass(frozen=True)
class Picture:
    """A picture as it is stored: drawn anew, so that it holds nothing but its pixels."""

    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal."""
        return sha256(self.content).hexdigest()


ENDS = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}
TAIL = 1024


def picture_of(content: bytes) -> Picture:
    """Read a PNG or JPEG and draw it anew, not larger than paper needs.

    Raise Refusal for anything else, for what is too large, and for a broken file. SVG is refused: it is a program.
    """
    if len(content) > LARGEST_BYTES:
        raise _refused(f"The file is too large: use at most {LARGEST_BYTES // 1_000_000} MB.")
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
        kind = str(image.format)
        if max(image.size) > LARGEST_PIXELS or min(image.size) < SMALLEST_PIXELS:
            raise _refused(f"Use a picture of {SMALLEST_PIXELS} to {LARGEST_PIXELS} pixels on each side.")
        drawn = image.convert("RGBA" if kind == "PNG" else "RGB")
        if ENDS[kind] not in content[-TAIL:]:  # a program of this process may have told Pillow to take half a file
            raise OSError("the file ends early")
    except UnidentifiedImageError:
        raise _refused("Use a PNG or JPEG picture.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _refused("The picture is broken: save it anew as PNG or JPEG.") from None
    drawn.thumbnail(STORED_PIXELS)
    stored = BytesIO()
    drawn.save(stored, kind, optimize=True)
    return Picture(stored.getvalue(), Image.MIME[kind], *drawn.size)


def validate_color(color: str) -> None:
    """Raise ValidationError unless it is a colour such as #1a4f8b that can be read on white."""
    if not COLOR.match(color):
        raise ValidationError("Write the colour as # and six digits, such as #1a4f8b.", code="color")
    if _contrast_hundredths(color) < LEAST_CONTRAST_HUNDREDTHS:
        raise ValidationError(
            "This is too light to be read on white paper: choose a darker colour.", code="color_light"
        )


def _contrast_hundredths(color: str) -> int:
    """Return a colour's contrast to white as WCAG 2 reckons it, times a hundred."""
    red, green, blue = (_linear(int(color[place : place + 2], 16)) for place in (1, 3, 5))
    luminance = (2126 * red + 7152 * green + 722 * blue) / 10_000
    return int(100 * 105 / (100 * luminance + 5))


def _linear(level: int) -> float:
    share = level / 255
    return share / (1292 / 100) if share * 100_000 <= 4045 else ((share * 1000 + 55) / 1055) ** (24 / 10)


def _refused(sentence: str) -> Refusal:
    return Refusal("invalid_logo", sentence, field="logo")
