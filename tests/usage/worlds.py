"""One customer with one usage item of any aggregation at a tiered price, for tests that lead whole lives."""

from apps.catalog import operations as catalog
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import SEPTEMBER
from tests.usage.reference import TIERS

CUSTOMER, METRIC = "crm-1", "metered"
PRICE = {
    "model": "graduated",
    "tiers": [{"up_to": str(up_to) if up_to else None, "unit_amount": str(unit)} for up_to, unit in TIERS],
}


def metered(seller: Organization, aggregation: str) -> None:
    """Sell the item from September on."""
    product = catalog.create_product(organization=seller, key="metered", name="Metered", now=SEPTEMBER)
    metric = catalog.create_metric(
        organization=seller,
        key=METRIC,
        name="Metered",
        aggregation=aggregation,
        property="host" if aggregation == "unique" else "",
        now=SEPTEMBER,
    )
    add_on = catalog.create_add_on(
        organization=seller,
        key="metered-use",
        name="Metered",
        metric=metric,
        unit="unit",
        unit_plural="units",
        now=SEPTEMBER,
    )
    plan = builders.plan_of(seller, product, key="metered", base=None, timing="advance", now=SEPTEMBER)
    catalog.enable_add_on(plan=plan, add_on=add_on)
    catalog.set_price(organization=seller, add_on=add_on, currency=seller.currency, form=PRICE, now=SEPTEMBER)
    buyer = builders.customer(seller, external_id=CUSTOMER)
    builders.subscribed(buyer, builders.Offer(plan, add_on))
