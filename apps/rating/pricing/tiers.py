"""Tiers: bounds that follow each other without gap, the last one open."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.numbers import plain
from apps.rating.pricing.forms import Members, PriceFormError
from apps.rating.pricing.steps import ZERO

MOST_TIERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Units over the tier before, up to and with `up_to`; None means without end."""

    up_to: Decimal | None
    unit_amount: Decimal
    flat_amount: Decimal = ZERO

    MEMBERS = frozenset({"up_to", "unit_amount", "flat_amount"})

    @classmethod
    def read(cls, members: Members) -> Self:
        """Read one entry of the `tiers` member of a price form."""
        return cls(
            up_to=members.nullable("up_to"),
            unit_amount=members.decimal("unit_amount"),
            flat_amount=members.decimal("flat_amount", default=ZERO),
        )

    def form(self) -> dict[str, object]:
        """Give the JSON form."""
        return {
            "up_to": None if self.up_to is None else plain(self.up_to),
            "unit_amount": plain(self.unit_amount),
            "flat_amount": plain(self.flat_amount),
        }


def read_tiers(members: Members) -> tuple[Tier, ...]:
    """Read the `tiers` member of a price form.

    Raises PriceFormError unless the bounds rise and the last tier, and only it, is without end.
    """
    tiers: list[Tier] = []
    below = ZERO
    for entry in members.objects("tiers", allowed=Tier.MEMBERS, most=MOST_TIERS):
        if tiers and tiers[-1].up_to is None:
            raise PriceFormError(f"tiers[{len(tiers) - 1}].up_to", "Only the last tier may be without end.")
        tier = Tier.read(entry)
        if tier.up_to is not None and tier.up_to <= below:
            raise PriceFormError(entry.path("up_to"), f"This must be more than {plain(below)}, where the tier begins.")
        below = below if tier.up_to is None else tier.up_to
        tiers.append(tier)
    if tiers[-1].up_to is not None:
        raise PriceFormError(f"tiers[{len(tiers) - 1}].up_to", "The last tier must be without end: write null.")
    return tuple(tiers)
