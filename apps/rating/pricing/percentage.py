"""A share of an amount of money, with a fixed fee for each transaction that moved it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.numbers import plain
from apps.rating.pricing.base import PricingModel
from apps.rating.pricing.forms import Members, PriceFormError
from apps.rating.pricing.steps import ZERO, Step, StepKind
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.transforms import Rounding, Transform
from apps.rating.pricing.wording import Format


@dataclass(frozen=True, kw_only=True)
class Percentage(PricingModel):
    """Each transaction costs `rate_percent` of its amount and `fixed_amount`, within the transaction bounds.

    Included units are an amount free of charge, `free_transactions` a number of transactions; zero means that there is
    no such allowance. They run together, transaction by transaction in order, and both end when the first of them is
    used up: what the other has left then is lost. A transaction is free while both have room for the whole of it, so
    one that fits exactly is free. One that is partly beyond the amount pays the rate on the part beyond and the whole
    fixed fee, and is the first to pay; a free one pays nothing, and the transaction bounds don't touch it.

    With 100 included, 3 transactions free, 2 % and 0.30:

        transactions     free               paid                  amount
        40 40 40 10      40, 40, 20 of 40   2 % of 20, 2 % of 10  0.40 + 0.30 + 0.20 + 0.30 = 1.20
        10 10 10 10      10, 10, 10         2 % of 10             0.20 + 0.30 = 0.50; the other 70 are lost
        60 40 5          60, 40             2 % of 5              0.10 + 0.30 = 0.40; the third free one is lost
        150              100 of 150         2 % of 50             1.00 + 0.30 = 1.30

    A transform turns each transaction's amount by itself. A negative amount takes back from the newest transactions of
    the period, so that what is rated always sums to the quantity; one taken back wholly is no transaction any more.
    Without a list the quantity is one transaction, and zero is none.
    """

    rate_percent: Decimal
    fixed_amount: Decimal = ZERO
    free_transactions: int = 0
    transaction_minimum: Decimal | None = None
    transaction_maximum: Decimal | None = None

    NAME = "percentage"
    MEMBERS = frozenset(
        {"rate_percent", "fixed_amount", "free_transactions", "transaction_minimum", "transaction_maximum"}
    )
    BY_TRANSACTION = True

    @classmethod
    def read(cls, members: Members, terms: Terms) -> Self:
        least, most = members.optional("transaction_minimum"), members.optional("transaction_maximum")
        if least is not None and most is not None and least > most:
            raise PriceFormError(members.path("transaction_minimum"), "The minimum must not be above the maximum.")
        return cls(
            rate_percent=members.decimal("rate_percent"),
            fixed_amount=members.decimal("fixed_amount", default=ZERO),
            free_transactions=members.whole("free_transactions", default=0),
            transaction_minimum=least,
            transaction_maximum=most,
            terms=terms,
        )

    def form(self) -> dict[str, object]:
        return {
            "rate_percent": plain(self.rate_percent),
            "fixed_amount": plain(self.fixed_amount),
            "free_transactions": str(self.free_transactions),
            "transaction_minimum": None if self.transaction_minimum is None else plain(self.transaction_minimum),
            "transaction_maximum": None if self.transaction_maximum is None else plain(self.transaction_maximum),
        }

    def described(self, *, unit: str, number: Format) -> str:
        parts = [f"{number(self.rate_percent)} %"]
        if self.fixed_amount:
            parts[0] += f" + {number(self.fixed_amount)} per transaction"
        if self.free_transactions:
            parts.append(f"first {number(Decimal(self.free_transactions))} transactions free")
        if self.transaction_minimum is not None:
            parts.append(f"at least {number(self.transaction_minimum)} per transaction")
        if self.transaction_maximum is not None:
            parts.append(f"at most {number(self.transaction_maximum)} per transaction")
        return ", ".join(parts)

    def included_quantity(self) -> Decimal | None:
        """Give none where free transactions may end it sooner, or where each transaction is rounded by itself."""
        transform = self.terms.transform
        rounds = transform is not None and transform.rounding != Rounding.NONE
        return None if self.free_transactions or rounds else super().included_quantity()

    def unbounded(self, measured: Decimal, transactions: Sequence[Decimal] | None) -> tuple[Decimal, tuple[Step, ...]]:
        """Price each transaction; the steps sum over all of them, so there are few however many transactions came.

        Raises ValueError for transactions that don't sum to the quantity, both below zero counting as zero.
        """
        steps: list[Step] = []
        amounts = _amounts(measured, transactions)
        if self.terms.transform is not None:
            step, amounts = _transformed(self.terms.transform, amounts)
            steps.append(step)
        free, paid = self._split(amounts)
        billable = sum(paid, start=ZERO)
        steps.extend(self._free_steps(free, sum(amounts, start=ZERO) - billable))
        steps.extend(self._paid_steps(paid, billable))
        return billable, tuple(steps)

    def _split(self, amounts: list[Decimal]) -> tuple[int, list[Decimal]]:
        """Give how many transactions are wholly free, and of the others, in order, the part of each that pays."""
        included, count = self.terms.included_units, self.free_transactions
        if included == 0 and count == 0:
            return 0, amounts
        used = ZERO
        for position, amount in enumerate(amounts):
            used_up = (count > 0 and position == count) or (included > 0 and used == included)
            if used_up:
                return position, amounts[position:]
            used += amount
            if included > 0 and used > included:
                return position, [used - included, *amounts[position + 1 :]]
        return len(amounts), []

    def _free_steps(self, count: int, amount: Decimal) -> list[Step]:
        steps: list[Step] = []
        included = self.terms.included_units
        if included > 0:
            steps.append(Step(kind=StepKind.INCLUDED, quantity=amount, unit_amount=ZERO, up_to=included))
        if self.free_transactions > 0:
            steps.append(
                Step(
                    kind=StepKind.FREE,
                    quantity=amount if included == 0 else None,
                    count=Decimal(count),
                    up_to=Decimal(self.free_transactions),
                )
            )
        return steps

    def _paid_steps(self, paid: list[Decimal], billable: Decimal) -> list[Step]:
        percent, fixed = self.rate_percent, self.fixed_amount
        steps = [Step(kind=StepKind.PERCENT, quantity=billable, percent=percent, amount=_of(percent, billable))]
        if fixed > 0 and paid:
            count = Decimal(len(paid))
            steps.append(Step(kind=StepKind.FIXED, count=count, unit_amount=fixed, amount=count * fixed))
        fees = [_of(percent, amount) + fixed for amount in paid]
        least, most = self.transaction_minimum, self.transaction_maximum
        if least is not None:
            steps.extend(_moved(StepKind.RAISED, [least - fee for fee in fees if fee < least], least))
        if most is not None:
            steps.extend(_moved(StepKind.LOWERED, [most - fee for fee in fees if fee > most], most))
        return steps


def _of(percent: Decimal, amount: Decimal) -> Decimal:
    return (percent * amount).scaleb(-2)


def _moved(kind: StepKind, differences: list[Decimal], limit: Decimal) -> list[Step]:
    """Say that so many transactions were brought to a limit, if any were."""
    if not differences:
        return []
    return [Step(kind=kind, count=Decimal(len(differences)), amount=sum(differences, start=ZERO), limit=limit)]


def _amounts(measured: Decimal, transactions: Sequence[Decimal] | None) -> list[Decimal]:
    """Give the transactions that are rated: none below zero, together the quantity."""
    if transactions is None:
        return [measured] if measured > 0 else []
    if max(sum(transactions, start=ZERO), ZERO) != measured:
        raise ValueError("the transactions don't sum to the quantity")
    amounts = [amount for amount in transactions if amount >= 0]
    taken_back = -sum((amount for amount in transactions if amount < 0), start=ZERO)
    while taken_back > 0 and amounts:
        newest = amounts.pop()
        if newest > taken_back:
            amounts.append(newest - taken_back)
        taken_back -= min(newest, taken_back)
    return amounts


def _transformed(transform: Transform, amounts: list[Decimal]) -> tuple[Step, list[Decimal]]:
    """Transform each amount; say it as one step over all of them."""
    sold = [transform.apply(amount) for amount in amounts]
    step = Step(
        kind=StepKind.TRANSFORM,
        quantity=sum(amounts, start=ZERO),
        divide_by=transform.divide_by,
        rounding=str(transform.rounding),
        becomes=sum(sold, start=ZERO),
        count=Decimal(len(amounts)),
    )
    return step, sold
