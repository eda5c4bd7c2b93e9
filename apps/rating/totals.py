"""Tax and totals of a document.

The sums satisfy EN 16931: line nets add up to the subtotal, each tax group's tax is computed on the group's base, and
subtotal plus tax is the total.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from apps.rating.exact import EXACT, half_away
from apps.rating.split import split


class TaxableLine(Struct, frozen=True):
    """One line's amount in minor units, its tax category and its rate as a fraction: Decimal("0.19") is 19 %.

    The amount is net on a tax-exclusive document and gross on an inclusive one.
    Raises ValueError for a negative amount and for a rate that isn't a fraction between 0 and 1.
    """

    amount_minor: int
    category: str
    rate: Decimal

    def __post_init__(self) -> None:
        if self.amount_minor < 0:
            raise ValueError("a taxable line must not be negative")
        if not self.rate.is_finite() or not 0 <= self.rate <= 1:
            raise ValueError("a tax rate is a fraction between 0 and 1, such as 0.19 for 19 %")


class TaxGroup(Struct, frozen=True):
    """The tax on all lines of one category and rate, in minor units; the base is net."""

    category: str
    rate: Decimal
    base_minor: int
    tax_minor: int


class Totals(Struct, frozen=True):
    """The sums of a document in minor units. `net_minor` holds each line's net, in the order of the lines."""

    subtotal_minor: int
    groups: tuple[TaxGroup, ...]
    tax_minor: int
    total_minor: int
    net_minor: tuple[int, ...]


def totals(lines: Sequence[TaxableLine], *, inclusive: bool = False) -> Totals:
    """Work out tax and totals of a document that is wholly tax-exclusive, or wholly tax-inclusive.

    Tax is rounded once per group of category and rate, half away from zero. Inclusive, the gross never moves: tax is
    taken out of it, and the net is spread over the group's lines by largest remainder.
    """
    groups: list[TaxGroup] = []
    nets = [line.amount_minor for line in lines]
    for (category, rate), positions in sorted(_positions(lines).items()):
        amounts = [lines[position].amount_minor for position in positions]
        tax = _tax(sum(amounts), rate, inclusive=inclusive)
        base = sum(amounts) - tax if inclusive else sum(amounts)
        groups.append(TaxGroup(category, rate, base, tax))
        if inclusive:
            for position, net in zip(positions, split(base, amounts), strict=True):
                nets[position] = net
    subtotal, tax = sum(nets), sum(group.tax_minor for group in groups)
    return Totals(subtotal, tuple(groups), tax, subtotal + tax, tuple(nets))


def _positions(lines: Sequence[TaxableLine]) -> dict[tuple[str, Decimal], list[int]]:
    positions: dict[tuple[str, Decimal], list[int]] = {}
    for position, line in enumerate(lines):
        positions.setdefault((line.category, line.rate), []).append(position)
    return positions


def _tax(amount_minor: int, rate: Decimal, *, inclusive: bool) -> int:
    if not inclusive:
        return half_away(EXACT.multiply(Decimal(amount_minor), rate))
    exact = Fraction(rate)
    return half_away(amount_minor * exact / (1 + exact))
