"""Scaling money that belongs to time by the share of a period that was used."""

from decimal import Decimal
from fractions import Fraction

from apps.rating.exact import at_places

WHOLE = Fraction(1)

# A product of unit amount and quantity has at most 24 decimals, and a share of a year counts its microseconds, so the
# exact result stands at least 1/(2 · 10^24 · 3·10^13) away from any half minor unit that it doesn't hit. 40 decimals
# are finer than that: the later rounding to minor units always lands where it would for the exact fraction.
_PLACES = 40


def prorate(amount: Decimal, share: Fraction) -> Decimal:
    """Give the part of an exact amount that belongs to a share of its period; rounding to money comes later.

    Raises ValueError for a share below zero or above one.
    """
    if not 0 <= share <= 1:
        raise ValueError("a share lies between nothing and the whole")
    if share == WHOLE:
        return amount
    return at_places(Fraction(amount) * share, _PLACES)
