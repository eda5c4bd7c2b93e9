"""Turning the quantity measured into the quantity sold: per thousand tokens, per started hour."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Self

from apps.rating.exact import EXACT, at_places
from apps.rating.numbers import PLACES, plain
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import Step, StepKind


class Rounding(StrEnum):
    """What happens to the part of a unit that a division leaves."""

    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """Divide the quantity, then round it to whole units by `rounding`."""

    divide_by: Decimal
    rounding: Rounding

    MEMBERS = frozenset({"divide_by", "round"})

    @classmethod
    def read(cls, members: Members) -> Self:
        """Read the `transform` member of a price form."""
        rounding = members.choice("round", tuple(Rounding))
        return cls(divide_by=members.positive("divide_by"), rounding=Rounding(rounding))

    def form(self) -> dict[str, object]:
        """Give the JSON form."""
        return {"divide_by": plain(self.divide_by), "round": str(self.rounding)}

    def step(self, quantity: Decimal) -> Step:
        """Say what the quantity becomes.

        Without rounding it keeps 12 decimals, as every quantity does: a third has no end.
        """
        return Step(
            kind=StepKind.TRANSFORM,
            quantity=quantity,
            divide_by=self.divide_by,
            rounding=str(self.rounding),
            becomes=self.apply(quantity),
        )

    def apply(self, quantity: Decimal) -> Decimal:
        """Give the quantity in the units that are sold."""
        exact = Fraction(quantity) / Fraction(self.divide_by)
        match self.rounding:
            case Rounding.UP:
                return Decimal(ceil(exact))
            case Rounding.DOWN:
                return Decimal(floor(exact))
            case Rounding.NEAREST:
                return at_places(exact, 0)
            case Rounding.NONE:
                return at_places(exact, PLACES)

    def measured(self, units: Decimal) -> Decimal:
        """Give the quantity that becomes so many units; of units that are rounded up only whole ones can come."""
        whole = units.to_integral_value(ROUND_FLOOR, context=EXACT) if self.rounding == Rounding.UP else units
        return EXACT.multiply(whole, self.divide_by)
