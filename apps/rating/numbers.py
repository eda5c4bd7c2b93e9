"""Numbers as text: how they come in from people and programs, and how they go out."""

import re
from decimal import Decimal

PLACES = 12
WHOLE_DIGITS = 15

_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+)(?:\.(?P<decimals>[0-9]+))?")


class BadNumber(ValueError):
    """A text is not a number that can be billed. Carries the field's name and a plain sentence about it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence


def decimal_from_text(text: object, *, field: str, places: int = PLACES, negative: bool = True) -> Decimal:
    """Read a decimal number: ASCII digits, at most one point, an optional minus; 15 digits before the point.

    Only text that passed the pattern and the bounds is made a Decimal. Raises BadNumber naming the field for anything
    else: floats, NaN, exponents, underscores, spaces, other scripts' digits, more than `places` decimals.
    """
    if not isinstance(text, str):
        raise BadNumber(field, 'This must be a number written as text, such as "12.5".')
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise BadNumber(field, "This must be a number such as 12 or 12.5: digits, and a point before any decimals.")
    if len(match["whole"].lstrip("0")) > WHOLE_DIGITS:
        raise BadNumber(field, f"This number is too large: at most {WHOLE_DIGITS} digits before the point.")
    if len(match["decimals"] or "") > places:
        raise BadNumber(field, _too_fine(places))
    number = Decimal(text)
    if number < 0 and not negative:
        raise BadNumber(field, "This number must not be negative.")
    return abs(number) if number == 0 else number


def _too_fine(places: int) -> str:
    if places == 0:
        return "This must be a whole number."
    return f"This number has too many decimals: at most {places}."


def plain(number: Decimal) -> str:
    """Write a decimal in its one canonical way: "3", "0.001", "-1.5"; no exponent, no trailing zeros, no minus zero.

    Raises ValueError for NaN and infinity.
    """
    if not number.is_finite():
        raise ValueError("NaN and infinity have no plain text")
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
