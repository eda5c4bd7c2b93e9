"""Quantities that show how a price goes: worth a row in a live table beside its form."""

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal, localcontext

from apps.rating.exact import EXACT
from apps.rating.pricing.base import PricingModel
from apps.rating.pricing.steps import ZERO
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.transforms import Rounding

ONE = Decimal(1)
MOST_SAMPLES = 24


def samples(model: PricingModel, *, most: int = MOST_SAMPLES) -> tuple[Decimal, ...]:
    """Give measured quantities worth showing, rising from zero, at most so many.

    They stand at, just before and just after each place where the price goes on in another way, at the included units,
    and at some round steps beyond the last of these.
    """
    with localcontext(EXACT):
        included = model.terms.included_units
        marks = [included + landmark for landmark in model.landmarks()] or [included]
        sold = {ZERO, ONE}
        for mark in (included, *marks):
            sold |= {mark - 1, mark, mark + 1}
        if not model.landmarks():
            sold |= {included + 10**power for power in (1, 2, 3)}
        sold |= {marks[-1] * 2, marks[-1] * 10}
        return _thinned(sorted(measured(model.terms, units) for units in sold if units >= 0), most)


def measured(terms: Terms, sold: Decimal) -> Decimal:
    """Give a measured quantity that the transform turns into so many units."""
    return sold if terms.transform is None else sold * terms.transform.divide_by


def sold_whole(terms: Terms) -> bool:
    """Tell whether the transform leaves whole units only."""
    return terms.transform is not None and terms.transform.rounding != Rounding.NONE


def floor(quantity: Decimal) -> Decimal:
    """Give the whole units in a quantity."""
    return quantity.to_integral_value(ROUND_FLOOR)


def _thinned(quantities: Iterable[Decimal], most: int) -> tuple[Decimal, ...]:
    """Leave out quantities evenly, never the first or the last."""
    rising = sorted(set(quantities))
    if len(rising) <= most:
        return tuple(rising)
    last = len(rising) - 1
    return tuple(rising[position * last // (most - 1)] for position in range(most))
