"""Fields that several deeds ask."""

from decimal import Decimal
from typing import Any

from django import forms

from apps.invoicing.models import Method
from apps.rating.numbers import BadNumber, decimal_from_text

LONGEST_REASON = 300


class NumberField(forms.CharField):
    """A decimal number, read as programs' numbers are: exactly, and never with commas."""

    def __init__(self, *, required: bool = True, missing: str = "Write a number.", **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=required, widget=widget, error_messages={"required": missing}, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value).strip()
        if not text:
            return None
        if "," in text:
            raise forms.ValidationError("Write the number without commas, such as 1000 or 1.5.")
        try:
            return decimal_from_text(text, field="")
        except BadNumber as bad:
            raise forms.ValidationError(bad.sentence) from None


def reason(*, required: bool, help_text: str, longest: int = LONGEST_REASON) -> forms.CharField:
    """Ask why."""
    return forms.CharField(
        label="Why",
        required=required,
        max_length=longest,
        help_text=help_text,
        error_messages={"required": "Say why."},
    )


def method() -> forms.ChoiceField:
    """Ask how money was paid."""
    words = [(value, label.capitalize()) for value, label in Method.choices]
    return forms.ChoiceField(
        label="How", choices=words, initial=Method.BANK, error_messages={"required": "Say how it was paid."}
    )


def reference() -> forms.CharField:
    """Ask for the words that came with a payment."""
    return forms.CharField(
        label="Reference", required=False, max_length=200, help_text="Such as the text of the bank transfer."
    )
