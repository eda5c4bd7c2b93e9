"""Read what is sold."""

from collections.abc import Collection, Iterable
from typing import TypeVar

from django.db.models import Model, Prefetch, Q, QuerySet

from apps.catalog.models import AddOn, Feature, Metric, Plan, PlanAddOn, PlanFeature, Price, Product
from apps.core.refusals import Refusal

_Row = TypeVar("_Row", bound=Model)


def base_price(*, plan: Plan, currency: str) -> Price:
    """Return the plan's current base fee in a currency; raise Refusal naming plan and currency where there is none."""
    price = current_price(plan=plan, add_on=None, currency=currency)
    if price is None:
        raise Refusal("no_price", f"{plan.name} has no price in {currency}.", field="plan")
    return price


def add_on_price(*, add_on: AddOn, plan: Plan, currency: str) -> Price:
    """Return the add-on's current price on a plan: the plan's own, else the add-on's. Raise Refusal if neither."""
    price = current_price(plan=plan, add_on=add_on, currency=currency) or current_price(
        plan=None, add_on=add_on, currency=currency
    )
    if price is None:
        raise Refusal("no_price", f"{add_on.name} has no price in {currency}.", field="add_ons")
    return price


def add_ons_of(*, plan: Plan) -> tuple[list[AddOn], list[AddOn]]:
    """Return the add-ons that come with a plan, and those that may be chosen."""
    enabled = plan.plan_add_ons.select_related("add_on").filter(add_on__archived_at__isnull=True).order_by("pk")
    automatic = [row.add_on for row in enabled if row.automatic]
    return automatic, [row.add_on for row in enabled if not row.automatic]


def current_price(*, plan: Plan | None, add_on: AddOn | None, currency: str) -> Price | None:
    """Return what costs now exactly this: a plan, an add-on, or an add-on on a plan; None where nothing is set."""
    return Price.objects.filter(
        plan=plan, add_on=add_on, currency=currency, superseded_at__isnull=True, negotiated=False
    ).first()


def plans_on_sale() -> list[Plan]:
    """Return the plans that can be started, by name."""
    return list(Plan.objects.filter(archived_at__isnull=True).select_related("product").order_by("name", "pk"))


def optional_add_ons(*, plans: Iterable[Plan]) -> dict[AddOn, list[str]]:
    """Return the add-ons that may be chosen with any of these plans, each with the names of those plans."""
    rows = PlanAddOn.objects.filter(plan__in=list(plans), automatic=False, add_on__archived_at__isnull=True)
    found: dict[AddOn, list[str]] = {}
    for row in rows.select_related("add_on", "plan").order_by("add_on__name", "plan__name"):
        found.setdefault(row.add_on, []).append(row.plan.name)
    return found


def products(*, key: str | None = None, archived: bool | None = None) -> QuerySet[Product]:
    """Return products, all or those with a key; `archived` leaves out the others."""
    return _narrowed(Product.objects.all(), key, archived)


def metrics(
    *, key: str | None = None, archived: bool | None = None, aggregation: str | None = None
) -> QuerySet[Metric]:
    """Return metrics, all or those with a key or a way of aggregating; `archived` leaves out the others."""
    rows = _narrowed(Metric.objects.all(), key, archived)
    return rows if aggregation is None else rows.filter(aggregation=aggregation)


def features(*, key: str | None = None, archived: bool | None = None, product: str | None = None) -> QuerySet[Feature]:
    """Return features with their product, which may be given by id or key; `archived` leaves out the others."""
    rows = _narrowed(Feature.objects.select_related("product"), key, archived)
    return rows if product is None else rows.filter(_named(product, "product__"))


def plans(*, key: str | None = None, archived: bool | None = None, product: str | None = None) -> QuerySet[Plan]:
    """Return plans with product, features and add-ons; the product by id or key; `archived` leaves out the others."""
    rows = Plan.objects.select_related("product").prefetch_related(
        Prefetch("plan_features", PlanFeature.objects.select_related("feature").order_by("feature__key")),
        Prefetch("plan_add_ons", PlanAddOn.objects.select_related("add_on").order_by("pk")),
    )
    rows = _narrowed(rows, key, archived)
    return rows if product is None else rows.filter(_named(product, "product__"))


def add_ons(
    *,
    key: str | None = None,
    archived: bool | None = None,
    kind: str | None = None,
    metric: str | None = None,
    plan: str | None = None,
) -> QuerySet[AddOn]:
    """Return add-ons with their metric; metric and plan by id or key; `archived` leaves out the others."""
    rows = _narrowed(AddOn.objects.select_related("metric"), key, archived)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if metric is not None:
        rows = rows.filter(_named(metric, "metric__"))
    if plan is None:
        return rows
    return rows.filter(pk__in=PlanAddOn.objects.filter(_named(plan, "plan__")).values("add_on"))


def prices(
    *,
    plan: str | None = None,
    add_on: str | None = None,
    currency: str | None = None,
    current: bool | None = None,
    negotiated: bool | None = None,
) -> QuerySet[Price]:
    """Return prices with what they are of; plan and add-on by id or key.

    A current price is the one that somebody who starts now would get: neither superseded nor negotiated.
    """
    rows = Price.objects.select_related("plan", "add_on")
    if plan is not None:
        rows = rows.filter(_named(plan, "plan__"))
    if add_on is not None:
        rows = rows.filter(_named(add_on, "add_on__"))
    if currency is not None:
        rows = rows.filter(currency=currency)
    if negotiated is not None:
        rows = rows.filter(negotiated=negotiated)
    if current is None:
        return rows
    in_force = Q(superseded_at__isnull=True, negotiated=False)
    return rows.filter(in_force if current else ~in_force)


def plans_by_key(*, keys: Collection[int]) -> dict[int, Plan]:
    """Return plans by the keys of their rows, with their product."""
    return Plan.objects.select_related("product").in_bulk(list(keys))


def prices_by_key(*, keys: Collection[int]) -> dict[int, Price]:
    """Return prices by the keys of their rows, with their plan."""
    return Price.objects.select_related("plan").in_bulk(list(keys))


def add_ons_by_key(*, keys: Collection[int]) -> dict[int, AddOn]:
    """Return add-ons by the keys of their rows, with their metric."""
    return AddOn.objects.select_related("metric").in_bulk(list(keys))


def _narrowed(rows: QuerySet[_Row], key: str | None, archived: bool | None) -> QuerySet[_Row]:
    if key is not None:
        rows = rows.filter(key=key)
    return rows if archived is None else rows.filter(archived_at__isnull=not archived)


def _named(text: str, of: str) -> Q:
    return Q(**{f"{of}public_id": text}) | Q(**{f"{of}key": text})
