"""The pages of what is sold."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, OwnedInline, formats_of, organization_of
from apps.catalog import operations
from apps.catalog.models import AddOn, Metric, Plan, PlanAddOn, Price, Product
from apps.catalog.price_form import PriceForm
from apps.catalog.wording import price_in_words
from apps.core import clock
from apps.core.formats import Formats


class CatalogAdmin(OwnedAdmin):
    """What all pages of the catalog share."""

    reading = Action.READ
    adding: Action | None = Action.MANAGE_CATALOG
    changing: Action | None = Action.MANAGE_CATALOG
    ordering: tuple[str, ...] = ("name", "pk")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Propose a key from the name, while the row is new and its key can still be written."""
        writable = [name for row in self.fields for name in (row if isinstance(row, tuple) else (row,))]
        return {"key": ("name",)} if obj is None and "key" in writable else {}


@admin.register(Product)
class ProductAdmin(CatalogAdmin):
    """What is sold; groups plans."""

    list_display = ("name", "key", "currency")
    search_fields = ("name", "key")
    fields = (("name", "key"), ("currency", "tax_category"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"currency": organization_of(request).currency}


@admin.register(Metric)
class MetricAdmin(CatalogAdmin):
    """What is counted. Its way of counting stays once it exists: periods were measured by it."""

    list_display = ("name", "key", "aggregation")
    search_fields = ("name", "key")
    fields = (("name", "key"), ("aggregation", "property"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key", "aggregation", "property") if obj else ()


@admin.register(AddOn)
class AddOnAdmin(CatalogAdmin):
    """Something billed beside the base fee. What kind it is, and what meters it, stays."""

    list_display = ("name", "key", "kind", "metric", "unit")
    list_filter = ("kind",)
    list_select_related = ("metric",)
    search_fields = ("name", "key")
    fields = (("name", "key"), ("kind", "metric"), ("unit", "unit_plural"), "tax_category")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key", "kind", "metric") if obj else ()


class AddOnsOfPlan(OwnedInline):
    """The add-ons of a plan: those that come with it, and those that may be chosen."""

    model = PlanAddOn
    reading = Action.READ
    changing = deleting = Action.MANAGE_CATALOG
    fields = ("add_on", "automatic")
    verbose_name = "add-on"
    verbose_name_plural = "add-ons"
    extra = 1


@admin.register(Plan)
class PlanAdmin(CatalogAdmin):
    """A base fee per interval, or none, plus add-ons. How often it bills stays: subscriptions were started on it."""

    list_display = ("name", "product", "key", "every", "is_free", "timing")
    list_select_related = ("product",)
    search_fields = ("name", "key")
    fields = ("product", ("name", "key"), ("interval_count", "interval_unit"), ("is_free", "timing"))
    inlines = (AddOnsOfPlan,)

    @admin.display(description="billed every")
    def every(self, plan: Plan) -> str:
        return plan.interval_unit if plan.interval_count == 1 else f"{plan.interval_count} {plan.interval_unit}s"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("product", "key", "interval_count", "interval_unit") if obj else ()


@admin.register(Price)
class PriceAdmin(CatalogAdmin):
    """What something costs. A price is never edited: a new one takes its place for whoever starts from then on."""

    changing = None
    list_display = ("what", "currency", "words", "created_at", "superseded_at")
    list_select_related = ("plan", "add_on", "organization")
    list_filter = ("currency", ("superseded_at", admin.EmptyFieldListFilter))
    search_fields = ("plan__name", "add_on__name", "public_id__exact")
    ordering = ("-pk",)
    fields = ("what", "currency", "words", "created_at", "superseded_at")
    readonly_fields = ("what", "words")

    @admin.display(description="price of")
    def what(self, price: Price) -> str:
        if price.plan is not None and price.add_on is not None:
            return f"{price.add_on} on {price.plan}"
        return str(price.add_on) if price.add_on is not None else f"{price.plan} (base fee)"

    @admin.display(description="price")
    def words(self, price: Price) -> str:
        organization = price.organization
        return price_in_words(price, Formats.of(organization.locale, organization.zone))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("plan", "add_on", "organization")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        return type("NewPriceForm", (PriceForm,), {"organization": organization_of(request)})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return PriceForm.FIELDSETS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.readonly_fields) if obj is not None else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        asked = {name: request.GET[name] for name in ("plan", "add_on") if request.GET.get(name, "").isdecimal()}
        return {"currency": organization_of(request).currency, **asked}

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Price:
        """Set the price; the one before is superseded."""
        return operations.set_price(organization=organization_of(request), now=clock.wall(), **form.priced())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The operation has stored it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing else hangs on a price."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self.audit(request, obj, "set price", f"{obj}: {price_in_words(obj, formats_of(request))}")
