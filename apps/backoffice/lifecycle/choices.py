"""Fields that several deeds ask."""

from django import forms

from apps.invoicing.lifecycle.proration import Proration, When


def when(*, first: When, end: str = "At the end of the cycle") -> forms.ChoiceField:
    """Ask when a deed takes effect; `first` is chosen unless somebody chooses another."""
    return forms.ChoiceField(
        label="When",
        choices=[(When.PERIOD_END, end), (When.NOW, "Now")],
        initial=first,
        error_messages={"required": "Say when."},
    )


def proration(*, first: Proration, label: str = "What was paid in advance") -> forms.ChoiceField:
    """Ask what becomes of fees that were paid in advance beyond that instant."""
    return forms.ChoiceField(
        label=label,
        choices=[(Proration.PRORATE, "Give back the part that is left"), (Proration.NONE, "Keep it")],
        initial=first,
        error_messages={"required": "Say what becomes of it."},
    )


def quantity(*, label: str = "Quantity", required: bool = True, help_text: str = "") -> forms.DecimalField:
    """Ask how many."""
    return forms.DecimalField(
        label=label,
        required=required,
        max_digits=27,
        decimal_places=12,
        help_text=help_text,
        error_messages={"required": "Say how many.", "invalid": "Write a number, such as 3 or 2.5."},
    )
