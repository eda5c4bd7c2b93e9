"""Customers: the list, the details, and where the other tabs and forms are."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, OwnedForm, organization_of
from apps.backoffice import customer_pages
from apps.backoffice.next_invoice import next_invoice
from apps.backoffice.start_form import start_subscription
from apps.backoffice.usage_form import add_usage
from apps.core.formats import locale_named
from apps.invoicing import queries as invoicing
from apps.subscriptions.models import Subscription

Page = Callable[[OwnedAdmin, HttpRequest, Customer], HttpResponse]
PAGES: tuple[tuple[str, Page, Action], ...] = (
    ("subscription", customer_pages.subscription_tab, Action.READ),
    ("usage", customer_pages.usage_tab, Action.READ),
    ("invoices", customer_pages.invoices_tab, Action.READ),
    ("next-invoice", next_invoice, Action.READ),
    ("add-usage", add_usage, Action.RECORD_USAGE),
    ("start-subscription", start_subscription, Action.MANAGE_CUSTOMERS),
)


class LocaleForm(OwnedForm):
    """A form with a locale that must be one."""

    def clean_locale(self) -> str:
        name: str = self.cleaned_data["locale"]
        if name and locale_named(name) is None:
            raise forms.ValidationError("This is no known locale. Write it like en_GB or de_DE.")
        return name


@admin.register(Customer)
class CustomerAdmin(OwnedAdmin):
    """Who pays."""

    form = LocaleForm
    reading = Action.READ
    adding = changing = Action.MANAGE_CUSTOMERS
    change_form_template = "backoffice/customer/details.html"
    list_display = ("name", "email", "external_id", "plan", "currency")
    search_fields = ("name", "email", "external_id")
    search_help_text = "Search by name, e-mail or your own id"
    ordering = ("name", "pk")
    fieldsets = (
        (None, {"fields": (("name", "email"), ("external_id", "currency"))}),
        (
            "On invoices",
            {
                "fields": (
                    "legal_name",
                    ("address_line1", "address_line2"),
                    ("postal_code", "city"),
                    ("region", "country"),
                    ("tax_id", "tax_category"),
                    ("locale", "payment_terms_days"),
                )
            },
        ),
    )

    @admin.display(description="plan")
    def plan(self, customer: Any) -> str:
        return customer.plan_name or "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        newest = Subscription.objects.filter(customer=OuterRef("pk")).order_by("-pk")
        return super().get_queryset(request).annotate(plan_name=Subquery(newest.values("plan__name")[:1]))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"currency": organization_of(request).currency}

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> tuple[str, ...]:
        """Keep the currency once something is sold or billed in it (BILLING §10)."""
        if obj is None:
            return ()
        bound = Subscription.objects.filter(customer=obj).exists() or invoicing.invoices_of(customer=obj).exists()
        return ("currency",) if bound else ()

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        customer = kwargs.get("obj")
        if customer is not None:
            context.update(customer_pages.head(request, customer, tab="change"))
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_urls(self) -> list[URLPattern]:
        pages = [self.object_page(route, partial(page, self), action=action) for route, page, action in PAGES]
        return pages + list(super().get_urls())
