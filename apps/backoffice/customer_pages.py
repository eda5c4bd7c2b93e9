"""The customer page: its head, and the tabs beside the details."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of, organization_of
from apps.backoffice import histories
from apps.backoffice.documents import base as documents
from apps.backoffice.documents import deeds
from apps.catalog.models import Plan
from apps.catalog.wording import price_in_words
from apps.core import clock
from apps.core.formats import Formats
from apps.invoicing import estimates
from apps.invoicing import queries as invoicing
from apps.invoicing.lifecycle import foreseeing
from apps.invoicing.models import Invoice
from apps.rating.money import AmountTooLarge
from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period, Subscription
from apps.usage import pictures, rules, wording
from apps.usage import queries as usage
from apps.usage.models import Event, Limit

BEYOND = "more than an invoice can say"
MOST_EVENTS = 25
MOST_PERIODS = 12
MOST_OPEN = 3  # of one item: during a grace two are open, more only where closing has stopped
MOST_DRAWN = 3
MOST_INVOICES = 100
TABS = (
    ("change", "Details"),
    ("subscription", "Subscription"),
    ("usage", "Usage"),
    ("invoices", "Invoices"),
    ("statement", "Statement"),
    ("history", "History"),
)


def address(customer: Customer, page: str) -> str:
    """Return the address of one of a customer's pages."""
    return reverse(f"admin:accounts_customer_{page}", args=[customer.pk])


def page(admin: OwnedAdmin, request: HttpRequest, customer: Customer, *, tab: str, title: str) -> dict[str, Any]:
    """Return the context of a page of a customer: what its head and its row of tabs need."""
    return {**admin.context(request, customer, title=title), **head(request, customer, tab=tab)}


def head(request: HttpRequest, customer: Customer, *, tab: str) -> dict[str, Any]:
    """Return what the head of a customer's page shows: facts, buttons and tabs."""
    subscriptions = list(timelines.subscriptions_of(customer=customer))
    formats = formats_of(request)
    today = today_of(request)
    told = [foreseen(held, formats=formats, today=today) for held in subscriptions]
    return {
        "customer": customer,
        "subscriptions": subscriptions,
        "balance": [formats.money(money) for money in invoicing.balances(customer=customer)],
        "parked": [held for held in subscriptions if held.parked_at],
        "beyond": [one["subscription"] for one in told if one is not None and one["preview"] is None],
        "foreseen": [one for one in told if one is not None and one["preview"] is not None],
        "tabs": [{"name": name, "address": address(customer, to), "active": to == tab} for to, name in TABS],
        "may_record": allowed(request, Action.RECORD_USAGE),
        "may_manage": allowed(request, Action.MANAGE_CUSTOMERS),
        "is_live": any(held.status != Subscription.Status.CANCELED for held in subscriptions),
        "archived_on": formats.day_of(customer.archived_at, today=today) if customer.archived_at else "",
        "archive": address(customer, "archive"),
        "restore": address(customer, "restore"),
        "may_unpark": allowed(request, Action.MANAGE_INVOICES),
        "add_usage": address(customer, "add_usage"),
        "next_invoice": address(customer, "next_invoice"),
        "start_subscription": address(customer, "start_subscription"),
    }


def foreseen(held: Subscription, *, formats: Formats, today: date) -> dict[str, Any] | None:
    """Tell of the next invoice of a subscription: when, and how much so far; None where nothing is ever due.

    There is no preview where the amount is more than an invoice can say.
    """
    if held.bills_at is None:
        return None
    on = formats.day_of(held.bills_at, today=today)
    try:
        preview = foreseeing.next_invoice(subscription=held)
    except AmountTooLarge:
        return {"subscription": held, "preview": None, "on": on, "so_far": BEYOND}
    if preview is None:
        return None
    return {"subscription": held, "preview": preview, "on": on, "so_far": formats.money(preview.invoice.total)}


def subscription_tab(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show each subscription: plan, items with prices in words, current period, next invoice."""
    context = page(admin, request, customer, tab="subscription", title="Subscription")
    formats, now = formats_of(request), clock.billing(organization_of(request))
    today = today_of(request)
    items = timelines.items_of_customer(customer=customer)
    current = timelines.periods_covering(items=items, instant=now)
    older = timelines.items_with_older_price().filter(subscription__customer=customer)
    outdated = set(older.values_list("pk", flat=True))
    foreseen = {entry["subscription"].pk: entry for entry in context["foreseen"]}
    context["held"] = [
        {
            "subscription": held,
            "since": formats.day_of(held.starts_at, today=today),
            "items": [
                {
                    "item": item,
                    "price": price_in_words(item.price, formats),
                    "period": _span(current.get(item.pk), formats, today),
                    "timing": item.get_timing_display(),
                    "older": item.pk in outdated,
                }
                for item in items
                if item.subscription_id == held.pk
            ],
            "foreseen": foreseen.get(held.pk),
        }
        for held in context["subscriptions"]
    ]
    context["has_plans"] = Plan.objects.filter(archived_at__isnull=True).exists()
    return TemplateResponse(request, "backoffice/customer/subscription.html", context)


def usage_tab(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the open periods with quantity and amount so far, then the latest events."""
    context = page(admin, request, customer, tab="usage", title="Usage")
    formats, now = formats_of(request), clock.billing(organization_of(request))
    items = timelines.usage_items(customer=customer)
    recent = timelines.recent_periods(items=items, instant=now, most=MOST_PERIODS)
    newest = timelines.newest_periods(items=items, instant=now, most=MOST_OPEN)
    open_ones = [period for period in newest if period.status == Period.Status.CURRENT]
    limits = rules.limits_of(items)
    context["periods"] = _measured(open_ones, limits, formats, now)
    context["events"] = _latest(recent, items, formats)
    context["items"] = items
    drawn = _drawn(items, request.GET.get("item", ""))
    context["pictures"] = pictures.pictures(items=drawn, limits=limits, now=now, formats=formats)
    context["others"] = [item for item in items if item not in drawn]
    return TemplateResponse(request, "backoffice/customer/usage.html", context)


def invoices_tab(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the customer's invoices, newest first."""
    context = page(admin, request, customer, tab="invoices", title="Invoices")
    formats, today = formats_of(request), today_of(request)
    invoices = invoicing.invoices_of(customer=customer)[:MOST_INVOICES]
    context["invoices"] = invoice_rows(invoices, formats=formats, today=today)
    may_manage = allowed(request, Action.MANAGE_INVOICES)
    context["deeds"] = documents.offered(deeds.OF_CUSTOMER, customer) if may_manage else []
    return TemplateResponse(request, "backoffice/customer/invoices.html", context)


def invoice_rows(invoices: Iterable[Invoice], *, formats: Formats, today: date) -> list[dict[str, Any]]:
    """Return what a list of invoices shows of each."""
    return [
        {
            "invoice": invoice,
            "on": formats.day(invoice.issued_on, today=today) if invoice.issued_on else "",
            "due": formats.day(invoice.due_on, today=today) if invoice.due_on else "",
            "total": formats.money(invoice.total),
            "past_due": invoice.is_past_due(today),
        }
        for invoice in invoices
    ]


def history_tab(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show what was done to the customer and its subscriptions, newest first."""
    context = page(admin, request, customer, tab="history", title="History")
    context["entries"] = histories.told(request, [customer, *context["subscriptions"]])
    return TemplateResponse(request, "backoffice/customer/history.html", context)


def today_of(request: HttpRequest) -> date:
    """Return the organization's local date on its own clock."""
    organization = organization_of(request)
    return local_date(clock.billing(organization), organization.zone)


def _drawn(items: Sequence[Item], asked: str) -> list[Item]:
    """Choose whose charts are shown: all of a few items; of many the one that is asked for, or the first."""
    if len(items) <= MOST_DRAWN:
        return list(items)
    return [item for item in items if item.public_id == asked][:1] or list(items[:1])


def _measured(
    periods: Sequence[Period], limits: Mapping[int, Limit], formats: Formats, now: datetime
) -> list[dict[str, Any]]:
    measured = estimates.so_far(periods=periods)
    lines = pictures.sparklines(periods=periods, now=now, formats=formats)
    today = local_date(now, formats.zone)
    rows = []
    for period in periods:
        estimate, add_on = measured[period.pk], period.item.add_on
        assert add_on is not None, "only usage items are measured"
        rows.append(
            {
                "item": period.item,
                "span": _span(period, formats, today),
                "quantity": formats.quantity(estimate.quantity, add_on.unit, add_on.unit_plural),
                "share": pictures.share_of(quantity=estimate.quantity, period=period, formats=formats),
                "left": wording.left_in_words(limits.get(period.item_id), estimate.quantity, formats),
                "sparkline": lines[period.pk],
                "price": price_in_words(period.price, formats),
                "amount": "too large" if estimate.amount is None else formats.money(estimate.amount),
            }
        )
    return rows


def _latest(periods: Sequence[Period], items: Sequence[Item], formats: Formats) -> list[dict[str, Any]]:
    """Take the newest events of each period by its index, so that a busy customer costs no more than a quiet one."""
    by_id = {item.pk: item for item in items}
    events: list[Event] = []
    for period in periods:
        events += usage.events_of(periods=[period])[:MOST_EVENTS]
    events.sort(key=_newest, reverse=True)
    shown = events[:MOST_EVENTS]
    taken_back = usage.links_of(events=shown).reversed_by
    return [
        {
            "event": event,
            "item": by_id[event.item_id],
            "when": formats.moment(event.occurred_at),
            "quantity": formats.number(event.quantity),
            "is_taken_back": event.pk in taken_back,
        }
        for event in shown
    ]


def _newest(event: Event) -> tuple[datetime, int]:
    return event.occurred_at, event.pk


def _span(period: Period | None, formats: Formats, today: date) -> str:
    if period is None:
        return ""
    return f"{formats.day_of(period.starts_at, today=today)} – {formats.day_of(period.ends_at, today=today)}"
