"""Preview next invoice: as it stands now, by the very code that bills, in the very words of the paper."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.accounts.models import Customer
from apps.accounts.scoped_admin import OwnedAdmin, formats_of, organization_of
from apps.backoffice import customer_pages
from apps.backoffice.documents import explaining
from apps.core import clock
from apps.delivery.paper import preview_paper
from apps.delivery.voice import SOURCE


def next_invoice(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the next invoice of each of a customer's subscriptions."""
    context = customer_pages.page(admin, request, customer, tab="", title="Next invoice")
    formats = formats_of(request)
    for foreseen in context["foreseen"]:
        foreseen["paper"] = preview_paper(preview=foreseen["preview"], language=SOURCE)
        foreseen["sheet"] = explaining.sheet(foreseen["paper"])
        foreseen["issued_on"] = formats.day_of(foreseen["preview"].bills_at)
    due = {foreseen["subscription"].pk for foreseen in context["foreseen"]}
    context["never_due"] = [held for held in context["subscriptions"] if held.pk not in due]
    context["stands_at"] = formats.moment(clock.billing(organization_of(request)))
    return TemplateResponse(request, "backoffice/customer/next_invoice.html", context)
