"""A step in words, the same on paper, on screen and in an explanation."""

from collections.abc import Callable
from decimal import Decimal

from apps.rating.numbers import plain
from apps.rating.pricing.steps import ZERO, Step, StepKind
from apps.rating.pricing.transforms import Rounding

Format = Callable[[Decimal], str]


def words(step: Step, *, number: Format = plain, money: Format = plain) -> str:
    """Say a step: "10,000 included", "2,000 × 0.01 = 20.00", "minimum 50.00".

    `number` writes quantities and unit amounts, which are never rounded; `money` writes amounts in major units.
    """

    def figure(value: Decimal | None) -> str:
        return number(value if value is not None else ZERO)

    return _WORDS[step.kind](step, figure, money)


_Figure = Callable[[Decimal | None], str]
_Words = Callable[[Step, _Figure, Format], str]

_ROUNDED = {
    Rounding.UP: "rounded up",
    Rounding.DOWN: "rounded down",
    Rounding.NEAREST: "rounded",
    Rounding.NONE: "",
}


def _transform(step: Step, figure: _Figure, money: Format) -> str:
    rounded = _ROUNDED[Rounding(step.rounding or Rounding.NONE)]
    each = "each " if step.count is not None else ""
    said = f", {each}{rounded}" if rounded else ""
    return f"{figure(step.quantity)} ÷ {figure(step.divide_by)}{said} = {figure(step.becomes)}"


def _included(step: Step, figure: _Figure, money: Format) -> str:
    of = "" if step.quantity == step.up_to else f" of {figure(step.up_to)}"
    return f"{figure(step.quantity)}{of} included"


def _units(step: Step, figure: _Figure, money: Format) -> str:
    return f"{figure(step.quantity)} × {figure(step.unit_amount)} = {money(step.amount)}"


def _blocks(step: Step, figure: _Figure, money: Format) -> str:
    sold = f"{figure(step.becomes)} × {figure(step.unit_amount)} = {money(step.amount)}"
    return f"{figure(step.quantity)} in blocks of {figure(step.divide_by)}: {sold}"


def _flat(step: Step, figure: _Figure, money: Format) -> str:
    return f"flat {money(step.amount)}"


def _stair(step: Step, figure: _Figure, money: Format) -> str:
    if step.up_to is not None:
        return f"{figure(step.quantity)} in the tier up to {figure(step.up_to)}: {money(step.amount)}"
    if step.above:
        return f"{figure(step.quantity)} in the tier over {figure(step.above)}: {money(step.amount)}"
    return _flat(step, figure, money)


def _free(step: Step, figure: _Figure, money: Format) -> str:
    of = "" if step.count == step.up_to else f"{figure(step.count)} of "
    within = f", {figure(step.quantity)} in all" if step.quantity is not None else ""
    return f"{of}{_transactions(step.up_to, figure)} free{within}"


def _percent(step: Step, figure: _Figure, money: Format) -> str:
    return f"{figure(step.percent)} % of {figure(step.quantity)} = {money(step.amount)}"


def _fixed(step: Step, figure: _Figure, money: Format) -> str:
    return f"{_transactions(step.count, figure)} × {figure(step.unit_amount)} = {money(step.amount)}"


def _raised(step: Step, figure: _Figure, money: Format) -> str:
    return f"{_transactions(step.count, figure)} raised to {money(step.limit or ZERO)}: {money(step.amount)} more"


def _lowered(step: Step, figure: _Figure, money: Format) -> str:
    less = step.amount.copy_negate()  # a minus sign would round to the caller's precision
    return f"{_transactions(step.count, figure)} lowered to {money(step.limit or ZERO)}: {money(less)} less"


def _trial(step: Step, figure: _Figure, money: Format) -> str:
    return f"{figure(step.quantity)} free of charge in the trial"


def _maximum(step: Step, figure: _Figure, money: Format) -> str:
    return f"maximum {money(step.limit if step.limit is not None else step.amount)}"


def _minimum(step: Step, figure: _Figure, money: Format) -> str:
    return f"minimum {money(step.limit if step.limit is not None else step.amount)}"


def _transactions(count: Decimal | None, figure: _Figure) -> str:
    return f"{figure(count)} transaction" if count == 1 else f"{figure(count)} transactions"


_WORDS: dict[StepKind, _Words] = {
    StepKind.TRANSFORM: _transform,
    StepKind.INCLUDED: _included,
    StepKind.UNITS: _units,
    StepKind.BLOCKS: _blocks,
    StepKind.FLAT: _flat,
    StepKind.STAIR: _stair,
    StepKind.FREE: _free,
    StepKind.PERCENT: _percent,
    StepKind.FIXED: _fixed,
    StepKind.RAISED: _raised,
    StepKind.LOWERED: _lowered,
    StepKind.TRIAL: _trial,
    StepKind.MAXIMUM: _maximum,
    StepKind.MINIMUM: _minimum,
}
