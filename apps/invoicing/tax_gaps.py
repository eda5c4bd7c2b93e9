"""Where nothing is charged for want of a rate, or an exemption says no reason: to be looked at, and legal."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count

from apps.accounts.models import Customer
from apps.catalog.models import AddOn, Product
from apps.invoicing import taxing
from apps.invoicing.models import Invoice, Line
from apps.rating.taxing import EXEMPT, STANDARD, Lack, Taxes
from apps.tenancy.models import Organization


@dataclass(frozen=True)
class LineGap:
    """Lines of one category and day that lack something; their customer's country is empty where nobody knows it."""

    category: str
    country: str
    on: date
    lack: Lack
    lines: tuple[str, ...]


@dataclass(frozen=True)
class CategoryGap:
    """A category in use that lacks something today, by how many it is used, and when a rate to come begins."""

    category: str
    lack: Lack
    products: int = 0
    add_ons: int = 0
    customers: int = 0
    begins_on: date | None = None


def of_lines(lines: Iterable[Line], *, invoice: Invoice, taxes: Taxes) -> list[LineGap]:
    """Return what lines of a draft or a preview lack, by category and day; lines without one are of the draft's."""
    buyer = taxing.buyer_of(invoice.customer)
    found: dict[tuple[str, date, Lack], list[str]] = {}
    for line in lines:
        on = line.taxed_on or taxes.day(invoice.created_at)
        lack = taxes.lack_of(line.tax_category, buyer, on)
        if lack is not None:
            found.setdefault((taxes.category_for(line.tax_category, buyer), on, lack), []).append(line.description)
    return [
        LineGap(category, buyer.country, on, lack, tuple(dict.fromkeys(names)))
        for (category, on, lack), names in found.items()
    ]


def of_category(category: str, *, taxes: Taxes, today: date) -> CategoryGap | None:
    """Return what a category lacks today, wherever customers are; None too while no rate of anything has begun."""
    if taxes.has_rate(category, today) or not any(rate.valid_from <= today for rate in taxes.rates):
        return None
    to_come = [rate.valid_from for rate in taxes.rates if rate.category == category and rate.valid_from > today]
    lack = Lack.REASON if category == EXEMPT else Lack.RATE
    return CategoryGap(category, lack, begins_on=min(to_come, default=None))


def in_use(*, organization: Organization, today: date) -> list[CategoryGap]:
    """Return what the categories of products, add-ons and customers lack today; what is archived is in use no more."""
    taxes = taxing.taxes_of(organization)
    if not taxes.rates:
        return []
    products, add_ons = _used(Product, organization), _used(AddOn, organization)
    customers = _used(Customer, organization)
    for theirs in (STANDARD, EXEMPT):  # taxed by what they buy; exempt by a reason of their own
        customers.pop(theirs, None)
    gaps = (of_category(each, taxes=taxes, today=today) for each in sorted({*products, *add_ons, *customers}))
    return [
        replace(gap, products=products[gap.category], add_ons=add_ons[gap.category], customers=customers[gap.category])
        for gap in gaps
        if gap is not None
    ]


def _used(model: type[Product | AddOn | Customer], organization: Organization) -> Counter[str]:
    rows = model.objects.filter(organization=organization, archived_at__isnull=True).order_by()
    return Counter(dict(rows.values_list("tax_category").annotate(many=Count("pk"))))
