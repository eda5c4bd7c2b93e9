"""Write prices: superseded, never edited."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.catalog.models import AddOn, Metric, Plan, Price
from apps.core.refusals import Refusal
from apps.core.validation import saved
from apps.rating import pricing
from apps.rating.money import Money
from apps.rating.numbers import plain
from apps.tenancy.models import Organization


@transaction.atomic
def set_price(
    *,
    organization: Organization,
    currency: str,
    form: Mapping[str, Any],
    now: datetime,
    plan: Plan | None = None,
    add_on: AddOn | None = None,
    setup_fee: Money | None = None,
) -> Price:
    """Set what a plan, an add-on, or an add-on on a plan costs from now on; the price before is superseded.

    Existing items keep their price. What costs just this already is left alone, and its price returned.
    Raise Refusal naming the member of the form that is wrong, a plan without a base fee, or an add-on not of the plan.
    """
    _check_priced(plan, add_on)
    price = _price(organization, currency, form, now, plan, add_on, setup_fee)
    _take_turns(plan, add_on)
    before = _current(plan, add_on).filter(currency=currency)
    same = before.first()
    if same is not None and (same.form, same.setup_fee_minor) == (price.form, price.setup_fee_minor):
        return same
    before.update(superseded_at=now)
    return saved(price)


@transaction.atomic
def include_units(*, plan: Plan, add_on: AddOn, units: Decimal, now: datetime) -> list[Price]:
    """Give an add-on other included units on a plan: its prices, in each currency, with these units in their place.

    The plan's own prices stand on their own from then on. Raise Refusal where the add-on has no price yet.
    """
    own = {price.currency: price for price in _current(plan, add_on)}
    prices = {price.currency: price for price in _current(None, add_on)} | own
    if not prices:
        raise Refusal("no_price", f"{add_on.name} has no price yet.", field="add_on")
    return [
        set_price(
            organization=plan.organization,
            plan=plan,
            add_on=add_on,
            currency=currency,
            form={**price.form, "included_units": plain(units)},
            setup_fee=Money(price.setup_fee_minor, currency),
            now=now,
        )
        for currency, price in sorted(prices.items())
    ]


@transaction.atomic
def negotiate(*, price: Price, form: Mapping[str, Any], now: datetime, setup_fee: Money | None = None) -> Price:
    """Write a price for single items in the place of `price`; nobody else gets it."""
    own = Money(price.setup_fee_minor, price.currency) if setup_fee is None else setup_fee
    row = _price(price.organization, price.currency, form, now, price.plan, price.add_on, own)
    row.negotiated = True
    return saved(row)


def canonical(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return a price form in its one canonical form; raise Refusal naming the wrong member."""
    return dict(pricing.form(parsed(form)))


def parsed(form: Mapping[str, Any]) -> pricing.PricingModel:
    """Read a price form; raise Refusal naming the wrong member."""
    try:
        return pricing.parse(dict(form))
    except pricing.PriceFormError as wrong:
        raise Refusal(
            "invalid_price", wrong.sentence, field=f"form.{wrong.member}" if wrong.member else "form"
        ) from None


def _check_priced(plan: Plan | None, add_on: AddOn | None) -> None:
    if plan is None and add_on is None:
        raise Refusal("priced_nothing", "Say what this is the price of: a plan, an add-on, or both.", field="plan")
    if plan is not None and add_on is None and plan.is_free:
        raise Refusal("plan_is_free", f"{plan.name} is free: it has no base fee.", field="plan")
    if plan is not None and add_on is not None and not plan.plan_add_ons.filter(add_on=add_on).exists():
        raise Refusal("add_on_not_of_plan", f"{add_on.name} is not an add-on of {plan.name}.", field="add_on")


def _price(
    organization: Organization,
    currency: str,
    form: Mapping[str, Any],
    now: datetime,
    plan: Plan | None,
    add_on: AddOn | None,
    setup_fee: Money | None,
) -> Price:
    if setup_fee is not None and setup_fee.currency != currency:
        raise Refusal("currency_mismatch", f"The setup fee must be in {currency}.", field="setup_fee")
    model = parsed(form)
    if model.BY_TRANSACTION and not _counts_amounts(add_on):
        raise Refusal(
            "percentage_needs_a_sum", "A percentage needs a usage add-on whose metric is a sum.", field="form.model"
        )
    return Price(
        organization=organization,
        plan=plan,
        add_on=add_on,
        currency=currency,
        form=pricing.form(model),
        setup_fee_minor=setup_fee.minor if setup_fee else 0,
        created_at=now,
    )


def _current(plan: Plan | None, add_on: AddOn | None) -> QuerySet[Price]:
    return Price.objects.filter(plan=plan, add_on=add_on, superseded_at__isnull=True, negotiated=False)


def _take_turns(plan: Plan | None, add_on: AddOn | None) -> None:
    """Lock what is priced, so that of two prices set at once the later one supersedes the earlier."""
    if add_on is not None:
        AddOn.objects.select_for_update().get(pk=add_on.pk)
    elif plan is not None:
        Plan.objects.select_for_update().get(pk=plan.pk)


def _counts_amounts(add_on: AddOn | None) -> bool:
    return add_on is not None and add_on.metric is not None and add_on.metric.aggregation == Metric.Aggregation.SUM
