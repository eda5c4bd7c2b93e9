"""Preview next invoice: as it stands now and as it may be, by the very code that bills, in the words of the paper."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of, organization_of
from apps.backoffice import customer_pages, tax_cautions
from apps.backoffice.documents import explaining
from apps.core import clock
from apps.core.formats import Formats
from apps.delivery.paper import preview_paper
from apps.delivery.voice import SOURCE
from apps.invoicing import taxing
from apps.invoicing.lifecycle import foreseeing
from apps.invoicing.previews import Preview
from apps.rating.money import AmountTooLarge
from apps.subscriptions.models import Subscription


def next_invoice(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the next invoice of each of a customer's subscriptions as it stands, and projected beside it."""
    context = customer_pages.page(admin, request, customer, tab="", title="Next invoice")
    formats, now = formats_of(request), clock.billing(organization_of(request))
    taxes, may_add = taxing.taxes_of(organization_of(request)), allowed(request, Action.MANAGE_CATALOG)
    for foreseen in context["foreseen"]:
        preview = foreseen["preview"]
        foreseen["paper"] = preview_paper(preview=preview, language=SOURCE)
        foreseen["sheet"] = explaining.sheet(foreseen["paper"])
        foreseen["tax_cautions"] = tax_cautions.of_lines(
            preview.lines, invoice=preview.invoice, taxes=taxes, formats=formats, may_add=may_add
        )
        foreseen["issued_on"] = formats.day_of(preview.bills_at)
        foreseen["projected"] = _projected(foreseen["subscription"], preview, now, formats)
    due = {foreseen["subscription"].pk for foreseen in context["foreseen"]}
    context["never_due"] = [held for held in context["subscriptions"] if held.pk not in due]
    context["stands_at"] = formats.moment(now)
    return TemplateResponse(request, "backoffice/customer/next_invoice.html", context)


def _projected(held: Subscription, preview: Preview, now: datetime, formats: Formats) -> dict[str, Any]:
    """Tell the same invoice as it will be if usage goes on so; without a paper where that is the same."""
    try:
        projected = foreseeing.projected(subscription=held, now=now)
    except AmountTooLarge:
        return {"beyond": True}
    if projected is None:
        return {}
    told: dict[str, Any] = {"kept": [f"{kept.item}: {kept.reason}." for kept in projected.kept]}
    if _figures(projected) == _figures(preview):
        return told | {"is_same": True}
    paper = preview_paper(preview=projected, language=SOURCE)
    return told | {"paper": paper, "sheet": explaining.sheet(paper), "total": formats.money(projected.invoice.total)}


def _figures(preview: Preview) -> list[tuple[Decimal, int]]:
    return [(line.quantity, line.amount_minor) for line in preview.lines]
