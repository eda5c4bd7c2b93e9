"""Where more units cost less, as all-at-one-price tiers may make it: said to whoever sets the price."""

from collections.abc import Iterator
from decimal import Decimal, localcontext

from apps.rating.exact import EXACT
from apps.rating.numbers import PLACES, plain
from apps.rating.pricing.base import PricingModel
from apps.rating.pricing.sampling import floor, measured, sold_whole
from apps.rating.pricing.wording import Format


def warnings(model: PricingModel, *, number: Format = plain, money: Format = plain) -> tuple[str, ...]:
    """Give a sentence for each tier whose first units cost less than the last ones of the tier before it.

    Within a tier no amount falls, so this finds every dip. Included units, transform, minimum and maximum are taken
    into account: the quantities are measured ones, the amounts those of a whole period.
    """
    with localcontext(EXACT):
        dips = [dip for landmark in model.landmarks() for dip in _dip(model, landmark)]
    sentences = (
        f"{number(quantity)} cost {money(amount)}, but {number(more)} cost only {money(less)}: more units for less."
        for quantity, amount, more, less in dips
    )
    return tuple(dict.fromkeys(sentences))


def _dip(model: PricingModel, landmark: Decimal) -> Iterator[tuple[Decimal, Decimal, Decimal, Decimal]]:
    """Find a quantity beyond a landmark that costs less than the landmark does: the next whole one, else a nearer."""
    end = landmark + model.terms.included_units
    if sold_whole(model.terms):
        end = floor(end)
    quantity = measured(model.terms, end)
    amount = model.rate(quantity).amount
    for beyond in _beyond(end, whole=sold_whole(model.terms)):
        more = measured(model.terms, beyond)
        less = model.rate(more).amount
        if less < amount:
            yield quantity, amount, more, less
            return


def _beyond(end: Decimal, *, whole: bool) -> Iterator[Decimal]:
    yield floor(end) + 1
    if not whole:
        for places in range(1, PLACES + 1):
            yield end + Decimal(1).scaleb(-places)
