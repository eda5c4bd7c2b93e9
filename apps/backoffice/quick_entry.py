"""Quick entry: usage of one customer after the other on one page, and below it what was just added."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, organization_of
from apps.backoffice import entry_form, just_added
from apps.backoffice import naming_customers as naming
from apps.backoffice.entry_form import EntryForm
from apps.backoffice.naming_customers import CustomerForm
from apps.core import clock
from apps.core.fields import PUBLIC_ID
from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item

MOST_LETTERS = 500
FIRST_THE_CUSTOMER = "Say for which customer first; then this offers what they have."


def _form(
    data: Any = None, *, customer: Customer | None, items: Sequence[Item], today: date, initial: Any = None
) -> EntryForm:
    """Return the form for a customer's items; without one the type waits for the customer."""
    form = EntryForm(data, items=items, today=today, initial=initial)
    if customer is None:
        form.fields["item"].required = False
        form.fields["item"].help_text = FIRST_THE_CUSTOMER
    return form


def quick_entry(admin: OwnedAdmin, request: HttpRequest) -> HttpResponse:
    """Show the form and what was just added; save an entry, and open the form for the same customer and day."""
    if not allowed(request, Action.RECORD_USAGE):
        raise PermissionDenied
    organization = organization_of(request)
    now = clock.billing(organization)
    today = local_date(now, organization.zone)
    if request.method == "POST":
        who, form = _sent(request, now, today)
        customer = who.meant.customer
        if customer is not None and form.is_valid():
            if entry_form.saved(request, form, now=now, hold=who.meant.guessed):
                kept = {"customer": customer.public_id, **form.kept()}
                return HttpResponseRedirect(f"{request.path}?{urlencode(kept)}")
            form.warned = form.warned or who.meant.guessed
    else:
        customer = naming.by_id(request.GET.get("customer"))
        items = timelines.usage_items(customer=customer) if customer is not None else []
        beginning = entry_form.beginning(request.GET, items, now=now, today=today)
        who = CustomerForm(customer=customer)
        form = _form(customer=customer, items=items, today=today, initial=beginning)
    _focus(who, form)
    context = {
        "who": who,
        "form": form,
        "told": just_added.told(request),
        "added": just_added.rows(request),
        "customers": reverse("admin:usage_event_customers"),
    }
    page = admin.context(request, title="Quick entry")
    return TemplateResponse(request, "backoffice/quick_entry.html", page | context)


def customers(admin: OwnedAdmin, request: HttpRequest) -> HttpResponse:
    """Answer a few customers with `q` in what names them, each with what can be recorded for them, as JSON."""
    if not allowed(request, Action.RECORD_USAGE):
        raise PermissionDenied
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    now = clock.billing(organization_of(request))
    text = request.GET.get("q", "").strip()[:MOST_LETTERS]
    meant = naming.meant_by(text) if text else naming.Meant()
    found = [meant.customer] if meant.customer is not None else list(meant.choices[: naming.MOST_CHOICES])
    items = timelines.usage_items_by_customer(customers=found)
    answer = [_told(customer, items.get(customer.pk, []), now) for customer in found]
    exact = meant.customer is not None and not meant.guessed
    return JsonResponse({"customers": answer, "exact": exact}, headers={"Cache-Control": "no-store"})


def _told(customer: Customer, items: Sequence[Item], now: datetime) -> dict[str, Any]:
    return {
        "id": customer.public_id,
        "label": naming.label(customer),
        "types": [{"id": public_id, "name": name} for public_id, name in entry_form.named(items)],
        "only": entry_form.only(items, now=now),
    }


def _sent(request: HttpRequest, now: datetime, today: date) -> tuple[CustomerForm, EntryForm]:
    who = CustomerForm(request.POST)
    who.is_valid()
    customer = who.meant.customer
    items = timelines.usage_items(customer=customer) if customer is not None else []
    form = _form(request.POST, customer=customer, items=items, today=today)
    asked = form.sent.get("item", "")
    if asked not in form.items:
        form.sent["item"] = _goes_without_saying(asked, items, now)
    return who, form


def _goes_without_saying(asked: str, items: Sequence[Item], now: datetime) -> str:
    """Return the usage type that needs no choosing: the only one, or the same as was shown for another customer."""
    if not asked:
        return entry_form.only(items, now=now) or ""
    shown = timelines.usage_items_named(item=asked).first() if PUBLIC_ID.fullmatch(asked) else None
    live = timelines.live_items(items=items, instant=now)
    same = [item for item in live if shown is not None and item.add_on_id == shown.add_on_id]
    return same[0].public_id if len(same) == 1 else ""


def _focus(who: CustomerForm, form: EntryForm) -> None:
    """Let the keyboard go where something is to be written: the customer, what is wrong, else the amount."""
    wrong = [name for name in form.errors if name in form.fields] if form.is_bound else []
    name = "" if who.meant.customer is None else wrong[0] if wrong else "amount"
    form.focus(name)
    if not name and not who.meant.choices:
        who.fields["customer"].widget.attrs["autofocus"] = True
