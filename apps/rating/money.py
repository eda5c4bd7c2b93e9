"""Settled money: a whole number of minor units and a currency."""

from decimal import Decimal
from typing import Self

from msgspec import Struct

from apps.rating.currencies import exponent
from apps.rating.exact import EXACT, half_away

# What a bigint column holds.
LARGEST_MINOR = 2**63 - 1


class AmountTooLarge(ValueError):
    """An amount is more than can be stored."""


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met."""


class Money(Struct, frozen=True):
    """An amount that can be charged, paid or credited. Adds, subtracts and compares within one currency only."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("minor units are a whole number")
        if abs(self.minor) > LARGEST_MINOR:
            raise AmountTooLarge("the amount is too large to be stored")
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Give nothing, in this currency."""
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with all decimals of the currency: Decimal("140.00")."""
        return Decimal(self.minor).scaleb(-exponent(self.currency), context=EXACT)

    def text(self) -> str:
        """Write the amount as the API does: "140.00", "-0.50", "140" for a currency without decimals."""
        return f"{self.amount:f}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._minor_of(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._minor_of(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._minor_of(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._minor_of(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._minor_of(other)

    def _minor_of(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError("money goes with money only")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} don't mix")
        return other.minor


def to_money(amount: Decimal, currency: str) -> Money:
    """Round an exact amount in major units once, half away from zero, to the currency's minor unit.

    Raises ValueError for an unknown currency, NaN and infinity, AmountTooLarge for more than can be stored.
    """
    if not amount.is_finite():
        raise ValueError("the amount is not a finite number")
    if amount.adjusted() > 20:
        raise AmountTooLarge("the amount is too large to be stored")
    return Money(half_away(amount.scaleb(exponent(currency), context=EXACT)), currency)
