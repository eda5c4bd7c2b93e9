"""A step in words, the same on paper, on screen and in an explanation."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from apps.rating.numbers import plain
from apps.rating.pricing.steps import ZERO, Step, StepKind
from apps.rating.pricing.transforms import Rounding

Format = Callable[[Decimal], str]


class Speech(Protocol):
    """Says a text in some language, with these parts in it."""

    def say(self, text: str, /, **told: str) -> str: ...

    def many(self, one: str, several: str, /, count: Decimal, **told: str) -> str: ...


@dataclass(frozen=True)
class English:
    """Says a text as it stands."""

    number: Format = plain

    def say(self, text: str, /, **told: str) -> str:
        return text.format(**told)

    def many(self, one: str, several: str, /, count: Decimal, **told: str) -> str:
        return (one if count == 1 else several).format(count=self.number(count), **told)


def words(step: Step, *, number: Format = plain, money: Format = plain, speech: Speech | None = None) -> str:
    """Say a step: "10,000 included", "2,000 × 0.01 = 20.00", "minimum 50.00".

    `number` writes quantities and unit amounts, which are never rounded; `money` writes amounts in major units;
    `speech` has the words, English without one.
    """
    return _WORDS[step.kind](_Told(step, number, money, speech or English(number)))


@dataclass(frozen=True)
class _Told:
    """A step and how it is told."""

    step: Step
    number: Format
    money: Format
    speech: Speech

    def say(self, text: str, /, **told: str) -> str:
        return self.speech.say(text, **told)

    def figure(self, value: Decimal | None) -> str:
        return self.number(value if value is not None else ZERO)

    @property
    def quantity(self) -> str:
        return self.figure(self.step.quantity)

    @property
    def amount(self) -> str:
        return self.money(self.step.amount)

    @property
    def limit(self) -> str:
        return self.money(self.step.limit if self.step.limit is not None else self.step.amount)

    def transactions(self, count: Decimal | None) -> str:
        """Say how many transactions."""
        number = count if count is not None else ZERO
        return self.speech.many("{count} transaction", "{count} transactions", number)


_Words = Callable[[_Told], str]


def _transform(told: _Told) -> str:
    step = told.step
    divided = f"{told.quantity} ÷ {told.figure(step.divide_by)}"
    each = step.count is not None
    match Rounding(step.rounding or Rounding.NONE):
        case Rounding.UP:
            how = told.say(", each rounded up") if each else told.say(", rounded up")
        case Rounding.DOWN:
            how = told.say(", each rounded down") if each else told.say(", rounded down")
        case Rounding.NEAREST:
            how = told.say(", each rounded") if each else told.say(", rounded")
        case Rounding.NONE:
            how = ""
    return f"{divided}{how} = {told.figure(step.becomes)}"


def _included(told: _Told) -> str:
    if told.step.quantity == told.step.up_to:
        return told.say("{quantity} included", quantity=told.quantity)
    return told.say("{quantity} of {all} included", quantity=told.quantity, all=told.figure(told.step.up_to))


def _units(told: _Told) -> str:
    return f"{told.quantity} × {told.figure(told.step.unit_amount)} = {told.amount}"


def _blocks(told: _Told) -> str:
    blocks = told.say("{quantity} in blocks of {size}", quantity=told.quantity, size=told.figure(told.step.divide_by))
    return f"{blocks}: {told.figure(told.step.becomes)} × {told.figure(told.step.unit_amount)} = {told.amount}"


def _flat(told: _Told) -> str:
    return told.say("flat {amount}", amount=told.amount)


def _stair(told: _Told) -> str:
    step = told.step
    if step.up_to is not None:
        tier = told.say("{quantity} in the tier up to {bound}", quantity=told.quantity, bound=told.figure(step.up_to))
    elif step.above:
        tier = told.say("{quantity} in the tier over {bound}", quantity=told.quantity, bound=told.figure(step.above))
    else:
        return _flat(told)
    return f"{tier}: {told.amount}"


def _free(told: _Told) -> str:
    step = told.step
    transactions = told.transactions(step.up_to)
    if step.count == step.up_to:
        free = told.say("{transactions} free", transactions=transactions)
    else:
        free = told.say("{count} of {transactions} free", count=told.figure(step.count), transactions=transactions)
    if step.quantity is None:
        return free
    return told.say("{free}, {quantity} in all", free=free, quantity=told.quantity)


def _percent(told: _Told) -> str:
    percent = told.figure(told.step.percent)
    share = told.say("{percent} % of {quantity}", percent=percent, quantity=told.quantity)
    return f"{share} = {told.amount}"


def _fixed(told: _Told) -> str:
    return f"{told.transactions(told.step.count)} × {told.figure(told.step.unit_amount)} = {told.amount}"


def _raised(told: _Told) -> str:
    return told.say(
        "{transactions} raised to {limit}: {amount} more",
        transactions=told.transactions(told.step.count),
        limit=told.money(told.step.limit or ZERO),
        amount=told.amount,
    )


def _lowered(told: _Told) -> str:
    return told.say(
        "{transactions} lowered to {limit}: {amount} less",
        transactions=told.transactions(told.step.count),
        limit=told.money(told.step.limit or ZERO),
        amount=told.money(told.step.amount.copy_negate()),  # a minus sign would round to the caller's precision
    )


def _trial(told: _Told) -> str:
    return told.say("{quantity} free of charge in the trial", quantity=told.quantity)


def _part(told: _Told) -> str:
    days = told.say("for {days} of {all} days", days=told.quantity, all=told.figure(told.step.up_to))
    return f"{days}: {told.amount}"


def _maximum(told: _Told) -> str:
    return told.say("maximum {amount}", amount=told.limit)


def _minimum(told: _Told) -> str:
    return told.say("minimum {amount}", amount=told.limit)


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
    StepKind.PART: _part,
    StepKind.MAXIMUM: _maximum,
    StepKind.MINIMUM: _minimum,
}
