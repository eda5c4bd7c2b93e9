"""A line of small bars beside a number: the shape of many values, without axis or labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from apps.rating.exact import at_places
from apps.rating.numbers import plain

HEIGHT = 24
LEAST = Fraction(1)  # pixel of whatever is not zero


@dataclass(frozen=True, kw_only=True)
class SmallBar:
    """One value as drawn: which column, how far down it begins, how tall it is."""

    at: int
    y: str
    height: str


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """Small bars as the template draws them, and the same in words."""

    words: str
    columns: int
    height: int
    bars: tuple[SmallBar, ...]


def sparkline(values: Sequence[Decimal | None], *, words: str) -> Sparkline:
    """Lay small bars out, the greatest at full height; None is a value still to come. `words` say what they show."""
    known = [Fraction(value or 0) for value in values]
    high, low = max([Fraction(0), *known]), min([Fraction(0), *known])
    scale = Fraction(HEIGHT) / (high - low) if high != low else Fraction(0)
    bars = []
    for place, value in enumerate(known):
        height = max(abs(value) * scale, LEAST)
        zero = high * scale
        top = min(zero, HEIGHT - LEAST) if value < 0 else max(zero - height, Fraction(0))
        if value != 0:
            bars.append(SmallBar(at=place, y=_text(top), height=_text(height)))
    return Sparkline(words=words, columns=max(len(values), 1), height=HEIGHT, bars=tuple(bars))


def _text(number: Fraction) -> str:
    return plain(at_places(number, 2))
