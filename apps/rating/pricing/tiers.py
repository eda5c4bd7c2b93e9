"""Tiers: bounds that follow each other without gap, the last one open."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.numbers import plain
from apps.rating.pricing.blocks import Block
from apps.rating.pricing.forms import Members, PriceFormError
from apps.rating.pricing.steps import ZERO, Step, StepKind
from apps.rating.pricing.wording import Format

MOST_TIERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Units over the tier before, up to and with `up_to`; None means without end.

    They are sold one by one for `unit_amount`, or in blocks where there is a `block`.
    """

    up_to: Decimal | None
    unit_amount: Decimal = ZERO
    flat_amount: Decimal = ZERO
    block: Block | None = None

    MEMBERS = frozenset({"up_to", "unit_amount", "flat_amount"}) | Block.MEMBERS

    @classmethod
    def read(cls, members: Members) -> Self:
        """Read one entry of the `tiers` member of a price form."""
        in_blocks = any(members.has(name) for name in Block.MEMBERS)
        if in_blocks and members.has("unit_amount"):
            sentence = "A tier is sold by the unit or in blocks: leave this out, or package_size and package_amount."
            raise PriceFormError(members.path("unit_amount"), sentence)
        return cls(
            up_to=members.nullable("up_to"),
            unit_amount=ZERO if in_blocks else members.decimal("unit_amount"),
            flat_amount=members.decimal("flat_amount", default=ZERO),
            block=Block.read(members) if in_blocks else None,
        )

    def form(self) -> dict[str, object]:
        """Give the JSON form."""
        sold = {"unit_amount": plain(self.unit_amount)} if self.block is None else self.block.form()
        return {**bound_form(self), **sold, "flat_amount": plain(self.flat_amount)}

    def described(self, *, unit: str, number: Format) -> str:
        """Say the tier: "0.5 per call + 20 up to 200"."""
        sold = f"{number(self.unit_amount)} {unit}" if self.block is None else self.block.described(number=number)
        flat = f" + {number(self.flat_amount)}" if self.flat_amount else ""
        return f"{sold.strip()}{flat} {reach(self, number=number)}"

    def steps(self, units: Decimal, *, above: Decimal) -> tuple[Step, ...]:
        """Price units at this tier, which begins over `above`, and its flat amount; runs in the exact context."""
        if self.block is not None:
            sold = self.block.step(units, above=above, up_to=self.up_to)
        else:
            sold = Step(
                kind=StepKind.UNITS,
                quantity=units,
                unit_amount=self.unit_amount,
                amount=units * self.unit_amount,
                above=above,
                up_to=self.up_to,
            )
        if self.flat_amount == 0:
            return (sold,)
        return sold, Step(kind=StepKind.FLAT, amount=self.flat_amount, above=above, up_to=self.up_to)


def read_tiers(
    members: Members, *, allowed: frozenset[str] = Tier.MEMBERS, read: Callable[[Members], Tier] = Tier.read
) -> tuple[Tier, ...]:
    """Read the `tiers` member of a price form, each entry by `read`.

    Raises PriceFormError unless the bounds rise and the last tier, and only it, is without end.
    """
    tiers: list[Tier] = []
    below = ZERO
    for entry in members.objects("tiers", allowed=allowed, most=MOST_TIERS):
        if tiers and tiers[-1].up_to is None:
            raise PriceFormError(f"tiers[{len(tiers) - 1}].up_to", "Only the last tier may be without end.")
        tier = read(entry)
        if tier.up_to is not None and tier.up_to <= below:
            raise PriceFormError(entry.path("up_to"), f"This must be more than {plain(below)}, where the tier begins.")
        below = below if tier.up_to is None else tier.up_to
        tiers.append(tier)
    if tiers[-1].up_to is not None:
        raise PriceFormError(f"tiers[{len(tiers) - 1}].up_to", "The last tier must be without end: write null.")
    return tuple(tiers)


def bound_form(tier: Tier) -> dict[str, object]:
    """Give the JSON form of a tier's upper bound."""
    return {"up_to": None if tier.up_to is None else plain(tier.up_to)}


def reach(tier: Tier, *, number: Format) -> str:
    """Say how far a tier reaches: "up to 200", "beyond"."""
    return "beyond" if tier.up_to is None else f"up to {number(tier.up_to)}"


def bounds(tiers: tuple[Tier, ...]) -> tuple[Decimal, ...]:
    """Give where each tier but the last ends."""
    return tuple(tier.up_to for tier in tiers if tier.up_to is not None)


def tier_of(tiers: tuple[Tier, ...], quantity: Decimal) -> tuple[Decimal, Tier]:
    """Give the tier that a quantity lies in, after the bound that it begins over; zero lies in the first."""
    above = ZERO
    for tier in tiers:
        if tier.up_to is None or quantity <= tier.up_to:
            return above, tier
        above = tier.up_to
    raise AssertionError("the last tier is without end")
