"""What decides on the tax of a document, and the tax on its lines.

A seller's `Taxes` are read once for however many documents; with them everything here is arithmetic.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from apps.accounts.models import Customer
from apps.catalog.models import Timing
from apps.invoicing.assembling import Due
from apps.invoicing.models import CreditLine, CreditNote, Invoice, Line, TaxRate
from apps.rating.exact import half_away
from apps.rating.numbers import plain
from apps.rating.taxing import CODES, Buyer, Rate, Tax, Taxes, Treatment
from apps.rating.totals import TaxableLine, totals
from apps.tenancy.models import Organization

TAX_COLUMNS = ("tax_rate", "tax_treatment", "tax_name")
UNTAXED = {"code": CODES[Treatment.UNTAXED], "treatment": Treatment.UNTAXED.value, "name": ""}


def rates() -> QuerySet[TaxRate]:
    """Return the rates of the scope, each with the day on which the next of its category and country begins."""
    later = TaxRate.objects.filter(
        organization=OuterRef("organization"),
        category=OuterRef("category"),
        country=OuterRef("country"),
        valid_from__gt=OuterRef("valid_from"),
    )
    begins = later.order_by("valid_from").values("valid_from")[:1]
    rows: QuerySet[TaxRate] = TaxRate.objects.select_related("organization").annotate(next_from=Subquery(begins))
    return rows


def taxes_of(organization: Organization) -> Taxes:
    """Read all that a seller's taxes depend on, in one query."""
    columns = ("category", "country", "rate", "name", "valid_from", "valid_until")
    rows = TaxRate.objects.filter(organization=organization).values_list(*columns)
    return Taxes(
        country=organization.country,
        tax_id=organization.tax_id,
        zone=organization.zone,
        inclusive=organization.prices_include_tax,
        rates=tuple(Rate(*row) for row in rows),
    )


def buyer_of(customer: Customer) -> Buyer:
    """Return what decides on the tax of a customer."""
    return Buyer(country=customer.country, tax_id=customer.tax_id, category=customer.tax_category)


def category_of(due: Due) -> str:
    """Return the tax category of what is due: the add-on's, or for a base fee that of the plan's product."""
    item = due.span.item
    add_on = item.add_on
    return add_on.tax_category if add_on is not None else item.subscription.plan.product.tax_category


def day_of(due: Due, taxes: Taxes) -> date:
    """Return the day whose rate applies: the last of the service period, or its first where it is paid in advance.

    A setup fee goes with the line of its item (BILLING §10).
    """
    span = due.span.span
    return taxes.last_day(span.ends_at) if due.span.item.timing == Timing.ARREARS else taxes.day(span.starts_at)


def columns_of(tax: Tax) -> dict[str, Any]:
    """Return a tax as the columns of a line."""
    return {"tax_rate": tax.rate, "tax_treatment": tax.treatment.value, "tax_name": tax.name}


def tax_anew(draft: Invoice, lines: Iterable[Line], taxes: Taxes) -> bool:
    """Set the tax on a draft's lines as it would be now, each on its own day; say whether any changed."""
    buyer, drafted_on = buyer_of(draft.customer), taxes.day(draft.created_at)
    changed = False
    for line in lines:
        line.taxed_on = line.taxed_on or drafted_on
        for name, value in columns_of(taxes.rate_for(line.tax_category, buyer, line.taxed_on)).items():
            changed = changed or getattr(line, name) != value
            setattr(line, name, value)
    return changed


def has_changed(draft: Invoice) -> bool:
    """Say whether what decides on the tax of a draft has changed since it was drafted, or recalculated last."""
    return tax_anew(draft, draft.lines.order_by("position"), taxes_of(draft.organization))


def groups_of(document: Invoice | CreditNote) -> list[dict[str, Any]]:
    """Return the tax groups of a document; those of before there were rates do not say so, but are untaxed."""
    return [UNTAXED | group for group in document.tax_groups]


def sums_of(lines: Sequence[Line | CreditLine], *, inclusive: bool) -> dict[str, Any]:
    """Return the columns of a document that its lines add up to (EN 16931: line nets sum to the subtotal).

    A tax group is all lines of one category code of EN 16931 and one rate; it is named as the first of them is.
    """
    first: dict[Any, Line | CreditLine] = {}
    taxable = []
    for line in lines:
        code = CODES[line.tax_treatment]
        first.setdefault((code, line.tax_rate), line)
        taxable.append(TaxableLine(line.amount_minor - line.discount_minor, code, line.tax_rate))
    result = totals(taxable, inclusive=inclusive)
    return {
        "subtotal_minor": result.subtotal_minor,
        "tax_minor": result.tax_minor,
        "total_minor": result.total_minor,
        "tax_groups": [
            {
                "code": group.category,
                "treatment": str(first[group.category, group.rate].tax_treatment),
                "name": first[group.category, group.rate].tax_name,
                "rate": plain(group.rate),
                "base_minor": group.base_minor,
                "tax_minor": group.tax_minor,
            }
            for group in result.groups
        ],
    }


def credited_sums_of(
    lines: Sequence[CreditLine], *, inclusive: bool, earlier: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the columns of a credit note that its lines add up to; `earlier` are the tax groups credited before it.

    Where tax is added, that of all credits of an invoice together is rounded once for each group, so that what is given
    back in however many parts never comes to more than was charged, and in the end to just that. It may be one minor
    unit beside what this note's base alone would come to. Gross amounts add up by themselves.
    """
    sums = sums_of(lines, inclusive=inclusive)
    if inclusive:
        return sums
    bases: Counter[tuple[str, str]] = Counter()
    taxes: Counter[tuple[str, str]] = Counter()
    for group in earlier:
        bases[group["code"], group["rate"]] += group["base_minor"]
        taxes[group["code"], group["rate"]] += group["tax_minor"]
    for group in sums["tax_groups"]:
        key = group["code"], group["rate"]
        group["tax_minor"] = max(
            0, half_away((bases[key] + group["base_minor"]) * Fraction(group["rate"])) - taxes[key]
        )
    tax = sum(group["tax_minor"] for group in sums["tax_groups"])
    return sums | {"tax_minor": tax, "total_minor": sums["subtotal_minor"] + tax}
