"""How numbers, money and dates look to people in one locale. Nothing is rounded here that was not rounded before."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    get_currency_symbol,
    parse_pattern,
)

from apps.rating.currencies import exponent
from apps.rating.exact import EXACT
from apps.rating.money import Money

FALLBACK = Locale("en", "US")
MOST_DECIMALS = 40  # a quantity's twelve, moved by the name of the largest thousand


@cache
def locale_named(name: str) -> Locale | None:
    """Return the locale of a name such as en_GB; None where there is no such locale."""
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Formats:
    """One locale and one zone, and everything as it looks there."""

    locale: Locale
    zone: ZoneInfo

    @classmethod
    def of(cls, locale: str, zone: ZoneInfo) -> "Formats":
        """Take a locale by name; an unknown one falls back to US English."""
        return cls(locale_named(locale) or FALLBACK, zone)

    def money(self, money: Money) -> str:
        """Write an amount with its currency: $1,380.00."""
        return self.rate(money.amount, money.currency)

    def rate(self, amount: Decimal, currency: str) -> str:
        """Write an exact amount in major units with its currency: $0.001; never fewer decimals than the currency's.

        The decimals are those of ISO 4217: Babel's own follow habit, and would round 1.500 Iraqi dinars to 2.
        """
        text = self.locale.currency_formats["standard"].pattern
        if get_currency_symbol(currency, locale=self.locale)[-1].isalpha():
            text = text.replace("¤#", "¤\N{NO-BREAK SPACE}#")
        pattern = parse_pattern(text)
        pattern.frac_prec = (exponent(currency), exponent(currency))
        with localcontext(EXACT):
            text = pattern.apply(
                amount, self.locale, currency=currency, currency_digits=False, decimal_quantization=False
            )
        return str(text)

    def amount(self, money: Money) -> str:
        """Write an amount without its currency, with all decimals of it: 1,380.00."""
        return str(format_currency(money.amount, money.currency, format="#,##0.00", locale=self.locale))

    def number(self, number: Decimal) -> str:
        """Write a quantity or a unit amount in full, without trailing zeros: 10,000 or 0.001."""
        with localcontext(EXACT):
            text = str(format_decimal(number.normalize(), locale=self.locale, decimal_quantization=False))
        return "0" if text in ("-0", "") else text

    def quantity(self, number: Decimal, one: str, several: str) -> str:
        """Write a quantity with its unit: 1 call, 10,000 calls."""
        return f"{self.number(number)} {one if number == 1 else several}"

    def short(self, number: Decimal) -> str:
        """Write a number as shortly as an axis wants it, and as exactly: 250K, 1.25M, 0.001."""
        with localcontext(EXACT):
            text = str(format_compact_decimal(number, locale=self.locale, fraction_digits=MOST_DECIMALS))
        return self.number(number) if abs(number) < 1000 or text[-1].isdigit() else text

    def day(self, day: date, *, today: date | None = None) -> str:
        """Write a date shortly: 20 Nov; with its year unless that is today's."""
        pattern = "d MMM" if today is not None and day.year == today.year else "d MMM y"
        return str(format_date(day, pattern, locale=self.locale))

    def month(self, day: date) -> str:
        """Write the month of a date shortly: Nov."""
        return str(format_date(day, "MMM", locale=self.locale))

    def hour(self, instant: datetime) -> str:
        """Write the time of day of an instant as the wall clock shows it: 10:14."""
        return str(format_datetime(instant.astimezone(self.zone), "HH:mm", locale=self.locale))

    def day_of(self, instant: datetime, *, today: date | None = None) -> str:
        """Write the local date of an instant."""
        return self.day(instant.astimezone(self.zone).date(), today=today)

    def moment(self, instant: datetime) -> str:
        """Write an instant as the wall clock shows it: 20 Nov 2026, 10:14."""
        return str(format_datetime(instant.astimezone(self.zone), "d MMM y, HH:mm", locale=self.locale))
