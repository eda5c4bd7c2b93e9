"""Write what is sold. Prices are superseded, never edited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from apps.catalog.models import AddOn, Metric, Plan, PlanAddOn, Price, Product
from apps.core.refusals import Refusal
from apps.core.validation import validated
from apps.rating import pricing
from apps.rating.money import Money
from apps.tenancy.models import Organization

_Row = TypeVar("_Row", bound=models.Model)


@transaction.atomic
def create_product(*, organization: Organization, now: datetime, **fields: Any) -> Product:
    """Create a product; its currency is the organization's unless given."""
    fields.setdefault("currency", organization.currency)
    return _saved(Product(organization=organization, created_at=now, **fields))


@transaction.atomic
def create_metric(*, organization: Organization, now: datetime, **fields: Any) -> Metric:
    """Create a metric."""
    return _saved(Metric(organization=organization, created_at=now, **fields))


@transaction.atomic
def create_plan(*, organization: Organization, product: Product, now: datetime, **fields: Any) -> Plan:
    """Create a plan of a product."""
    return _saved(Plan(organization=organization, product=product, created_at=now, **fields))


@transaction.atomic
def create_add_on(*, organization: Organization, now: datetime, **fields: Any) -> AddOn:
    """Create an add-on; `unit_plural` is the unit itself unless given."""
    fields.setdefault("unit_plural", fields.get("unit", ""))
    return _saved(AddOn(organization=organization, created_at=now, **fields))


@transaction.atomic
def enable_add_on(*, plan: Plan, add_on: AddOn, automatic: bool = True) -> PlanAddOn:
    """Let customers of a plan have an add-on: with the plan, or by choice."""
    return _saved(PlanAddOn(organization=plan.organization, plan=plan, add_on=add_on, automatic=automatic))


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

    Existing items keep their price. Raise Refusal naming the member of the form that is wrong.
    """
    if setup_fee is not None and setup_fee.currency != currency:
        raise Refusal("currency_mismatch", f"The setup fee must be in {currency}.", field="setup_fee")
    price = Price(
        organization=organization,
        plan=plan,
        add_on=add_on,
        currency=currency,
        form=canonical(form),
        setup_fee_minor=setup_fee.minor if setup_fee else 0,
        created_at=now,
    )
    older = Price.objects.filter(
        organization=organization, plan=plan, add_on=add_on, currency=currency, superseded_at__isnull=True
    )
    older.update(superseded_at=now)
    return _saved(price)


def canonical(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return a price form in its one canonical form; raise Refusal naming the wrong member."""
    try:
        return dict(pricing.form(pricing.parse(dict(form))))
    except pricing.PriceFormError as wrong:
        raise Refusal(
            "invalid_price", wrong.sentence, field=f"form.{wrong.member}" if wrong.member else "form"
        ) from None


def _saved(row: _Row) -> _Row:
    validated(row).save()
    return row
