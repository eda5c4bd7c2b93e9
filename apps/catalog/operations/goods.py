"""Write what is sold: products, metrics, plans, add-ons."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from apps.catalog.models import AddOn, Feature, Metric, Plan, PlanAddOn, Product
from apps.core.refusals import Conflict, Refusal
from apps.core.validation import saved, validated
from apps.tenancy.models import Organization

Goods = TypeVar("Goods", Product, Feature, Metric, Plan, AddOn)

CHANGEABLE: dict[type, frozenset[str]] = {
    Product: frozenset({"name", "currency", "tax_category"}),
    Feature: frozenset({"name"}),
    Metric: frozenset({"name"}),
    Plan: frozenset({"name", "alignment", "trial_days", "after_trial"}),
    AddOn: frozenset({"name", "unit", "unit_plural", "tax_category"}),
}


@transaction.atomic
def create_product(*, organization: Organization, now: datetime, **fields: Any) -> Product:
    """Create a product; its currency is the organization's unless given. Raise Conflict where its key is taken."""
    fields.setdefault("currency", organization.currency)
    return created(Product(organization=organization, created_at=now, **fields))


@transaction.atomic
def create_metric(*, organization: Organization, now: datetime, **fields: Any) -> Metric:
    """Create a metric. Raise Conflict where its key is taken."""
    return created(Metric(organization=organization, created_at=now, **fields))


@transaction.atomic
def create_plan(*, organization: Organization, product: Product, now: datetime, **fields: Any) -> Plan:
    """Create a plan of a product. Raise Conflict where its key is taken."""
    return created(Plan(organization=organization, product=product, created_at=now, **fields))


@transaction.atomic
def create_add_on(*, organization: Organization, now: datetime, **fields: Any) -> AddOn:
    """Create an add-on; `unit_plural` is the unit itself unless given. Raise Conflict where its key is taken."""
    fields.setdefault("unit_plural", fields.get("unit", ""))
    return created(AddOn(organization=organization, created_at=now, **fields))


@transaction.atomic
def enable_add_on(*, plan: Plan, add_on: AddOn, automatic: bool = True) -> PlanAddOn:
    """Let customers of a plan have an add-on: with the plan, or by choice. Said again, it changes which."""
    row = PlanAddOn.objects.filter(plan=plan, add_on=add_on).first()
    row = row or PlanAddOn(organization=plan.organization, plan=plan, add_on=add_on)
    row.automatic = automatic
    return saved(row)


@transaction.atomic
def disable_add_on(*, plan: Plan, add_on: AddOn) -> None:
    """Offer an add-on with a plan no longer; who has it keeps it. Raise Conflict where it is its only plan."""
    if not PlanAddOn.objects.filter(plan=plan, add_on=add_on).exists():
        return
    if not PlanAddOn.objects.filter(add_on=add_on).exclude(plan=plan).exists():
        raise Conflict("add_on_without_plan", f"{add_on.name} must stay enabled for at least one plan.", field="add_on")
    PlanAddOn.objects.filter(plan=plan, add_on=add_on).delete()


@transaction.atomic
def update(*, row: Goods, **changes: Any) -> Goods:
    """Change what may change of a product, feature, metric, plan or add-on.

    Keys, what is counted and how often is billed stay: history rests on them. Raise Refusal naming any other field.
    """
    for name, value in changes.items():
        if name not in CHANGEABLE[type(row)]:
            raise Refusal("cannot_change", f"The {name.replace('_', ' ')} cannot be changed.", field=name)
        setattr(row, name, value)
    validated(row).save(update_fields=list(changes))
    return row


@transaction.atomic
def archive(*, row: Goods, now: datetime) -> Goods:
    """Offer something no longer: who has it keeps it. Archiving again changes nothing."""
    if row.archived_at is None:
        row.archived_at = now
        row.save(update_fields=["archived_at"])
    return row


@transaction.atomic
def restore(*, row: Goods) -> Goods:
    """Offer something again."""
    row.archived_at = None
    row.save(update_fields=["archived_at"])
    return row


def created(row: Goods) -> Goods:
    """Save something new; raise Conflict where its key is taken, also by somebody at the same moment."""
    taken = Conflict("key_taken", f"There is a {row._meta.verbose_name} with this key already.", field="key")
    namesakes = type(row).objects.filter(organization=row.organization, key=row.key)
    if isinstance(row, Feature):
        namesakes = namesakes.filter(product=row.product)
    if namesakes.exists():
        raise taken
    try:
        with transaction.atomic():
            return saved(row)
    except IntegrityError:
        if namesakes.exists():
            raise taken from None
        raise
