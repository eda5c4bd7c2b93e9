"""The same amount for every unit."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.numbers import plain
from apps.rating.pricing.base import QuantityModel
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import Step, StepKind
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.wording import Format


@dataclass(frozen=True, kw_only=True)
class PerUnit(QuantityModel):
    """Every unit costs `unit_amount`."""

    unit_amount: Decimal

    NAME = "per_unit"
    MEMBERS = frozenset({"unit_amount"})

    @classmethod
    def read(cls, members: Members, terms: Terms) -> Self:
        return cls(unit_amount=members.decimal("unit_amount"), terms=terms)

    def form(self) -> dict[str, object]:
        return {"unit_amount": plain(self.unit_amount)}

    def described(self, *, unit: str, number: Format) -> str:
        return f"{number(self.unit_amount)} {unit}".strip()

    def price(self, billable: Decimal) -> tuple[Step, ...]:
        return (
            Step(
                kind=StepKind.UNITS,
                quantity=billable,
                unit_amount=self.unit_amount,
                amount=billable * self.unit_amount,
            ),
        )
