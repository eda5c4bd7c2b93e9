"""What a rating consists of: steps that invoice, preview and explanation all print alike."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Self

from msgspec import Struct
from msgspec.structs import asdict

from apps.rating.exact import EXACT, at_places
from apps.rating.numbers import plain

ZERO = Decimal(0)
_DAY_PLACES = 2


class StepKind(StrEnum):
    """What a step says."""

    TRANSFORM = "transform"  # `quantity` ÷ `divide_by`, rounded by `rounding`, is `becomes`
    INCLUDED = "included"  # `quantity` of the `up_to` units that cost nothing
    UNITS = "units"  # `quantity` × `unit_amount`, in the tier over `above` up to and with `up_to`
    BLOCKS = "blocks"  # `quantity` in `becomes` blocks of `divide_by`, rounded up, × `unit_amount` a block
    FLAT = "flat"  # the flat amount of the tier over `above`
    STAIR = "stair"  # the one price of the tier over `above` up to and with `up_to`, where `quantity` lies
    FREE = "free"  # `count` of the `up_to` transactions that cost nothing, with `quantity` in them
    PERCENT = "percent"  # `percent` hundredths of `quantity`
    FIXED = "fixed"  # `count` transactions × `unit_amount`
    RAISED = "raised"  # what is added to `count` transactions so that each costs `limit`
    LOWERED = "lowered"  # what is taken off `count` transactions so that each costs `limit`
    TRIAL = "trial"  # `quantity` that costs nothing, since the period is a trial
    PART = "part"  # what is taken off since it was only for `quantity` of the `up_to` days of a whole period
    MAXIMUM = "maximum"  # what is taken off so that the period costs `limit`
    MINIMUM = "minimum"  # what is added so that the period costs `limit`


class Step(Struct, frozen=True, kw_only=True):
    """One line of the arithmetic. Amounts are exact, in major units; only the whole rating is ever rounded."""

    kind: StepKind
    amount: Decimal = ZERO
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    above: Decimal | None = None
    up_to: Decimal | None = None
    limit: Decimal | None = None
    divide_by: Decimal | None = None
    becomes: Decimal | None = None
    percent: Decimal | None = None
    count: Decimal | None = None
    rounding: str | None = None

    def to_json(self) -> dict[str, str]:
        """Give the step as it is stored: texts only, numbers in canonical decimal text, empty members left out."""
        return {
            name: plain(value) if isinstance(value, Decimal) else str(value)
            for name, value in asdict(self).items()
            if value is not None
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Self:
        """Read back what `to_json` gave. Raises TypeError or ValueError for anything else."""
        texts = dict(stored)
        kind = StepKind(texts.pop("kind", ""))
        rounding = texts.pop("rounding", None)
        return cls(kind=kind, rounding=rounding, **{name: Decimal(text) for name, text in texts.items()})


class Rating(Struct, frozen=True, kw_only=True):
    """What a quantity costs, exactly, and why. `billable_quantity` is what was left to price after the common terms."""

    quantity: Decimal
    billable_quantity: Decimal
    amount: Decimal
    steps: tuple[Step, ...]


def total(steps: Iterable[Step]) -> Decimal:
    """Add up the steps' amounts without rounding."""
    amount = ZERO
    for step in steps:
        amount = EXACT.add(amount, step.amount)
    return amount


def free_of_charge(quantity: Decimal) -> Rating:
    """Rate a quantity in a trial: to nothing, with a step that says why (BILLING §7)."""
    step = Step(kind=StepKind.TRIAL, quantity=quantity)
    return Rating(quantity=quantity, billable_quantity=ZERO, amount=ZERO, steps=(step,))


def for_part(amount: Decimal, *, share: Fraction, whole: Fraction) -> Step:
    """Say that an amount is taken off since the price was owed for a share of a period of so many days only.

    Days are said to the hundredth; the amount is exact.
    """
    held, of = (at_places(days, _DAY_PLACES).normalize(EXACT) for days in (share * whole, whole))
    return Step(kind=StepKind.PART, amount=amount, quantity=held, up_to=of)
