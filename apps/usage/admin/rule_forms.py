"""The forms of a limit and of an alert."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from apps.catalog.price_form import NumberField
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.rating.currencies import CURRENCIES
from apps.rating.numbers import plain
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Alert, Limit
from apps.usage.rules import Where


class _RuleForm(forms.Form):
    """What both forms share: they know their place, and put refusals at their fields."""

    def __init__(self, *args: Any, organization: Organization, where: Where, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization, self.where = organization, where
        themed(self)

    def refused(self, refusal: Refusal) -> None:
        """Put a refusal at the field that it names."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


class LimitForm(_RuleForm):
    """How much one period may measure, and what happens beyond."""

    kind = forms.ChoiceField(label="Limit", choices=Limit.Kind.choices)
    quantity = NumberField(label="In each period", help_text="In the units that are counted.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="limit", **kwargs)
        if self.where.item is None and self.where.plan is None:
            kinds = [(value, label) for value, label in Limit.Kind.choices if value != Limit.Kind.NONE]
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    def save(self, *, now: datetime) -> Limit | None:
        """Set the limit; None where that was refused."""
        said = self.cleaned_data["quantity"]
        try:
            return usage.set_limit(
                organization=self.organization,
                at=self.where,
                kind=self.cleaned_data["kind"],
                quantity=Decimal(said) if said else None,
                now=now,
            )
        except Refusal as refusal:
            self.refused(refusal)
            return None


class AlertForm(_RuleForm):
    """When somebody is told, and whom."""

    basis = forms.ChoiceField(label="At", choices=Alert.Basis.choices)
    threshold = NumberField(label="Threshold", help_text="Such as 80 for 80 %, 8000 units, or 500.00 of money.")
    currency = forms.ChoiceField(label="Currency", required=False, help_text="Of an amount of money.")
    tells_team = forms.BooleanField(label="Tell the team", required=False, initial=True)
    tells_customer = forms.BooleanField(label="Tell the customer", required=False)
    addresses = forms.CharField(
        label="Further addresses",
        required=False,
        max_length=3000,
        help_text="Separated by commas or spaces.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="alert", **kwargs)
        if self.where.item is not None:
            del self.fields["currency"]
            return
        self.fields["currency"].choices = [("", "–"), *((code, code) for code in CURRENCIES)]  # type: ignore[attr-defined]

    def clean_threshold(self) -> str:
        threshold: str = self.cleaned_data["threshold"]
        if not threshold:
            raise forms.ValidationError("Say at which threshold.")
        return threshold

    def clean(self) -> dict[str, Any]:
        """Leave out the currency of what is no money: the list of currencies stands there for all bases."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("basis") != Alert.Basis.AMOUNT:
            said["currency"] = ""
        return said

    def save(self, *, now: datetime) -> Alert | None:
        """Set the alert; None where that was refused."""
        said = self.cleaned_data
        try:
            return usage.add_alert(
                organization=self.organization,
                at=self.where,
                basis=said["basis"],
                threshold=Decimal(said["threshold"]),
                currency=said.get("currency", ""),
                tells_team=said["tells_team"],
                tells_customer=said["tells_customer"],
                addresses=[address for address in re.split(r"[\s,;]+", said["addresses"]) if address],
                now=now,
            )
        except Refusal as refusal:
            self.refused(refusal)
            return None


def fields_of(limit: Limit | None) -> dict[str, str]:
    """Return what the form of a limit begins with."""
    if limit is None:
        return {}
    return {"kind": limit.kind, "quantity": "" if limit.quantity is None else plain(limit.quantity)}
