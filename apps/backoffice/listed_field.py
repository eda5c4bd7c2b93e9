"""A form field for a short list that is written as one line."""

import re
from collections.abc import Callable
from typing import Any

from django import forms

SEPARATORS = re.compile(r"[\s,;]+")


class ListedField(forms.CharField):
    """Several texts or numbers, separated by commas; `coerce` makes each, or raises ValueError."""

    def __init__(self, *, coerce: Callable[[str], Any] = str, invalid: str = "", **options: Any) -> None:
        super().__init__(required=False, **options)
        self.coerce, self.invalid = coerce, invalid

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        try:
            return [self.coerce(part) for part in SEPARATORS.split(str(value or "").strip()) if part]
        except ValueError:
            raise forms.ValidationError(self.invalid) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial or []) != str(data or ""))
