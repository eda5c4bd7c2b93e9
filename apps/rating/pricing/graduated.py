"""Each unit at the price of the tier it falls in."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.pricing.base import QuantityModel
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import ZERO, Step
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.tiers import Tier, bounds, read_tiers
from apps.rating.pricing.wording import Format


@dataclass(frozen=True, kw_only=True)
class Graduated(QuantityModel):
    """Units fill the tiers from the bottom; a tier's flat amount is due once it is reached, the first one's always.

    A tier sold in blocks rounds up the units that fall into it, whatever the other tiers hold.
    """

    tiers: tuple[Tier, ...]

    NAME = "graduated"
    MEMBERS = frozenset({"tiers"})

    @classmethod
    def read(cls, members: Members, terms: Terms) -> Self:
        return cls(tiers=read_tiers(members), terms=terms)

    def form(self) -> dict[str, object]:
        return {"tiers": [tier.form() for tier in self.tiers]}

    def described(self, *, unit: str, number: Format) -> str:
        return ", ".join(tier.described(unit=unit, number=number) for tier in self.tiers)

    def landmarks(self) -> tuple[Decimal, ...]:
        return bounds(self.tiers)

    def price(self, billable: Decimal) -> tuple[Step, ...]:
        steps: list[Step] = []
        below = ZERO
        for tier in self.tiers:
            top = billable if tier.up_to is None else min(billable, tier.up_to)
            steps.extend(tier.steps(top - below, above=below))
            if tier.up_to is None or billable <= tier.up_to:
                break
            below = tier.up_to
        return tuple(steps)
