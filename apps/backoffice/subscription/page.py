"""The page of one subscription."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import allowed, formats_of, organization_of
from apps.backoffice import customer_pages, histories
from apps.backoffice.lifecycle import base as lifecycle
from apps.backoffice.lifecycle import deeds
from apps.backoffice.subscription import standing
from apps.backoffice.subscription.picture import name_of, picture
from apps.catalog.wording import price_in_words
from apps.core import clock
from apps.core.formats import Formats
from apps.invoicing import queries as invoicing
from apps.rating.periods import Period
from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions import timeline
from apps.subscriptions.admin.holding import SubscriptionAdmin
from apps.subscriptions.models import Item, Subscription
from apps.subscriptions.queries import Bought

MOST_DRAWN = 100
MOST_LISTED = 12
TEMPLATE = "backoffice/subscription/page.html"


@admin.register(Subscription)
class SubscriptionPages(SubscriptionAdmin):
    """Subscriptions, each with a page of its own."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page of a subscription, whoever asks; there is no form that could be sent."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        subscription = self.object_or_404(request, object_id or "", self.reading)
        context = self.context(request, subscription, title=str(subscription))
        return TemplateResponse(request, TEMPLATE, context | shown(request, subscription))

    def get_urls(self) -> list[URLPattern]:
        return [*lifecycle.pages(self, deeds.OF_SUBSCRIPTION), *super().get_urls()]


def shown(request: HttpRequest, subscription: Subscription) -> dict[str, Any]:
    """Return what the page of a subscription shows."""
    organization, formats = organization_of(request), formats_of(request)
    now = clock.billing(organization)
    today = local_date(now, organization.zone)
    planned = timelines.planned_change(subscription=subscription)
    items = timelines.items_of(subscription=subscription)
    quantities = timelines.quantities(items=items)
    invoices = list(invoicing.invoices_of_subscription(subscription=subscription)[:MOST_DRAWN])
    may_manage = allowed(request, Action.MANAGE_CUSTOMERS)
    return {
        "subscription": subscription,
        "deeds": lifecycle.offered(deeds.OF_SUBSCRIPTION, subscription) if may_manage else [],
        "customer_page": customer_pages.address(subscription.customer, "subscription"),
        "colour": standing.COLOURS[subscription.status],
        "sentences": standing.sentences(subscription, planned=planned, formats=formats, today=today),
        "foreseen": customer_pages.foreseen(subscription, formats=formats, today=today),
        "next_invoice": customer_pages.address(subscription.customer, "next_invoice"),
        "picture": picture(
            subscription=subscription, items=items, quantities=quantities, invoices=invoices, now=now, formats=formats
        ),
        "items": _items(items, quantities, now, formats, may_manage=may_manage),
        "invoices": customer_pages.invoice_rows(invoices[:MOST_LISTED], formats=formats, today=today),
        "all_invoices": customer_pages.address(subscription.customer, "invoices"),
        "entries": histories.told(request, [subscription]),
        "changes": histories.changes(request, [subscription, *items]),
        "may_unpark": allowed(request, Action.MANAGE_INVOICES),
    }


def _items(
    items: Sequence[Item],
    quantities: Mapping[int, Sequence[Bought]],
    now: datetime,
    formats: Formats,
    *,
    may_manage: bool,
) -> list[dict[str, Any]]:
    """Tell of each item, those that are over last."""
    today = local_date(now, formats.zone)
    current = timeline.current(items=items, instant=now, zone=formats.zone)
    in_force = _in_force(quantities, now)
    rows = [
        {
            "item": item,
            "name": name_of(item),
            "quantity": formats.number(in_force[item.pk]) if item.pk in in_force else "",
            "deeds": lifecycle.offered(deeds.OF_ITEM, item) if may_manage else [],
            "price": price_in_words(item.price, formats),
            "period": _span(current, item, formats, today),
            "over": "" if item.ends_at is None or item.ends_at > now else formats.day_of(item.ends_at, today=today),
            "ends": "" if item.ends_at is None or item.ends_at <= now else formats.day_of(item.ends_at, today=today),
        }
        for item in items
    ]
    return sorted(rows, key=_is_over)


def _in_force(quantities: Mapping[int, Sequence[Bought]], now: datetime) -> dict[int, Decimal]:
    """Return how many of each item are in force, or will be at first; usage items have no quantity of their own."""
    return {
        pk: next((said.quantity for said in reversed(rows) if said.at <= now), rows[0].quantity)
        for pk, rows in quantities.items()
    }


def _span(current: Mapping[int, Period], item: Item, formats: Formats, today: date) -> str:
    period = current.get(item.pk)
    if period is None:
        return ""
    return f"{formats.day_of(period.starts_at, today=today)} – {formats.day_of(period.ends_at, today=today)}"


def _is_over(row: Mapping[str, Any]) -> bool:
    return bool(row["over"])
