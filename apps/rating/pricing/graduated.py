"""Each unit at the price of the tier it falls in."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.pricing.base import PricingModel
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import ZERO, Step, StepKind
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.tiers import Tier, read_tiers


@dataclass(frozen=True, kw_only=True)
class Graduated(PricingModel):
    """Units fill the tiers from the bottom; a tier's flat amount is due once it is reached, the first one's always."""

    tiers: tuple[Tier, ...]

    NAME = "graduated"
    MEMBERS = frozenset({"tiers"})

    @classmethod
    def read(cls, members: Members, terms: Terms) -> Self:
        return cls(tiers=read_tiers(members), terms=terms)

    def form(self) -> dict[str, object]:
        return {"tiers": [tier.form() for tier in self.tiers]}

    def price(self, billable: Decimal) -> tuple[Step, ...]:
        steps: list[Step] = []
        below = ZERO
        for tier in self.tiers:
            steps.extend(_tier_steps(tier, below, billable))
            if tier.up_to is None or billable <= tier.up_to:
                break
            below = tier.up_to
        return tuple(steps)


def _tier_steps(tier: Tier, below: Decimal, billable: Decimal) -> tuple[Step, ...]:
    top = billable if tier.up_to is None else min(billable, tier.up_to)
    units = Step(
        kind=StepKind.UNITS,
        quantity=top - below,
        unit_amount=tier.unit_amount,
        amount=(top - below) * tier.unit_amount,
        above=below,
        up_to=tier.up_to,
    )
    if tier.flat_amount == 0:
        return (units,)
    return units, Step(kind=StepKind.FLAT, amount=tier.flat_amount, above=below, up_to=tier.up_to)
