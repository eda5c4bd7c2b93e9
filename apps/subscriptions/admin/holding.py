"""Subscriptions: who is on what, and which ones are parked."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin
from apps.core.admin import badge
from apps.subscriptions import operations
from apps.subscriptions.models import Subscription

COLOURS = {
    "active": "success",
    "scheduled": "info",
    "trialing": "info",
    "suspended": "warning",
    "paused": "warning",
    "parked": "danger",
}


class ParkedFilter(admin.SimpleListFilter):
    """Those that closing had to set aside."""

    title = "parked"
    parameter_name = "parked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Parked"), ("no", "Not parked")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(parked_at__isnull=self.value() == "no")


class SubscriptionAdmin(OwnedAdmin):
    """The list. The page of each is a room above, where its invoices are seen."""

    nothing_yet = "No subscription yet. It is started on the page of a customer."
    first_step = ("Customers", "admin:accounts_customer_changelist")
    reading = Action.READ
    list_display = ("name", "on_plan", "currency", "state", "starts_at", "bills_at", "parked_reason")
    list_display_links = ("name",)
    list_filter = (ParkedFilter, "status", "currency")
    search_fields = ("customer__name", "plan__name", "public_id")
    search_help_text = "Search by customer or plan"
    ordering = ("-pk",)

    @admin.display(description="customer", ordering="customer__name")
    def name(self, subscription: Subscription) -> str:
        return subscription.customer.name

    @admin.display(description="plan", ordering="plan__name")
    def on_plan(self, subscription: Subscription) -> str:
        return subscription.plan.name

    @badge("status", COLOURS)
    def state(self, subscription: Subscription) -> str:
        return "parked" if subscription.parked_at else subscription.status

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("customer", "plan", "organization")

    def get_urls(self) -> list[URLPattern]:
        return [self.object_page("retry", self.retry, action=Action.MANAGE_INVOICES), *super().get_urls()]

    def retry(self, request: HttpRequest, subscription: Subscription) -> HttpResponse:
        """Let a parked subscription be closed again by the next run."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        operations.unpark(subscription=subscription)
        self.audit(request, subscription, "unparked", subscription.parked_reason)
        messages.success(request, f"{subscription} is due again and will be tried with the next closing.")
        return HttpResponseRedirect(reverse("admin:subscriptions_subscription_change", args=[subscription.pk]))
