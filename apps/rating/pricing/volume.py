"""All units at the price of the tier that the last of them reaches."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.pricing.base import QuantityModel
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import Step
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.tiers import Tier, bounds, read_tiers, tier_of
from apps.rating.pricing.wording import Format


@dataclass(frozen=True, kw_only=True)
class Volume(QuantityModel):
    """The tier that the quantity lies in prices every unit, and its flat amount is the only one due.

    The amount may fall where a tier begins: `dips.warnings` says where.
    """

    tiers: tuple[Tier, ...]

    NAME = "volume"
    MEMBERS = frozenset({"tiers"})

    @classmethod
    def read(cls, members: Members, terms: Terms) -> Self:
        return cls(tiers=read_tiers(members), terms=terms)

    def form(self) -> dict[str, object]:
        return {"tiers": [tier.form() for tier in self.tiers]}

    def described(self, *, unit: str, number: Format) -> str:
        tiers = ", ".join(tier.described(unit=unit, number=number) for tier in self.tiers)
        return f"all at the tier reached: {tiers}"

    def landmarks(self) -> tuple[Decimal, ...]:
        return bounds(self.tiers)

    def price(self, billable: Decimal) -> tuple[Step, ...]:
        above, tier = tier_of(self.tiers, billable)
        return tier.steps(billable, above=above)
