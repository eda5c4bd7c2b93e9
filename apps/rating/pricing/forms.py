"""Reading the members of a price's JSON form, each error naming its member."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from apps.rating.numbers import PLACES, WHOLE_DIGITS, BadNumber, decimal_from_text

_LARGEST = 10**WHOLE_DIGITS


class PriceFormError(ValueError):
    """A price form can't be used. Carries the member's path, such as "tiers[1].up_to", and a plain sentence."""

    def __init__(self, member: str, sentence: str) -> None:
        super().__init__(f"{member}: {sentence}")
        self.member = member
        self.sentence = sentence


class Members:
    """The members of one JSON object inside a price form. Nothing is converted that isn't asked for by name."""

    def __init__(self, value: object, *, path: str = "", allowed: frozenset[str]) -> None:
        if not isinstance(value, Mapping):
            raise PriceFormError(path or "price", "This must be an object with members.")
        self._path = path
        self._members: Mapping[object, object] = value
        for name in value:
            if not isinstance(name, str):
                raise PriceFormError(path or "price", "The names of members must be text.")
            if name not in allowed:
                raise PriceFormError(self.path(_shown(name)), "There is no such member here.")

    def path(self, name: str) -> str:
        """Name a member as errors do, from the top of the form."""
        return f"{self._path}.{name}" if self._path else name

    def get(self, name: str) -> object:
        """Give a member's raw value; missing and null are both None."""
        return self._members.get(name)

    def has(self, name: str) -> bool:
        """Tell whether a member says something: missing and null both don't."""
        return self.get(name) is not None

    def decimal(self, name: str, *, default: Decimal | None = None) -> Decimal:
        """Read a number that isn't negative; without a default it is required."""
        if name not in self._members:
            if default is None:
                raise PriceFormError(self.path(name), "This is missing.")
            return default
        return _decimal(self._members[name], self.path(name))

    def positive(self, name: str) -> Decimal:
        """Read a required number above zero."""
        number = self.decimal(name)
        if number == 0:
            raise PriceFormError(self.path(name), "This must be more than zero.")
        return number

    def whole(self, name: str, *, default: int) -> int:
        """Read a whole number that isn't negative, or take the default where it is missing."""
        return int(_decimal(self._members[name], self.path(name), places=0)) if name in self._members else default

    def optional(self, name: str) -> Decimal | None:
        """Read a number that isn't negative, or None where it is null or missing."""
        return None if self.get(name) is None else self.decimal(name)

    def nullable(self, name: str) -> Decimal | None:
        """Read a number that isn't negative, or None where it is null; it must be there."""
        if name not in self._members:
            raise PriceFormError(self.path(name), "This is missing; write null where there is no limit.")
        return self.optional(name)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Read a required text that must be one of the choices."""
        if name not in self._members:
            raise PriceFormError(self.path(name), "This is missing.")
        value = self._members[name]
        if not isinstance(value, str) or value not in choices:
            raise PriceFormError(self.path(name), f"This must be one of {', '.join(choices)}.")
        return value

    def objects(self, name: str, *, allowed: frozenset[str], most: int) -> Iterator["Members"]:
        """Read a required list of objects, at least one."""
        if name not in self._members:
            raise PriceFormError(self.path(name), "This is missing.")
        value = self._members[name]
        if not isinstance(value, list) or not value:
            raise PriceFormError(self.path(name), "This must be a list with at least one entry.")
        if len(value) > most:
            raise PriceFormError(self.path(name), f"This has too many entries: at most {most}.")
        for position, entry in enumerate(value):
            yield Members(entry, path=self.path(f"{name}[{position}]"), allowed=allowed)


def _shown(name: str) -> str:
    """Write a name that came from outside so that any error message can carry it."""
    short = name[:60]
    return short if short and short.isprintable() else ascii(short)


def _decimal(value: object, path: str, *, places: int = PLACES) -> Decimal:
    """Read text, or a JSON integer, which is as exact as text."""
    if type(value) is int:
        if abs(value) >= _LARGEST:
            raise PriceFormError(path, f"This number is too large: at most {WHOLE_DIGITS} digits before the point.")
        value = str(value)
    try:
        return decimal_from_text(value, field=path, places=places, negative=False)
    except BadNumber as error:
        raise PriceFormError(path, error.sentence) from None
