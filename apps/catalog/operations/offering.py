"""Offer an add-on with a plan, with what the plan includes of it."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.catalog.models import AddOn, Plan, PlanAddOn
from apps.catalog.operations.goods import enable_add_on
from apps.catalog.operations.prices import include_units


@transaction.atomic
def offer_add_on(
    *, plan: Plan, add_on: AddOn, now: datetime, automatic: bool = True, included_units: Decimal | None = None
) -> PlanAddOn:
    """Let customers of a plan have an add-on, and include units of it where a number is given.

    Raise Refusal, naming `add_on`, for units of an add-on that has no price yet.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    row = enable_add_on(plan=plan, add_on=add_on, automatic=automatic)
    if included_units is not None:
        include_units(plan=plan, add_on=add_on, units=included_units, now=now)
    return row
