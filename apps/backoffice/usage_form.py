"""Add usage: date, usage type, amount; nothing else is required."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from apps.accounts.models import Customer
from apps.accounts.scoped_admin import OwnedAdmin, organization_of
from apps.backoffice import customer_pages, entry_form, just_added
from apps.core import clock
from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines


def add_usage(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the form; save an entry, say where it lands, and open the form for the next."""
    organization = organization_of(request)
    now = clock.billing(organization)
    today = local_date(now, organization.zone)
    items = timelines.usage_items(customer=customer)
    if request.method == "POST":
        form = entry_form.EntryForm(request.POST, items=items, today=today)
        if form.is_valid() and entry_form.saved(request, form, now=now):
            return HttpResponseRedirect(f"{request.path}?{urlencode(form.kept())}")
    else:
        beginning = entry_form.beginning(request.GET, items, now=now, today=today)
        form = entry_form.EntryForm(initial=beginning, items=items, today=today)
    context = customer_pages.page(admin, request, customer, tab="usage", title="Add usage")
    context |= {"form": form, "items": items, "told": just_added.told(request)}
    return TemplateResponse(request, "backoffice/customer/add_usage.html", context)
