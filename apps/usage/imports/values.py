"""Dates and amounts as people write them; what could mean two things is refused, with how to write it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from apps.core.formats import locale_named
from apps.rating.numbers import BadNumber, decimal_from_text

FIRST_YEAR, LAST_YEAR = 1970, 2999
WRITE_IT = "Write it like 2026-11-20."
SEPARATORS = re.compile(r"[0-9][,'\u2019\s_][0-9]")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_PATTERN = re.compile(r"(?P<first>[dMy])+(?P<separator>[-./])(?P<second>[dMy])+(?P=separator)(?P<third>[dMy])+")
_NUMBERS = re.compile(r"([0-9]{1,4})([-./])([0-9]{1,2})\2([0-9]{1,4})")
WORDS = {"d": "day", "M": "month", "y": "year"}


class BadValue(ValueError):
    """A text is no date, or no amount, that can be billed; the message is a sentence for people."""


@dataclass(frozen=True)
class Dates:
    """How one locale writes dates: the order of day, month and year, and what stands between them."""

    order: str = ""
    separator: str = ""

    @classmethod
    def of(cls, locale: str) -> "Dates":
        """Take the order from a locale's short dates; ISO dates alone where it is unknown, or writes otherwise."""
        known = locale_named(locale)
        match = _PATTERN.fullmatch(known.date_formats["short"].pattern) if known is not None else None
        if match is None or {match["first"], match["second"], match["third"]} != set(WORDS):
            return cls()
        return cls(match["first"] + match["second"] + match["third"], match["separator"])

    @property
    def said(self) -> str:
        """Say how dates such as 3/11/2026 are read."""
        return f"Dates like {self._example()} are read as {', '.join(WORDS[part] for part in self.order)}."

    def read(self, text: str) -> date | datetime:
        """Read a day, or an instant with its offset, in UTC; raise BadValue."""
        try:
            found = self._read(text)
        except (ValueError, OverflowError) as bad:
            if isinstance(bad, BadValue):
                raise
            raise BadValue(f"There is no such date. {WRITE_IT}") from None
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise BadValue(f"There is no such date. {WRITE_IT}")
        return found

    def is_local(self, text: str) -> bool:
        """Say whether a text is a date in the locale's own order."""
        match = _NUMBERS.fullmatch(text)
        return match is not None and match[2] == self.separator and not _DAY.fullmatch(text)

    def _read(self, text: str) -> date | datetime:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        instant = _INSTANT.fullmatch(text)
        if instant is not None:
            if instant["offset"] is None:
                sentence = "This time lacks its offset from UTC: write 2026-11-20T14:30:00Z, or only the date."
                raise BadValue(sentence)
            return datetime.fromisoformat(text).astimezone(UTC)
        numbers = _NUMBERS.fullmatch(text)
        if numbers is None:
            raise BadValue(f"This is not a date. {WRITE_IT}")
        return self._in_order(numbers)

    def _in_order(self, numbers: "re.Match[str]") -> date:
        if numbers[2] != self.separator:
            raise BadValue(f"This date could mean more than one day. {WRITE_IT}")
        parts = dict(zip(self.order, (numbers[1], numbers[3], numbers[4]), strict=True))
        if len(parts["y"]) != len("2026"):
            raise BadValue(f"Write the year with four digits, such as {self._example()} or 2026-11-20.")
        try:
            return date(int(parts["y"]), int(parts["M"]), int(parts["d"]))
        except ValueError:
            order = ", ".join(WORDS[part] for part in self.order)
            raise BadValue(f"There is no such date, read as {order}. {WRITE_IT}") from None

    def _example(self) -> str:
        return self.separator.join({"d": "20", "M": "11", "y": "2026"}[part] for part in self.order)


def read_amount(text: str) -> Decimal:
    """Read an amount: digits, and a point before any decimals; raise BadValue."""
    if SEPARATORS.search(text):
        raise BadValue("Write the amount without thousands separators and with a point, such as 1000 or 1.5.")
    try:
        return decimal_from_text(text, field="amount")
    except BadNumber as bad:
        raise BadValue(bad.sentence) from None
