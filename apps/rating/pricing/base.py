"""What every pricing model is, and the order of operations that all of them share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import ClassVar, Self

from apps.rating.exact import EXACT
from apps.rating.pricing.forms import Members
from apps.rating.pricing.steps import ZERO, Rating, Step, StepKind, total
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.wording import Format
from apps.rating.proration import WHOLE, prorate


@dataclass(frozen=True, kw_only=True)
class PricingModel(ABC):
    """A way to price a quantity, with its numbers and its common terms."""

    terms: Terms = field(default_factory=Terms)

    NAME: ClassVar[str]
    MEMBERS: ClassVar[frozenset[str]]
    # Whether the price depends on the single transactions that make up a quantity.
    BY_TRANSACTION: ClassVar[bool] = False

    def rate(
        self, quantity: Decimal, *, transactions: Sequence[Decimal] | None = None, share: Fraction = WHOLE
    ) -> Rating:
        """Price what a whole period measured, in major units and exactly.

        `transactions` are the amounts that sum to the quantity, in order; only models `BY_TRANSACTION` look at them.
        `share` is the part of its full span that a cut period lasted: it scales minimum and maximum, never quantities.
        A quantity below zero counts as zero.
        """
        with localcontext(EXACT):
            measured = max(quantity, ZERO)
            billable, steps = self.unbounded(measured, transactions)
            steps = _bounded(self.terms, steps, share)
        return Rating(quantity=measured, billable_quantity=billable, amount=total(steps), steps=steps)

    @abstractmethod
    def unbounded(self, measured: Decimal, transactions: Sequence[Decimal] | None) -> tuple[Decimal, tuple[Step, ...]]:
        """Give the billable quantity and all steps before maximum and minimum; runs in the exact context."""

    @classmethod
    @abstractmethod
    def read(cls, members: Members, terms: Terms) -> Self:
        """Read the model's own members of a price form."""

    @abstractmethod
    def form(self) -> dict[str, object]:
        """Give the JSON form of the model's own members."""

    @abstractmethod
    def described(self, *, unit: str, number: Format) -> str:
        """Say the model's own numbers: "0.01 per call". `unit` is a phrase such as "per call"."""

    def included_quantity(self) -> Decimal | None:
        """Give the quantity, as it is measured, that the included units make up; None where no quantity is that.

        What a transform rounds off comes on top: of units sold per thousand, ten included are ten thousand.
        """
        units, transform = self.terms.included_units, self.terms.transform
        if units == 0:
            return None
        return units if transform is None else transform.measured(units)

    def landmarks(self) -> tuple[Decimal, ...]:
        """Give the billable quantities after which the price goes on in another way, rising."""
        return ()


class QuantityModel(PricingModel):
    """A model that prices the units that are left after transform and included units, whatever they came from."""

    def unbounded(self, measured: Decimal, transactions: Sequence[Decimal] | None) -> tuple[Decimal, tuple[Step, ...]]:
        billable, before = _billable(self.terms, measured)
        return billable, (*before, *self.price(billable))

    @abstractmethod
    def price(self, billable: Decimal) -> tuple[Step, ...]:
        """Price the units that are left after transform and included units; runs in the exact context."""


def _billable(terms: Terms, quantity: Decimal) -> tuple[Decimal, tuple[Step, ...]]:
    """Transform, then take off the included units; say both."""
    steps: list[Step] = []
    if terms.transform is not None:
        step = terms.transform.step(quantity)
        steps.append(step)
        quantity = step.becomes if step.becomes is not None else quantity
    if terms.included_units > 0:
        free = min(quantity, terms.included_units)
        steps.append(Step(kind=StepKind.INCLUDED, quantity=free, unit_amount=ZERO, up_to=terms.included_units))
        quantity -= free
    return quantity, tuple(steps)


def _bounded(terms: Terms, steps: tuple[Step, ...], share: Fraction) -> tuple[Step, ...]:
    """Add the step that brings the sum down to the maximum or up to the minimum, which is never above the maximum."""
    amount = total(steps)
    if terms.maximum_amount is not None:
        most = prorate(terms.maximum_amount, share)
        if amount > most:
            return (*steps, Step(kind=StepKind.MAXIMUM, amount=most - amount, limit=most))
    if terms.minimum_amount is not None:
        least = prorate(terms.minimum_amount, share)
        if amount < least:
            return (*steps, Step(kind=StepKind.MINIMUM, amount=least - amount, limit=least))
    return steps
