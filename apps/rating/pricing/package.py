"""Units sold in blocks of one size."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.pricing.base import QuantityModel
from apps.rating.pricing.blocks import Block
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import Step
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.wording import Format


@dataclass(frozen=True, kw_only=True)
class Package(QuantityModel):
    """Every block of `package_size` units that is begun costs `package_amount`."""

    block: Block

    NAME = "package"
    MEMBERS = Block.MEMBERS

    @classmethod
    def read(cls, members: Members, terms: Terms) -> Self:
        return cls(block=Block.read(members), terms=terms)

    def form(self) -> dict[str, object]:
        return self.block.form()

    def described(self, *, unit: str, number: Format) -> str:
        return self.block.described(number=number)

    def landmarks(self) -> tuple[Decimal, ...]:
        return (self.block.size,)

    def price(self, billable: Decimal) -> tuple[Step, ...]:
        return (self.block.step(billable),)
