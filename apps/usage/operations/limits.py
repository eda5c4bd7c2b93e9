"""Set limits and take them away."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from apps.catalog.models import AddOn, Metric, PlanAddOn
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.core.validation import saved
from apps.tenancy.models import Organization
from apps.usage import rules
from apps.usage.models import Limit
from apps.usage.models.limits import MOST
from apps.usage.rules import Where

ADDITIVE = (Metric.Aggregation.SUM, Metric.Aggregation.COUNT)


def set_limit(*, organization: Organization, at: Where, kind: str, quantity: Decimal | None, now: datetime) -> Limit:
    """Limit a place, or change its limit, from the next event on; return it.

    The kind `none` with no quantity lifts what applies from elsewhere. Raise Refusal naming the field: something that
    is not metered, an add-on that the plan does not offer, a hard limit on what is neither a sum nor a count, a missing
    or needless quantity.
    """
    check_where(at)
    _check(at, kind, quantity)
    # Somebody else may set the first limit of the same place at the same moment: the next try sees it.
    return retried(
        lambda: _set(organization=organization, at=at, kind=kind, quantity=quantity, now=now), also=(IntegrityError,)
    )


@transaction.atomic
def _set(*, organization: Organization, at: Where, kind: str, quantity: Decimal | None, now: datetime) -> Limit:
    limit = rules.limit_at(at) or Limit(organization=organization, created_at=now, **at.key)
    limit.kind, limit.quantity = kind, quantity
    return saved(limit)


@transaction.atomic
def clear_limit(*, at: Where) -> bool:
    """Take a place's own limit away, so that the default behind it holds again; False where it had none."""
    limit = rules.limit_at(at)
    if limit is None:
        return False
    limit.delete()
    return True


def check_where(at: Where) -> None:
    """Raise Refusal unless usage is metered at a place, and the plan, if one is named, offers the add-on."""
    if at.metered is None or at.metered.kind != AddOn.Kind.USAGE:
        field = "item" if at.item is not None else "add_on"
        raise Refusal("not_metered", "Nothing is metered here: only usage has limits and alerts.", field=field)
    if at.plan is not None and not PlanAddOn.objects.filter(plan=at.plan, add_on=at.add_on).exists():
        raise Refusal("add_on_not_enabled", f"{at.plan} does not offer {at.add_on}.", field="add_on")


def _check(at: Where, kind: str, quantity: Decimal | None) -> None:
    if kind not in Limit.Kind.values:
        raise Refusal("invalid_choice", f"This must be one of {', '.join(Limit.Kind.values)}.", field="kind")
    if kind == Limit.Kind.NONE:
        if quantity is not None:
            raise Refusal("quantity_not_wanted", "No limit has no quantity: leave it empty.", field="quantity")
        if at.item is None and at.plan is None:
            raise Refusal("nothing_to_lift", "There is no limit behind this one: take it away instead.", field="kind")
        return
    if quantity is None:
        raise Refusal("required", "Say how much may be used in one period.", field="quantity")
    if not 0 <= quantity < MOST:
        raise Refusal("quantity_out_of_range", "This must be zero or more, and below 10^15.", field="quantity")
    assert at.metric is not None, "the place was checked"
    if kind == Limit.Kind.HARD and at.metric.aggregation not in ADDITIVE:
        sentence = "Only a sum or a count can have a hard limit: what else is counted is not known event by event."
        raise Refusal("hard_limit_not_additive", sentence, field="kind")
