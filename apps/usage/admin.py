"""The list of events: every fact as it was recorded. Nothing here can be edited; that is the point of an event."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin
from apps.core.admin import UncountedPages
from apps.core.formats import Formats
from apps.usage.models import Event

RELATED = ("item__subscription__customer", "item__add_on", "period", "organization")


@admin.register(Event)
class EventAdmin(OwnedAdmin):
    """Read-only, newest first by the order of recording."""

    reading = Action.READ
    list_display = ("occurred_at", "customer", "usage_type", "amount", "note", "actor", "arrived")
    list_filter = ("late", "source")
    list_select_related = RELATED
    search_fields = ("public_id__exact", "idempotency_key__exact")
    search_help_text = "Search by event id or idempotency key"
    ordering = ("-pk",)
    show_full_result_count = False
    paginator = UncountedPages
    fields = (
        "public_id",
        "customer",
        "usage_type",
        "amount",
        "occurred_at",
        "recorded_at",
        "period",
        "arrived",
        "note",
        "source",
        "actor",
        "idempotency_key",
        "properties",
    )
    readonly_fields = ("public_id", "customer", "usage_type", "amount", "arrived")

    @admin.display(description="customer")
    def customer(self, event: Event) -> str:
        buyer = event.item.subscription.customer
        return format_html('<a href="{}">{}</a>', reverse("admin:accounts_customer_usage", args=[buyer.pk]), buyer)

    @admin.display(description="usage type")
    def usage_type(self, event: Event) -> str:
        return str(event.item)

    @admin.display(description="amount")
    def amount(self, event: Event) -> str:
        organization = event.organization
        return Formats.of(organization.locale, organization.zone).number(event.quantity)

    @admin.display(description="arrived")
    def arrived(self, event: Event) -> str:
        return "late" if event.late else ""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*RELATED)
