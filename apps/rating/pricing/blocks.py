"""Units sold in blocks: a block that is begun is paid whole."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Self

from apps.rating.numbers import plain
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import Step, StepKind
from apps.rating.pricing.wording import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """So many units for one amount."""

    size: Decimal
    amount: Decimal

    MEMBERS = frozenset({"package_size", "package_amount"})

    @classmethod
    def read(cls, members: Members) -> Self:
        """Read the block's members of a price form or of one of its tiers."""
        return cls(size=members.positive("package_size"), amount=members.decimal("package_amount"))

    def form(self) -> dict[str, object]:
        """Give the JSON form."""
        return {"package_size": plain(self.size), "package_amount": plain(self.amount)}

    def described(self, *, number: Format) -> str:
        """Say the block: "5 per block of 100"."""
        return f"{number(self.amount)} per block of {number(self.size)}"

    def step(self, units: Decimal, *, above: Decimal | None = None, up_to: Decimal | None = None) -> Step:
        """Price units by the block, in the tier over `above` if there is one; runs in the exact context."""
        blocks = Decimal(ceil(Fraction(units) / Fraction(self.size)))
        return Step(
            kind=StepKind.BLOCKS,
            quantity=units,
            divide_by=self.size,
            becomes=blocks,
            unit_amount=self.amount,
            amount=blocks * self.amount,
            above=above,
            up_to=up_to,
        )
