"""One price for everything, set by the tier that the quantity reaches."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.numbers import plain
from apps.rating.pricing.base import QuantityModel
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import Step, StepKind
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.tiers import Tier, bound_form, bounds, reach, read_tiers, tier_of
from apps.rating.pricing.wording import Format

_TIER_MEMBERS = frozenset({"up_to", "flat_amount"})


@dataclass(frozen=True, kw_only=True)
class Stairstep(QuantityModel):
    """The flat amount of the tier that the quantity lies in is all that is due; at zero it is the first one's.

    Its tiers have no unit amount. The amount may fall where a tier begins: `dips.warnings` says where.
    """

    tiers: tuple[Tier, ...]

    NAME = "stairstep"
    MEMBERS = frozenset({"tiers"})

    @classmethod
    def read(cls, members: Members, terms: Terms) -> Self:
        return cls(tiers=read_tiers(members, allowed=_TIER_MEMBERS, read=_read_tier), terms=terms)

    def form(self) -> dict[str, object]:
        return {"tiers": [{**bound_form(tier), "flat_amount": plain(tier.flat_amount)} for tier in self.tiers]}

    def described(self, *, unit: str, number: Format) -> str:
        return ", ".join(f"{number(tier.flat_amount)} {reach(tier, number=number)}" for tier in self.tiers)

    def landmarks(self) -> tuple[Decimal, ...]:
        return bounds(self.tiers)

    def price(self, billable: Decimal) -> tuple[Step, ...]:
        above, tier = tier_of(self.tiers, billable)
        return (Step(kind=StepKind.STAIR, quantity=billable, amount=tier.flat_amount, above=above, up_to=tier.up_to),)


def _read_tier(members: Members) -> Tier:
    return Tier(up_to=members.nullable("up_to"), flat_amount=members.decimal("flat_amount"))
