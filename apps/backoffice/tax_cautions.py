"""What the office says where no tax is charged for want of a rate, or an exemption has no reason; none is refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import allowed, formats_of, organization_of
from apps.backoffice import standing
from apps.core.formats import Formats
from apps.invoicing import queries, tax_gaps, taxing
from apps.invoicing.models import Invoice, Line
from apps.invoicing.tax_gaps import CategoryGap, LineGap
from apps.rating.taxing import EXEMPT, Lack, Taxes

MOST_NAMED = 3
NO_REASON = "exempt, but invoices would not say why. Add a tax rate of 0 % of the category exempt, named by the reason."


@dataclass(frozen=True)
class TaxCaution:
    """A sentence, and the address where the rate that is missing is added; empty for whoever may not."""

    sentence: str
    address: str = ""


def of_lines(
    lines: Iterable[Line], *, invoice: Invoice, taxes: Taxes, formats: Formats, may_add: bool
) -> list[TaxCaution]:
    """Say which lines of a draft or a preview are untaxed though the seller charges tax where the customer is."""
    gaps = tax_gaps.of_lines(lines, invoice=invoice, taxes=taxes)
    return [TaxCaution(_of_line(gap, formats), _adding(gap.category, gap.country) if may_add else "") for gap in gaps]


def of_drafts(drafts: Sequence[Invoice], formats: Formats) -> list[list[str]]:
    """Say the same of each of an organization's stored drafts, in sentences alone."""
    taxes = taxing.taxes_of(drafts[0].organization)
    lines = queries.lines_by_invoice(invoices=drafts)
    told = (of_lines(lines[draft.pk], invoice=draft, taxes=taxes, formats=formats, may_add=False) for draft in drafts)
    return [[caution.sentence for caution in cautions] for cautions in told]


def in_use(request: HttpRequest) -> list[TaxCaution]:
    """Say which categories in use have no rate that holds today."""
    gaps = tax_gaps.in_use(organization=organization_of(request), today=standing.today_of(request))
    may_add, formats = allowed(request, Action.MANAGE_CATALOG), formats_of(request)
    return [TaxCaution(_of_category(gap, formats), _adding(gap.category) if may_add else "") for gap in gaps]


def tell(request: HttpRequest, category: str) -> None:
    """Leave a message where a category that was just given to something has no rate that holds today."""
    taxes = taxing.taxes_of(organization_of(request))
    gap = tax_gaps.of_category(category, taxes=taxes, today=standing.today_of(request))
    if gap is not None:
        messages.warning(request, _of_category(gap, formats_of(request)))


def _of_line(gap: LineGap, formats: Formats) -> str:
    what = _listed(gap.lines)
    if gap.lack == Lack.REASON:
        return f"{what}: {NO_REASON}"
    place = f"for customers in {gap.country}" if gap.country else "at home"
    return f"{what}: without tax. No tax rate of the category {gap.category} {place} holds on {formats.day(gap.on)}."


def _of_category(gap: CategoryGap, formats: Formats) -> str:
    users = ((gap.products, "product"), (gap.add_ons, "add-on"), (gap.customers, "customer"))
    used = ", ".join(formats.quantity(Decimal(many), one, f"{one}s") for many, one in users if many)
    of = f"{gap.category} ({used})" if used else gap.category
    if gap.lack == Lack.REASON:
        return f"{of}: {NO_REASON}"
    when = f"before {formats.day(gap.begins_on)}" if gap.begins_on else "today"
    return f"{of}: no tax rate of this category holds {when}, so nothing is charged."


def _adding(category: str, country: str = "") -> str:
    """Return the address where a rate is added, with what is known of it."""
    known = {"category": category, "country": country, "percent": "0" if category == EXEMPT else ""}
    return f"{reverse('admin:invoicing_taxrate_add')}?{urlencode({name: text for name, text in known.items() if text})}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
