"""The one JSON form of a price, as it comes in and goes out, and what OpenAPI says of it.

What a form may say is decided by rating.pricing alone; the serializers here only describe it.
"""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from apps.rating.pricing import MODELS
from apps.rating.pricing.transforms import Rounding

AMOUNT = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "examples": ["0.01"]}


@extend_schema_field(AMOUNT)
class FormNumber(serializers.CharField):
    """A number of a price form, as text."""


class PriceFormTransform(serializers.Serializer[Any]):
    """Turns what was measured into what is sold: per thousand, per started hour."""

    divide_by = FormNumber(help_text="More than zero.")
    round = serializers.ChoiceField(choices=[(way.value, way.value) for way in Rounding])


class CommonMembers(serializers.Serializer[Any]):
    """What any price form may say beside its model's own numbers; an answer always says it."""

    included_units = FormNumber(required=False, help_text="Free of charge in every period; 0 unless given.")
    minimum_amount = FormNumber(required=False, allow_null=True, help_text="The least that a period costs.")
    maximum_amount = FormNumber(required=False, allow_null=True, help_text="The most that a period costs.")
    transform = PriceFormTransform(required=False, allow_null=True, help_text="Before anything is counted.")


class PriceFormTier(serializers.Serializer[Any]):
    """Units over the tier before, sold one by one for `unit_amount`, or in blocks, rounded up within the tier."""

    up_to = FormNumber(allow_null=True, help_text="Inclusive; null for the last tier, which is open.")
    unit_amount = FormNumber(required=False, help_text="Of one unit; left out where the tier is sold in blocks.")
    package_size = FormNumber(required=False, help_text="Units in a block; with `package_amount`.")
    package_amount = FormNumber(required=False, help_text="Of one block.")
    flat_amount = FormNumber(required=False, help_text="Besides, once the tier is reached; 0 unless given.")


class PriceFormStair(serializers.Serializer[Any]):
    """A tier with one price, however many units are in it."""

    up_to = FormNumber(allow_null=True, help_text="Inclusive; null for the last tier, which is open.")
    flat_amount = FormNumber(required=False, help_text="0 unless given.")


class PerUnitForm(CommonMembers):
    """Each unit costs the same. A base fee is the price of one."""

    model = serializers.ChoiceField(choices=["per_unit"])
    unit_amount = FormNumber()


class GraduatedForm(CommonMembers):
    """Each unit costs what its tier says."""

    model = serializers.ChoiceField(choices=["graduated"])
    tiers = PriceFormTier(many=True)


class VolumeForm(CommonMembers):
    """All units cost what the tier says in which the quantity lies."""

    model = serializers.ChoiceField(choices=["volume"])
    tiers = PriceFormTier(many=True)


class PackageForm(CommonMembers):
    """Units are sold in blocks, rounded up."""

    model = serializers.ChoiceField(choices=["package"])
    package_size = FormNumber(help_text="Units in a block, more than zero.")
    package_amount = FormNumber(help_text="Of one block.")


class StairstepForm(CommonMembers):
    """The whole quantity costs the flat amount of the tier in which it lies."""

    model = serializers.ChoiceField(choices=["stairstep"])
    tiers = PriceFormStair(many=True)


class PercentageForm(CommonMembers):
    """A share of each amount, and a fee for each transaction. For usage add-ons whose metric is a sum."""

    model = serializers.ChoiceField(choices=["percentage"])
    rate_percent = FormNumber()
    fixed_amount = FormNumber(required=False, help_text="For each transaction; 0 unless given.")
    free_transactions = FormNumber(required=False, help_text="How many cost nothing; 0 unless given.")
    transaction_minimum = FormNumber(required=False, allow_null=True, help_text="The least that one costs.")
    transaction_maximum = FormNumber(required=False, allow_null=True, help_text="The most that one costs.")


DESCRIBED: dict[str, serializers.Serializer[Any] | type[serializers.Serializer[Any]]] = {
    "per_unit": PerUnitForm,
    "graduated": GraduatedForm,
    "volume": VolumeForm,
    "package": PackageForm,
    "stairstep": StairstepForm,
    "percentage": PercentageForm,
}
assert DESCRIBED.keys() == MODELS.keys(), "every pricing model is described"

FORMS: dict[str, dict[str, Any]] = {
    "Per unit": {"model": "per_unit", "unit_amount": "0.01", "included_units": "10000"},
    "Graduated": {
        "model": "graduated",
        "tiers": [{"up_to": "10000", "unit_amount": "0.02"}, {"up_to": None, "unit_amount": "0.01"}],
    },
    "Volume": {
        "model": "volume",
        "tiers": [{"up_to": "100", "unit_amount": "5"}, {"up_to": None, "unit_amount": "4", "flat_amount": "10"}],
    },
    "Package": {"model": "package", "package_size": "100", "package_amount": "5"},
    "Stairstep": {
        "model": "stairstep",
        "tiers": [{"up_to": "5", "flat_amount": "20"}, {"up_to": None, "flat_amount": "90"}],
    },
    "Percentage": {"model": "percentage", "rate_percent": "2.9", "fixed_amount": "0.3", "free_transactions": "10"},
    "Per thousand": {
        "model": "per_unit",
        "unit_amount": "0.2",
        "transform": {"divide_by": "1000", "round": "up"},
        "minimum_amount": "5",
    },
}


@extend_schema_field(PolymorphicProxySerializer("PriceForm", DESCRIBED, "model", many=False))
class PriceFormField(serializers.Field[Mapping[str, Any], Any, Any, Any]):
    """A price form: any JSON object on its way in, for the operation to parse; the canonical form on its way out."""

    default_error_messages = {"invalid": "This must be a JSON object."}

    def to_internal_value(self, data: Any) -> Mapping[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        return dict(data)

    def to_representation(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        return value


def examples(**besides: Any) -> list[OpenApiExample]:
    """Return a request for each model, with other members beside the form."""
    return [OpenApiExample(name, request_only=True, value={**besides, "form": form}) for name, form in FORMS.items()]
