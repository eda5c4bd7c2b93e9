"""Public ids: prefixed, random, and the only ids that leave the system."""

import secrets
from typing import Any

from django.db import models

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: read aloud without doubt, and no words
LENGTH = 20  # 32^20 = 100 bits


def new_public_id(prefix: str) -> str:
    """Return a fresh id such as cus_7k2m…, from the operating system's randomness."""
    return f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """A unique text column that fills itself with a prefixed random id."""

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        options.setdefault("unique", True)  # history rows repeat it
        options.update(max_length=40, editable=False, default=self.fresh)
        super().__init__(**options)

    def fresh(self) -> str:
        return new_public_id(self.prefix)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for computed in ("max_length", "editable", "default"):
            options.pop(computed, None)
        if not self.unique:
            options["unique"] = False
        elif "unique" in options:
            del options["unique"]
        return name, path, args, {"prefix": self.prefix, **options}
