"""Set a price per unit: of a plan's base fee, of an add-on, or of an add-on on one plan."""

from decimal import Decimal
from typing import Any

from django import forms

from apps.catalog import operations
from apps.catalog.models import AddOn, Plan, Price
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.rating.currencies import CURRENCIES, exponent
from apps.rating.money import to_money
from apps.rating.numbers import BadNumber, decimal_from_text, plain
from apps.tenancy.models import Organization

MEMBERS = {"form.unit_amount": "unit_amount", "form.included_units": "included_units", "setup_fee": "setup_fee"}


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """The simple fields of a price; the form that is stored is built from them."""

    organization: Organization
    FIELDSETS = ((None, {"fields": (("plan", "add_on"), "currency", "unit_amount", "included_units", "setup_fee")}),)

    plan: "forms.ModelChoiceField[Plan]" = forms.ModelChoiceField(
        queryset=None,
        required=False,
        help_text="Alone: its base fee. With an add-on: what the add-on costs on this plan.",
    )
    add_on: "forms.ModelChoiceField[AddOn]" = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label="Add-on",
        help_text="Alone: what it costs on every plan that has no price of its own for it.",
    )
    currency = forms.ChoiceField(choices=[(code, code) for code in CURRENCIES])
    unit_amount = forms.CharField(
        label="Price per unit",
        max_length=40,
        help_text="As fine as needed, such as 0.001. A base fee is the price of one.",
        error_messages={"required": "Say what one unit costs; 0 is allowed."},
    )
    included_units = forms.CharField(
        label="Included units",
        max_length=40,
        required=False,
        initial="0",
        help_text="Free of charge in every period, such as 10000.",
    )
    setup_fee = forms.CharField(
        label="Setup fee", max_length=40, required=False, initial="0", help_text="Charged once, on the first invoice."
    )

    class Meta:
        model = Price
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = {"organization": self.organization, "archived_at__isnull": True}
        for name, rows in (("plan", Plan.objects.filter(**mine)), ("add_on", AddOn.objects.filter(**mine))):
            self.fields[name].queryset = rows.order_by("name", "pk")  # type: ignore[attr-defined]
        themed(self)

    def clean_unit_amount(self) -> str:
        return plain(self._number("unit_amount"))

    def clean_included_units(self) -> str:
        return plain(self._number("included_units"))

    def clean_setup_fee(self) -> Decimal:
        return self._number("setup_fee")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        plan, add_on = said.get("plan"), said.get("add_on")
        if plan is None and add_on is None and not {"plan", "add_on"} & set(self.errors):
            self.add_error("add_on", "Choose what this is the price of: a plan, an add-on, or both.")
        if plan is not None and add_on is None and plan.is_free:
            self.add_error("plan", f"{plan} is free: it has no base fee. Choose an add-on as well, or make it paid.")
        if plan is not None and add_on is not None and not plan.plan_add_ons.filter(add_on=add_on).exists():
            self.add_error("add_on", f"{add_on} is not an add-on of {plan}.")
        self._check_setup_fee(said)
        if not self.errors:
            self._check_form()
        return said

    def _post_clean(self) -> None:
        """Leave the row to the operation: here it is still empty."""

    def priced(self) -> dict[str, Any]:
        """Return what catalog.operations.set_price takes, once the form is valid."""
        said = self.cleaned_data
        return {
            "plan": said["plan"],
            "add_on": said["add_on"],
            "currency": said["currency"],
            "form": self._form(),
            "setup_fee": to_money(said["setup_fee"], said["currency"]),
        }

    def _form(self) -> dict[str, Any]:
        said = self.cleaned_data
        amounts = {"unit_amount": said["unit_amount"], "included_units": said["included_units"]}
        return {"model": "per_unit", **amounts}

    def _check_setup_fee(self, said: dict[str, Any]) -> None:
        fee, currency = said.get("setup_fee"), said.get("currency")
        if fee is None or currency is None:
            return
        decimals = exponent(currency)
        if fee != round(fee, decimals):
            self.add_error("setup_fee", f"{currency} has {decimals or 'no'} decimals.")

    def _check_form(self) -> None:
        try:
            operations.canonical(self._form())
        except Refusal as refusal:
            self.add_error(MEMBERS.get(refusal.field or ""), refusal.sentence)

    def _number(self, name: str) -> Decimal:
        text = (self.cleaned_data[name] or "0").strip()
        if "," in text:
            raise forms.ValidationError("Write it without commas, such as 1000 or 0.01.")
        try:
            return decimal_from_text(text, field=name, negative=False)
        except BadNumber as bad:
            raise forms.ValidationError(bad.sentence) from None
