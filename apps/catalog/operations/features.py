"""Write features and what they are worth on each plan."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.catalog.models import Feature, Plan, PlanFeature, Product
from apps.catalog.operations.goods import created
from apps.core.refusals import Refusal
from apps.core.validation import saved
from apps.rating.numbers import BadNumber, decimal_from_text, plain
from apps.tenancy.models import Organization

LONGEST_TEXT = 500


@transaction.atomic
def create_feature(*, organization: Organization, product: Product, now: datetime, **fields: Any) -> Feature:
    """Create a feature of a product. Raise Conflict where the product has one with its key."""
    return created(Feature(organization=organization, product=product, created_at=now, **fields))


@transaction.atomic
def set_feature(*, plan: Plan, feature: Feature, value: object) -> PlanFeature:
    """Give a feature its value on a plan: a bool, a number as text, or a text, as its kind says.

    Raise Refusal for a value of another kind, and for a feature of another product than the plan's.
    """
    if feature.product_id != plan.product_id:
        raise Refusal("other_product", f"{feature.name} is a feature of another product.", field="feature")
    row = PlanFeature.objects.filter(plan=plan, feature=feature).first()
    row = row or PlanFeature(organization=plan.organization, plan=plan, feature=feature)
    row.value = _value(feature, value)
    return saved(row)


@transaction.atomic
def clear_feature(*, plan: Plan, feature: Feature) -> None:
    """Take a feature from a plan."""
    PlanFeature.objects.filter(plan=plan, feature=feature).delete()


def _value(feature: Feature, value: object) -> bool | str:
    if feature.kind == Feature.Kind.BOOLEAN:
        if not isinstance(value, bool):
            raise Refusal("not_a_boolean", "This must be true or false.", field="value")
        return value
    if feature.kind == Feature.Kind.NUMBER:
        try:
            return plain(decimal_from_text(str(value) if type(value) is int else value, field="value"))
        except BadNumber as wrong:
            raise Refusal("not_a_number", wrong.sentence, field="value") from None
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT:
        raise Refusal("not_a_text", f"This must be a text of at most {LONGEST_TEXT} characters.", field="value")
    return value
