"""Labels of a chart that do not run into each other, on a desk and on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from apps.rating.exact import at_places
from apps.rating.numbers import plain

WIDE, NARROW = 340, 250  # pixels that a picture has at the least on a desk, and on a phone
CHARACTER, SPACE = 6, 8
ABOVE, BELOW, LINE_HEIGHT = Decimal(5), Decimal(13), Decimal(14)


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label below the picture: how far to the right, which part of it is there, and whether a phone leaves it out."""

    x: str
    text: str
    anchor: str
    wide: bool


@dataclass(frozen=True)
class Note:
    """The name of a line, and how far down the line lies."""

    depth: Decimal
    text: str


@dataclass(frozen=True)
class _Spot:
    text: str
    middle: Fraction  # of the picture's width

    def edges(self, width: int) -> tuple[Fraction, Fraction]:
        """Return where the text begins and ends in a picture of this width; it never leaves the picture."""
        length = Fraction(min(len(self.text) * CHARACTER, width))
        start = self.middle * width - length / 2
        start = min(max(start, Fraction(0)), width - length)
        return start, start + length

    def anchor(self, width: int) -> str:
        """Return which part of the text stands at its spot: its middle, unless it would leave the picture."""
        start, end = self.edges(width)
        centred = start + end == 2 * self.middle * width
        return "middle" if centred else "start" if start == 0 else "end"


def placed(texts: Sequence[str], *, columns: int) -> tuple[Label, ...]:
    """Return the labels there is room for below columns: each, or each second one, and so on; empty ones are none."""
    spots = [_Spot(text, Fraction(2 * place + 1, 2 * columns)) for place, text in enumerate(texts) if text]
    return _placed(spots)


def placed_at(texts: Sequence[tuple[Fraction, str]]) -> tuple[Label, ...]:
    """Return the labels there is room for at parts of the picture's width, from left to right."""
    return _placed([_Spot(text, middle) for middle, text in texts])


def _placed(spots: Sequence[_Spot]) -> tuple[Label, ...]:
    wide = _thinned(spots, WIDE)
    narrow = set(_thinned(wide, NARROW))
    return tuple(_label(spot, spot not in narrow) for spot in wide)


def spread(notes: Sequence[Note]) -> list[Decimal]:
    """Return the depth at which each note is written, from the highest line down.

    A note stands above its line; where the note before leaves no room there, it stands below.
    """
    depths: list[Decimal] = []
    for note in notes:
        above = note.depth - ABOVE
        free = depths[-1] + LINE_HEIGHT if depths else above
        depths.append(above if above >= free else max(note.depth + BELOW, free))
    return depths


def _thinned(spots: Sequence[_Spot], width: int) -> Sequence[_Spot]:
    """Keep every nth spot, with the least n that leaves room between them."""
    for every in range(1, len(spots) + 1):
        kept = spots[::every]
        edges = [spot.edges(width) for spot in kept]
        if all(left[1] + SPACE <= right[0] for left, right in pairwise(edges)):
            return kept
    return spots[:1]


def _label(spot: _Spot, wide: bool) -> Label:
    anchor = spot.anchor(WIDE if wide else NARROW)
    x = {"start": Fraction(0), "end": Fraction(1)}.get(anchor, spot.middle)
    return Label(x=plain(at_places(x * 100, 3)), text=spot.text, anchor=anchor, wide=wide)
