"""A step in words, the same on paper, on screen and in an explanation."""

from collections.abc import Callable
from decimal import Decimal

from apps.rating.numbers import plain
from apps.rating.pricing.steps import Step, StepKind
from apps.rating.pricing.transforms import Rounding

Format = Callable[[Decimal], str]

_ROUNDED = {
    Rounding.UP: ", rounded up",
    Rounding.DOWN: ", rounded down",
    Rounding.NEAREST: ", rounded",
    Rounding.NONE: "",
}


def words(step: Step, *, number: Format = plain, money: Format = plain) -> str:
    """Say a step: "10,000 included", "2,000 × 0.01 = 20.00", "minimum 50.00".

    `number` writes quantities and unit amounts, which are never rounded; `money` writes amounts in major units.
    """

    def figure(value: Decimal | None) -> str:
        return number(value if value is not None else Decimal(0))

    match step.kind:
        case StepKind.TRANSFORM:
            rounded = _ROUNDED[Rounding(step.rounding or Rounding.NONE)]
            return f"{figure(step.quantity)} ÷ {figure(step.divide_by)}{rounded} = {figure(step.becomes)}"
        case StepKind.INCLUDED if step.quantity == step.up_to:
            return f"{figure(step.quantity)} included"
        case StepKind.INCLUDED:
            return f"{figure(step.quantity)} of {figure(step.up_to)} included"
        case StepKind.UNITS:
            return f"{figure(step.quantity)} × {figure(step.unit_amount)} = {money(step.amount)}"
        case StepKind.FLAT:
            return f"flat {money(step.amount)}"
        case StepKind.MAXIMUM:
            return f"maximum {money(step.limit if step.limit is not None else step.amount)}"
        case StepKind.MINIMUM:
            return f"minimum {money(step.limit if step.limit is not None else step.amount)}"
