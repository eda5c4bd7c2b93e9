"""Preview next invoice: as it stands now, by the very code that bills."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.accounts.models import Customer
from apps.accounts.scoped_admin import OwnedAdmin, formats_of, organization_of
from apps.backoffice import customer_pages, standing
from apps.backoffice.sheets import sheet_of
from apps.core import clock
from apps.core.formats import Formats
from apps.invoicing import finalizing, previews
from apps.subscriptions.models import Subscription


def next_invoice(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the next invoice of each of a customer's subscriptions."""
    context = customer_pages.page(admin, request, customer, tab="", title="Next invoice")
    organization = organization_of(request)
    now = clock.billing(organization)
    formats = formats_of(request)
    theirs = Formats.of(customer.locale or organization.locale, organization.zone)
    context["papers"] = [_paper(held, theirs, formats) for held in context["subscriptions"]]
    snapshots = (finalizing.seller_snapshot(organization), finalizing.buyer_snapshot(customer, organization))
    context["parties"] = [standing.party_of(snapshot) for snapshot in snapshots]
    context["stands_at"] = formats.moment(now)
    return TemplateResponse(request, "backoffice/customer/next_invoice.html", context)


def _paper(subscription: Subscription, theirs: Formats, ours: Formats) -> dict[str, Any]:
    preview = previews.next_invoice(subscription=subscription)
    if preview is None:
        return {"subscription": subscription, "sheet": None}
    return {
        "subscription": subscription,
        "sheet": sheet_of(preview.invoice, preview.lines, theirs),
        "issued_on": ours.day_of(preview.bills_at),
    }
