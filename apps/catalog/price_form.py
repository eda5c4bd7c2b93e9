"""The price editor's fields: a model, its numbers, tiers as rows, the common terms, and the setup fee."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from apps.catalog import operations, price_editor
from apps.catalog.models import AddOn, Plan
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.rating.currencies import CURRENCIES, exponent
from apps.rating.money import Money, to_money
from apps.rating.numbers import PLACES, BadNumber, decimal_from_text, plain
from apps.rating.pricing import PricingModel
from apps.tenancy.models import Organization

ROUNDINGS = [("up", "rounded up"), ("down", "rounded down"), ("nearest", "rounded to the nearest"), ("none", "exactly")]
TIER_LABELS = {
    "up_to": "Up to",
    "unit_amount": "Each unit",
    "package_size": "Or blocks of",
    "package_amount": "Each block",
    "flat_amount": "Once for the tier",
}


class NumberField(forms.CharField):
    """A number that is not negative, as canonical decimal text; empty text where nothing is said."""

    def __init__(self, *, places: int = PLACES, **options: Any) -> None:
        self.places = places
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=False, max_length=40, widget=widget, **options)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text:
            return ""
        if "," in text:
            raise forms.ValidationError("Write it without commas, such as 1000 or 0.01.")
        try:
            return plain(decimal_from_text(text, field="", places=self.places, negative=False))
        except BadNumber as bad:
            raise forms.ValidationError(bad.sentence) from None


class PriceForm(forms.Form):
    """What something costs. `model_said` is the pricing model once the form is valid."""

    model = forms.ChoiceField(
        choices=[(name, title) for name, (title, _) in price_editor.CHOICES.items()],
        widget=forms.RadioSelect,
        initial="per_unit",
        error_messages={"required": "Choose how it is priced."},
    )
    unit_amount = NumberField(
        label="Price per unit", help_text="As fine as needed, such as 0.001. A base fee is the price of one."
    )
    package_size = NumberField(label="Units in a block", help_text="Such as 100.")
    package_amount = NumberField(label="Price of a block")
    rate_percent = NumberField(label="Percent of the amount", help_text="Such as 2.9.")
    fixed_amount = NumberField(label="Fee for each payment", help_text="Such as 0.30; empty for none.")
    free_transactions = NumberField(label="Free payments", places=0, help_text="How many in each period cost nothing.")
    transaction_minimum = NumberField(label="At least, for each payment")
    transaction_maximum = NumberField(label="At most, for each payment")
    included_units = NumberField(label="Included units", help_text="Free of charge in every period, such as 10000.")
    minimum_amount = NumberField(label="Minimum for the period", help_text="Charged even if less was used.")
    maximum_amount = NumberField(label="Maximum for the period", help_text="Never charged more, however much is used.")
    divide_by = NumberField(label="Sold by the", help_text="Such as 1000, when the price is for a thousand.")
    round = forms.ChoiceField(label="Parts of that are counted", choices=ROUNDINGS, required=False, initial="up")
    setup_fee = NumberField(label="Setup fee", help_text="Charged once, on the first invoice.")
    tried = NumberField(label="What would this quantity cost?")
    rows = forms.CharField(widget=forms.HiddenInput, required=False, max_length=3)

    currency_said: str | None = None
    model_said: PricingModel | None = None

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.row_count = price_editor.row_count(data if data is not None else self.initial)
        for row in range(self.row_count):
            for member, label in TIER_LABELS.items():
                self.fields[price_editor.tier_field(row, member)] = NumberField(label=label)
        self.initial["rows"] = str(self.row_count)
        last = self.fields[price_editor.tier_field(self.row_count - 1, "up_to")]
        last.widget.attrs["placeholder"] = "and beyond"
        themed(self)

    def clean_round(self) -> str:
        return self.cleaned_data["round"] or "up"

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        model = said.get("model", "")
        self._forget_what_is_not_asked(model)
        self._check_setup_fee()
        if model and not self.errors.keys() & price_editor.fields_in_use(model, self.row_count):
            self._read_price()
        return said

    def refused(self, refusal: Refusal) -> None:
        """Put a refusal's sentence at the field it speaks of."""
        name = price_editor.field_at((refusal.field or "").removeprefix("form."), self._texts())
        self.add_error(name if name in self.fields else None, refusal.sentence)

    def price_form(self) -> dict[str, Any]:
        """Return the price form, once this is valid."""
        return price_editor.form_of(self._texts())

    def setup_fee_said(self) -> Money | None:
        """Return the setup fee; None where it or the currency is not said or not valid."""
        text = self.cleaned_data.get("setup_fee", "")
        return to_money(Decimal(text or "0"), self.currency_said) if self.currency_said else None

    def tried_quantity(self) -> Decimal | None:
        """Return the quantity that somebody wants to see, if any."""
        text = self.cleaned_data.get("tried", "")
        return Decimal(text) if text else None

    def models(self) -> list[dict[str, Any]]:
        """Return the choices of the model, each with its sentence, as the page shows them."""
        chosen = self["model"].value()
        return [
            {"name": name, "title": title, "sentence": sentence, "chosen": name == chosen}
            for name, (title, sentence) in price_editor.CHOICES.items()
        ]

    def tiers(self) -> list[list[BoundField]]:
        """Return the rows of tiers, each with its fields."""
        return [[self[price_editor.tier_field(row, member)] for member in TIER_LABELS] for row in range(self.row_count)]

    def parts(self) -> dict[str, list[BoundField]]:
        """Return the fields of each part of the page."""
        named = {**price_editor.MEMBERS, "terms": price_editor.TERMS, "transform": price_editor.TRANSFORM}
        return {part: [self[name] for name in names] for part, names in named.items()}

    def _texts(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if isinstance(value, str)}

    def _forget_what_is_not_asked(self, model: str) -> None:
        """Drop what was typed for another model: its fields are not shown, so it can be neither meant nor mended."""
        unused = price_editor.all_fields(self.row_count) - price_editor.fields_in_use(model, self.row_count)
        for name in unused:
            self.errors.pop(name, None)
            self.cleaned_data[name] = ""

    def _check_setup_fee(self) -> None:
        text, currency = self.cleaned_data.get("setup_fee", ""), self.currency_said
        if not text or currency is None:
            return
        fee, decimals = Decimal(text), exponent(currency)
        if fee != round(fee, decimals):
            self.add_error("setup_fee", f"{currency} has {decimals or 'no'} decimals.")
            return
        try:
            to_money(fee, currency)
        except ValueError:
            self.add_error("setup_fee", "This amount is too large.")

    def _read_price(self) -> None:
        texts = self._texts()
        for name, sentence in price_editor.mistakes(texts):
            self.add_error(name, sentence)
        if self.errors.keys() & price_editor.fields_in_use(texts["model"], self.row_count):
            return
        try:
            self.model_said = operations.parsed(price_editor.form_of(texts))
        except Refusal as refusal:
            self.refused(refusal)


class CatalogPriceForm(PriceForm):
    """The price of a plan's base fee, of an add-on, or of an add-on on one plan."""

    plan: "forms.ModelChoiceField[Plan]" = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label="none",
        help_text="Alone: its base fee. With an add-on: what it costs on this plan.",
    )
    add_on: "forms.ModelChoiceField[AddOn]" = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label="none",
        label="Add-on",
        help_text="Alone: what it costs on every plan that has no price of its own for it.",
    )
    currency = forms.ChoiceField(choices=[(code, code) for code in CURRENCIES])
    back = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        organization: Organization,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        mine = {"organization": organization, "archived_at__isnull": True}
        for name, rows in (("plan", Plan.objects.filter(**mine)), ("add_on", AddOn.objects.filter(**mine))):
            self.fields[name].queryset = rows.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        self.currency_said = self.cleaned_data.get("currency")
        return super().clean()

    def what(self) -> list[BoundField]:
        """Return the fields that say what this is the price of."""
        return [self["plan"], self["add_on"], self["currency"]]


class ItemPriceForm(PriceForm):
    """The price of one item of one customer, in the currency of its subscription."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, currency: str, initial: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.currency_said = currency
