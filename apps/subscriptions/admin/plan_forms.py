"""The forms of a plan's page: what its features are worth, and the units it includes of an add-on."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from apps.catalog import operations
from apps.catalog.models import AddOn, Feature, Plan, PlanAddOn, PlanFeature
from apps.catalog.operations.features import LONGEST_TEXT
from apps.catalog.price_form import NumberField
from apps.core.admin import themed
from apps.core.refusals import Refusal

YES_NO = [("", "not set"), ("yes", "yes"), ("no", "no")]


class FeaturesForm(forms.Form):
    """One field for each feature of the plan's product; empty takes the feature from the plan."""

    def __init__(self, *args: Any, plan: Plan, features: Sequence[Feature], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.features = {f"feature_{feature.pk}": feature for feature in features}
        self.stored = {row.feature_id: row.value for row in PlanFeature.objects.filter(plan=plan)}
        for name, feature in self.features.items():
            self.fields[name] = _field(feature)
            self.initial[name] = _shown(self.stored.get(feature.pk))
        themed(self)

    def save(self) -> list[str]:
        """Store what was changed; return the names of those features. Refusals become errors of their fields."""
        changed = []
        for name in self.changed_data:
            feature = self.features[name]
            try:
                self._store(feature, self.cleaned_data[name])
            except Refusal as refusal:
                self.add_error(name, refusal.sentence)
            else:
                changed.append(str(feature))
        return changed

    def _store(self, feature: Feature, said: str) -> None:
        if not said:
            operations.clear_feature(plan=self.plan, feature=feature)
            return
        value = said == "yes" if feature.kind == Feature.Kind.BOOLEAN else said
        operations.set_feature(plan=self.plan, feature=feature, value=value)


class UnitsForm(forms.Form):
    """How many units of an add-on the plan includes."""

    add_on = forms.ChoiceField(label="Add-on", error_messages={"invalid_choice": "The plan has no such add-on."})
    units = NumberField(label="Included units", help_text="Free of charge in every period, in each currency.")

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        enabled = PlanAddOn.objects.filter(plan=plan, add_on__archived_at__isnull=True).select_related("add_on")
        self.add_ons = {str(row.add_on_id): row.add_on for row in enabled.order_by("add_on__name")}
        self.fields["add_on"].choices = [(pk, str(add_on)) for pk, add_on in self.add_ons.items()]  # type: ignore[attr-defined]
        themed(self)

    def clean_units(self) -> str:
        units: str = self.cleaned_data["units"]
        if not units:
            raise forms.ValidationError("Say how many units; 0 includes none.")
        return units

    def save(self, *, now: datetime) -> AddOn | None:
        """Set the plan's own prices with these units; None where that was refused."""
        add_on: AddOn = self.add_ons[self.cleaned_data["add_on"]]
        try:
            operations.include_units(plan=self.plan, add_on=add_on, units=Decimal(self.cleaned_data["units"]), now=now)
        except Refusal as refusal:
            self.add_error("add_on" if refusal.field == "add_on" else None, refusal.sentence)
            return None
        return add_on


def _field(feature: Feature) -> forms.Field:
    if feature.kind == Feature.Kind.BOOLEAN:
        return forms.ChoiceField(label=feature.name, choices=YES_NO, required=False)
    if feature.kind == Feature.Kind.NUMBER:
        return NumberField(label=feature.name)
    return forms.CharField(label=feature.name, required=False, max_length=LONGEST_TEXT)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
