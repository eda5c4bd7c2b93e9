"""Events: every fact as it was recorded. Nothing here is edited; what is wrong is taken back by an event of its own."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed
from apps.backoffice import quick_entry, taking_back
from apps.core.admin import UncountedPages, badge
from apps.core.formats import Formats
from apps.usage.models import Event

LINK = '<a class="tb-link" href="{}">{}</a>'
RELATED = ("item__subscription__customer", "item__add_on__metric", "period", "organization")


@admin.register(Event)
class EventAdmin(OwnedAdmin):
    """Read-only, newest first by the order of recording."""

    nothing_yet = "No usage yet. It is added on the page of a customer, by quick entry, in rows, or by programs."
    first_step = ("Customers", "admin:accounts_customer_changelist")
    reading = Action.READ
    list_display = ("occurred_at", "customer", "usage_type", "amount", "state", "note", "actor", "arrived")
    list_filter = ("late", "source")
    list_select_related = RELATED
    search_fields = ("public_id__exact", "idempotency_key__exact")
    search_help_text = "Search by event id or idempotency key"
    ordering = ("-pk",)
    show_full_result_count = False
    paginator = UncountedPages
    change_form_template = "backoffice/event/details.html"
    fields = (
        "public_id",
        "customer",
        "usage_type",
        "amount",
        "occurred_at",
        "recorded_at",
        "period",
        "arrived",
        "takes_back",
        "taken_back_by",
        "note",
        "source",
        "actor",
        "idempotency_key",
        "properties",
    )
    readonly_fields = ("public_id", "customer", "usage_type", "amount", "arrived", "takes_back", "taken_back_by")

    @admin.display(description="customer")
    def customer(self, event: Event) -> str:
        buyer = event.item.subscription.customer
        return format_html(LINK, reverse("admin:accounts_customer_usage", args=[buyer.pk]), buyer)

    @admin.display(description="usage type")
    def usage_type(self, event: Event) -> str:
        return str(event.item)

    @admin.display(description="amount")
    def amount(self, event: Event) -> str:
        organization = event.organization
        number = Formats.of(organization.locale, organization.zone).number(event.quantity)
        return f"took back {number}" if event.is_reversal else number

    @badge("state", {"taken back": "warning", "takes back": "info"})
    def state(self, event: Any) -> str:
        if event.is_reversal:
            return "takes back"
        return "taken back" if event.reversal_pk is not None else ""

    @admin.display(description="arrived")
    def arrived(self, event: Event) -> str:
        return "late" if event.late else ""

    @admin.display(description="takes back")
    def takes_back(self, event: Event) -> str:
        return _link(event.reverses_id)

    @admin.display(description="taken back by")
    def taken_back_by(self, event: Any) -> str:
        return _link(event.reversal_pk)

    def get_queryset(self, request: HttpRequest) -> Any:
        reversal = Event.objects.filter(reverses_id=OuterRef("pk")).values("pk")[:1]
        return super().get_queryset(request).select_related(*RELATED).annotate(reversal_pk=Subquery(reversal))

    def get_urls(self) -> list[URLPattern]:
        quick, customers = (
            self.admin_site.admin_view(partial(page, self)) for page in (quick_entry.quick_entry, quick_entry.customers)
        )
        return [
            path("quick-entry/", quick, name="usage_event_quick_entry"),
            path("quick-entry/customers/", customers, name="usage_event_customers"),
            self.object_page("take-back", partial(taking_back.take_back, self), action=Action.RECORD_USAGE),
            self.object_page("undo", partial(taking_back.undo, self), action=Action.RECORD_USAGE),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        event = kwargs.get("obj")
        open_to_it = event is not None and not event.is_reversal and event.reversal_pk is None
        context["may_take_back"] = open_to_it and allowed(request, Action.RECORD_USAGE)
        context["is_taken_back"] = event is not None and event.reversal_pk is not None
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response


def _link(event_pk: int | None) -> str:
    if event_pk is None:
        return ""
    return format_html(LINK, reverse("admin:usage_event_change", args=[event_pk]), "see that event")
