"""Which tax applies: rates by category, country and day, reverse charge within the European Union, what is exempt.

A seller without any rates charges no tax and says nothing of it. Else, in this order: an exempt buyer pays none; what
is exempt by what it is bears none, whoever buys it; a buyer in another country of the Union with a VAT number of there
owes it instead of the seller (article 196 of Directive 2006/112/EC); the rate of the buyer's country applies, else that
of the Union where the buyer is in it, else that of any country; where there is none, none is charged.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct

from apps.rating import vat_numbers

STANDARD = "standard"
EXEMPT = "exempt"
ANY_COUNTRY = ""
UNION = "EU"
NOTHING = Decimal(0)
_INSTANT = timedelta(microseconds=1)


class Treatment(StrEnum):
    """Why a rate is what it is."""

    TAXED = "taxed"
    ZERO = "zero"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE = "outside"
    UNTAXED = "untaxed"


class Lack(StrEnum):
    """What is missing where no tax is charged: a rate, or the reason of an exemption."""

    RATE = "rate"
    REASON = "reason"


# The category codes of EN 16931 (UNTDID 5305).
CODES: Mapping[str, str] = {
    Treatment.TAXED: "S",
    Treatment.ZERO: "Z",
    Treatment.EXEMPT: "E",
    Treatment.REVERSE_CHARGE: "AE",
    Treatment.OUTSIDE: "O",
    Treatment.UNTAXED: "O",
}


class Rate(Struct, frozen=True):
    """A rate as a fraction: it holds from a day on until another, that day included, or until the next begins.

    One of the category `exempt` is zero, and its name says why such goods bear no tax.
    """

    category: str
    country: str
    rate: Decimal
    name: str
    valid_from: date
    valid_until: date | None = None


class Buyer(Struct, frozen=True):
    """What decides on the tax of somebody who buys.

    A category other than `standard` holds instead of those of what is bought.
    """

    country: str = ""
    tax_id: str = ""
    category: str = STANDARD


class Tax(Struct, frozen=True):
    """The tax on a line: its rate as a fraction, why it is that, and what it is called.

    The name of what is exempt by what it is says the reason; that of an exempt buyer is the buyer's own.
    """

    rate: Decimal
    treatment: Treatment
    name: str = ""


UNTAXED = Tax(NOTHING, Treatment.UNTAXED)


@dataclass(frozen=True)
class Taxes:
    """All that a seller's taxes depend on, read once; asking it reads nothing more.

    `inclusive` says whether its prices contain the tax. Days are those of its zone.
    """

    country: str
    tax_id: str
    zone: ZoneInfo
    inclusive: bool = False
    rates: tuple[Rate, ...] = field(default=())

    def rate_for(self, category: str, buyer: Buyer, on: date) -> Tax:
        """Return the tax on something of this category that a buyer is billed, by the rates in force on a day."""
        asked = category, buyer, on
        tax = self._answered.get(asked)
        if tax is None:
            tax = self._answered[asked] = self._tax(category, buyer, on)
        return tax

    def _tax(self, category: str, buyer: Buyer, on: date) -> Tax:
        if not self.rates:
            return UNTAXED
        if buyer.category == EXEMPT:
            return Tax(NOTHING, Treatment.EXEMPT)
        category = self.category_for(category, buyer)
        if category == EXEMPT:
            reason = self._in_force(EXEMPT, buyer, on)
            return Tax(NOTHING, Treatment.EXEMPT, reason.name if reason is not None else "")
        if self.is_reverse_charge(buyer):
            return Tax(NOTHING, Treatment.REVERSE_CHARGE)
        found = self._in_force(category, buyer, on)
        if found is None:
            return UNTAXED
        return Tax(found.rate, self._treatment(found, buyer), found.name)

    def category_for(self, category: str, buyer: Buyer) -> str:
        """Return the category that something of this one has for a buyer."""
        return category if buyer.category == STANDARD else buyer.category

    def lack_of(self, category: str, buyer: Buyer, on: date) -> Lack | None:
        """Say what is missing where a buyer is charged no tax on something of this category, and nothing says why.

        Where no rate had begun by that day for anything, the seller charged no tax there, and nothing is missing.
        """
        tax = self.rate_for(category, buyer, on)
        if tax.treatment == Treatment.EXEMPT:
            return None if tax.name or buyer.category == EXEMPT else Lack.REASON
        if tax.treatment != Treatment.UNTAXED:
            return None
        places = self._places(buyer)
        begun = any(rate.country in places and rate.valid_from <= on for rate in self.rates)
        return Lack.RATE if begun else None

    def has_rate(self, category: str, on: date) -> bool:
        """Say whether a rate of a category is in force on a day, wherever buyers are."""
        places = {country for each, country in self._by_place if each == category}
        return any(self._on(category, place, on) is not None for place in places)

    def is_reverse_charge(self, buyer: Buyer) -> bool:
        """Say whether the buyer owes the tax: both in the Union, in two countries, and both say their VAT numbers."""
        here = vat_numbers.place_of(self.country, self.tax_id)
        if not here or not self.tax_id or not buyer.tax_id or buyer.country in ("", self.country):
            return False
        there = vat_numbers.place_of(buyer.country, buyer.tax_id)
        return there not in ("", here) and bool(vat_numbers.number_of(buyer.country, buyer.tax_id))

    def day(self, instant: datetime) -> date:
        """Return the day of an instant."""
        return instant.astimezone(self.zone).date()

    def last_day(self, ends_at: datetime) -> date:
        """Return the last day of a period that ends at an instant, which belongs to the next."""
        day = self._last_days.get(ends_at)
        if day is None:
            day = self._last_days[ends_at] = self.day(ends_at - _INSTANT)
        return day

    def _in_force(self, category: str, buyer: Buyer, on: date) -> Rate | None:
        """Return the rate of a day: of the buyer's country, of the Union, of any."""
        rates = (self._on(category, place, on) for place in dict.fromkeys(self._places(buyer)))
        return next((rate for rate in rates if rate is not None), None)

    def _places(self, buyer: Buyer) -> list[str]:
        """Return where a rate for a buyer may be of, the nearest first. Who names no country is at home."""
        country = buyer.country or self.country
        in_union = [UNION] if vat_numbers.place_of(country, buyer.tax_id) else []
        return [country, *in_union, ANY_COUNTRY]

    def _on(self, category: str, country: str, on: date) -> Rate | None:
        rates = self._by_place.get((category, country), [])
        begun = bisect_right(rates, on, key=lambda rate: rate.valid_from)
        if not begun:
            return None
        newest = rates[begun - 1]
        return newest if newest.valid_until is None or on <= newest.valid_until else None

    def _treatment(self, rate: Rate, buyer: Buyer) -> Treatment:
        if rate.rate:
            return Treatment.TAXED
        leaves = vat_numbers.place_of(self.country, self.tax_id) and buyer.country
        is_outside = bool(leaves) and not vat_numbers.place_of(buyer.country, buyer.tax_id)
        return Treatment.OUTSIDE if is_outside else Treatment.ZERO

    @cached_property
    def _answered(self) -> dict[tuple[str, Buyer, date], Tax]:
        return {}

    @cached_property
    def _last_days(self) -> dict[datetime, date]:
        return {}

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], list[Rate]]:
        found: dict[tuple[str, str], list[Rate]] = {}
        for rate in sorted(self.rates, key=lambda rate: rate.valid_from):
            found.setdefault((rate.category, rate.country), []).append(rate)
        return found
