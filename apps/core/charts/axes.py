"""The scale of a chart: round steps, and where a value lies on them. Exact: no float comes near a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor

from apps.rating.exact import EXACT

MOST_STEPS = 5
ROUND = (Decimal(1), Decimal(2), Decimal(5))


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A scale that begins and ends on a step and always holds zero."""

    step: Decimal
    lowest: int
    highest: int

    @property
    def ticks(self) -> tuple[Decimal, ...]:
        """Return the values of the steps, lowest first."""
        with localcontext(EXACT):
            return tuple(self.step * number for number in range(self.lowest, self.highest + 1))

    def place(self, value: Decimal) -> Fraction:
        """Return how far below the top a value lies, as a part of the whole scale; beyond it, 0 or 1."""
        steps = Fraction(value) / Fraction(self.step)
        return min(max((self.highest - steps) / (self.highest - self.lowest), Fraction(0)), Fraction(1))


def axis(values: Iterable[Decimal]) -> Axis:
    """Return the scale with the finest round step (1, 2 or 5 times a power of ten) that holds zero and all values.

    Whole values get whole steps: nobody makes half a call. Where there is nothing but zero it ends at 1.
    """
    given = [Decimal(0), *values]
    low, high = min(given), max(given)
    if low == high:
        high = Decimal(1)
    whole = all(value == value.to_integral_value(context=EXACT) for value in given)
    with localcontext(EXACT):
        exponent = (high - low).adjusted() - 1
        if whole:
            exponent = max(exponent, 0)
        while True:
            for leading in ROUND:
                found = _with(leading.scaleb(exponent), low, high)
                if found.highest - found.lowest <= MOST_STEPS:
                    return found
            exponent += 1


def _with(step: Decimal, low: Decimal, high: Decimal) -> Axis:
    lowest, highest = floor(Fraction(low) / Fraction(step)), ceil(Fraction(high) / Fraction(step))
    return Axis(step=step, lowest=lowest, highest=highest)
