"""Customers: the list, the details, and where the other tabs and forms are."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern

from apps.accounts import queries as accounts
from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, OwnedForm, actor_of, organization_of
from apps.backoffice import customer_pages, putting_away, statements, tax_cautions
from apps.backoffice.documents import base as documents
from apps.backoffice.documents import deeds
from apps.backoffice.listed_field import ListedField
from apps.backoffice.next_invoice import next_invoice
from apps.backoffice.start_form import start_subscription
from apps.backoffice.usage_form import add_usage
from apps.core import clock
from apps.core.admin import badge, themed
from apps.core.refusals import Refusal
from apps.invoicing import customers as changing
from apps.rating.taxing import EXEMPT, STANDARD
from apps.subscriptions.models import Subscription
from apps.tenancy.models import COUNTRY_HINT

Page = Callable[[OwnedAdmin, HttpRequest, Customer], HttpResponseBase]
PAGES: tuple[tuple[str, Page, Action], ...] = (
    ("subscription", customer_pages.subscription_tab, Action.READ),
    ("usage", customer_pages.usage_tab, Action.READ),
    ("invoices", customer_pages.invoices_tab, Action.READ),
    ("statement", statements.statement_tab, Action.READ),
    ("statement-csv", statements.statement_csv, Action.READ),
    ("statement-pdf", statements.statement_pdf, Action.READ),
    ("next-invoice", next_invoice, Action.READ),
    ("add-usage", add_usage, Action.RECORD_USAGE),
    ("start-subscription", start_subscription, Action.MANAGE_CUSTOMERS),
    ("archive", putting_away.archive, Action.MANAGE_CUSTOMERS),
    ("restore", putting_away.restore, Action.MANAGE_CUSTOMERS),
)


class PutAwayFilter(admin.SimpleListFilter):
    """Those that are there, and those that were put away."""

    title = "archived"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Not archived"), ("yes", "Archived")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "no")


class CustomerForm(OwnedForm):
    """A customer's details, by the rules that hold for programs too."""

    cc_emails = ListedField(label="Copies to", help_text="Further addresses that get every invoice; commas between.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        themed(self, "cc_emails")
        if "country" in self.fields:
            self.fields["country"].help_text = COUNTRY_HINT

    def clean_external_id(self) -> str | None:
        external_id: str | None = self.cleaned_data["external_id"]
        if external_id is not None:
            namesakes = accounts.customers(external_id=external_id).filter(organization=self.organization)
            if namesakes.exclude(pk=self.instance.pk).exists():
                raise forms.ValidationError("Another customer has this external id.")
        return external_id


@admin.register(Customer)
class CustomerAdmin(OwnedAdmin):
    """Who pays."""

    nothing_yet = "No customer yet. Add the first one, then start its subscription."
    form = CustomerForm
    reading = Action.READ
    adding = changing = Action.MANAGE_CUSTOMERS
    change_form_template = "backoffice/customer/details.html"
    list_display = ("name", "email", "external_id", "plan", "currency", "state")
    list_filter = (PutAwayFilter, "currency")
    search_fields = ("name", "email", "external_id")
    search_help_text = "Search by name, e-mail or your own id"
    ordering = ("name", "pk")
    fieldsets = (
        (None, {"fields": (("name", "email"), "cc_emails", ("external_id", "currency"))}),
        (
            "On invoices",
            {
                "fields": (
                    "legal_name",
                    ("address_line1", "address_line2"),
                    ("postal_code", "city"),
                    ("region", "country"),
                    ("tax_id", "tax_category"),
                    "tax_exempt_reason",
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

    @badge("status", {"archived": "warning"})
    def state(self, customer: Customer) -> str:
        return "archived" if customer.archived_at else ""

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> tuple[str, ...]:
        """Keep the currency while something is subscribed, owed or credited in it (BILLING §10)."""
        held = obj is not None and changing.held_by(customer=obj) is not None
        return ("currency",) if held else ()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form and store what it says; what came to stand against it meanwhile is told."""
        try:
            shown: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(request.get_full_path())
        return shown

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "tax_category" in form.changed_data and obj.tax_category not in (STANDARD, EXEMPT):
            tax_cautions.tell(request, obj.tax_category)
        if not change:
            super().save_model(request, obj, form, change)
            return
        said = {name: form.cleaned_data[name] for name in form.changed_data}
        changing.change(customer=obj, actor=actor_of(request), now=clock.wall(), **said)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The operation noted it, with what was and is."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        customer = self.object_or_404(request, object_id, self.reading)
        return customer_pages.history_tab(self, request, customer)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        customer = kwargs.get("obj")
        if customer is not None:
            context.update(customer_pages.head(request, customer, tab="change"))
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_urls(self) -> list[URLPattern]:
        pages = [self.object_page(route, partial(page, self), action=action) for route, page, action in PAGES]
        return [*pages, *documents.pages(self, deeds.OF_CUSTOMER), *super().get_urls()]
