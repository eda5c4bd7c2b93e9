"""The form that names a usage system."""

from typing import Any

from django import forms

from apps.core.admin import themed
from apps.core.outbound.targets import LONGEST_URL


class UsageSystemForm(forms.Form):
    """Where to ask, and from when on."""

    url = forms.CharField(
        label="Address",
        max_length=LONGEST_URL,
        strip=False,
        widget=forms.TextInput(attrs={"placeholder": "https://example.com/usage", "autocomplete": "off"}),
        error_messages={"required": "Write the address of the usage system."},
    )
    include_ended = forms.BooleanField(
        label="Ask for periods too that have ended already and are not billed yet", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        themed(self)
