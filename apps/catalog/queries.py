"""Read what is sold."""

from collections.abc import Iterable

from apps.catalog.models import AddOn, Plan, PlanAddOn, Price
from apps.core.refusals import Refusal


def base_price(*, plan: Plan, currency: str) -> Price:
    """Return the plan's current base fee in a currency; raise Refusal naming plan and currency where there is none."""
    price = _current(plan=plan, add_on=None, currency=currency)
    if price is None:
        raise Refusal("no_price", f"{plan.name} has no price in {currency}.", field="plan")
    return price


def add_on_price(*, add_on: AddOn, plan: Plan, currency: str) -> Price:
    """Return the add-on's current price on a plan: the plan's own, else the add-on's. Raise Refusal if neither."""
    price = _current(plan=plan, add_on=add_on, currency=currency) or _current(
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


def _current(*, plan: Plan | None, add_on: AddOn | None, currency: str) -> Price | None:
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
