"""Public ids: prefixed, random, and the only ids that leave the system."""

import secrets
from datetime import datetime
from typing import Any

from django.db import models

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: read aloud without doubt, and no words
LENGTH = 20  # 32^20 = 100 bits
INSTANT_LENGTH = 9  # 45 bits of milliseconds: enough until the year 3084
_LETTERS = ALPHABET.encode() * (256 // len(ALPHABET))  # a letter for each byte, all equally often


def new_public_id(prefix: str) -> str:
    """Return a fresh id such as cus_7k2m…, from the operating system's randomness."""
    return f"{prefix}_{secrets.token_bytes(LENGTH).translate(_LETTERS).decode()}"


def new_ordered_ids(prefix: str, *, at: datetime, count: int) -> list[str]:
    """Return fresh ids that begin with their instant, so that an index of millions grows at its end alone.

    What follows the instant is as random as in other ids, 55 bits of it.
    """
    rest = LENGTH - INSTANT_LENGTH
    drawn = secrets.token_bytes(count * rest).translate(_LETTERS).decode()
    head = f"{prefix}_{_in_letters(int(at.timestamp() * 1000), INSTANT_LENGTH)}"
    return [head + drawn[place : place + rest] for place in range(0, count * rest, rest)]


def _in_letters(number: int, length: int) -> str:
    letters = ""
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return letters


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """A unique text column that fills itself with a prefixed random id."""

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        options.setdefault("unique", True)  # history rows repeat it
        options.update(max_length=40, editable=False, default=self.fresh)
        super().__init__(**options)

    def fresh(self) -> str:
        return new_public_id(self.prefix)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Draw the id of a row that was made without one, as `bulk.make` does."""
        if add and not getattr(model_instance, self.attname):
            setattr(model_instance, self.attname, self.fresh())
        return super().pre_save(model_instance, add)

    def db_type(self, connection: Any) -> str:
        """Name the type in full: for one that begins with varchar Django adds a second index, by which to search parts.

        Nobody knows a part of a random id, and each index of random ids is among the dearest that a row has.
        """
        return f"character varying({self.max_length})"

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for computed in ("max_length", "editable", "default"):
            options.pop(computed, None)
        if not self.unique:
            options["unique"] = False
        elif "unique" in options:
            del options["unique"]
        return name, path, args, {"prefix": self.prefix, **options}
