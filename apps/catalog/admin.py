"""The pages of what is sold; those of plans, which show who is on them, are a room above."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of, organization_of
from apps.catalog import archiving, operations, price_page, queries
from apps.catalog.models import AddOn, Feature, Metric, Plan, Price
from apps.catalog.operations.goods import CHANGEABLE
from apps.catalog.price_form import CatalogPriceForm
from apps.catalog.wording import price_in_words, subject_in_words
from apps.core import clock
from apps.core.admin import badge
from apps.core.formats import Formats
from apps.core.refusals import Refusal


class ArchivedFilter(admin.SimpleListFilter):
    """What is offered, and what no longer is."""

    title = "offered"
    parameter_name = "offered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "On offer"), ("no", "Archived")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "yes")


class CatalogAdmin(OwnedAdmin):
    """What all pages of the catalog share: keys and ways of billing stay, since history rests on them."""

    reading = Action.READ
    adding: Action | None = Action.MANAGE_CATALOG
    changing: Action | None = Action.MANAGE_CATALOG
    ordering: tuple[str, ...] = ("name", "pk")
    change_form_template: str | None = "backoffice/catalog/details.html"

    @badge("status", {"on offer": "success", "archived": "warning"})
    def state(self, row: Any) -> str:
        return "archived" if row.archived_at else "on offer"

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Propose a key from the name, while the row is new and its key can still be written."""
        return {"key": ("name",)} if obj is None and "key" in _names(self.fields) else {}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return tuple(name for name in _names(self.fields) if name not in CHANGEABLE[self.model])

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer what is not archived; what a row has already cannot be chosen again."""
        kwargs["queryset"] = db_field.remote_field.model.objects.filter(archived_at__isnull=True).order_by("name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["may_manage"] = allowed(request, Action.MANAGE_CATALOG)
        if kwargs.get("obj") is not None:
            context["links"] = self.links(kwargs["obj"])
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def links(self, row: Any) -> list[dict[str, str]]:
        """Return where else to go from the page of a row: words and address."""
        return []

    def get_urls(self) -> list[URLPattern]:
        deeds = (("archive", archiving.archive), ("restore", archiving.restore))
        pages = [
            self.object_page(route, partial(deed, self), action=Action.MANAGE_CATALOG)
            for route, deed in deeds
            if self.model in CHANGEABLE
        ]
        return pages + list(super().get_urls())


class ProductAdmin(CatalogAdmin):
    """What is sold; groups plans and carries features."""

    nothing_yet = "No product yet. It groups the plans that customers subscribe to, and says their tax category."
    list_display = ("name", "key", "currency", "state")
    list_filter = (ArchivedFilter,)
    search_fields = ("name", "key")
    fields = (("name", "key"), ("currency", "tax_category"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"currency": organization_of(request).currency}

    def links(self, row: Any) -> list[dict[str, str]]:
        features, product = reverse("admin:catalog_feature_changelist"), f"product__id__exact={row.pk}"
        return [{"words": "Its features", "address": f"{features}?{product}"}]


@admin.register(Feature)
class FeatureAdmin(CatalogAdmin):
    """What a product can do or allow; each of its plans gives it a value."""

    nothing_yet = "No feature yet. It is what a product can do or allow; each plan gives it a value."
    list_display = ("name", "product", "key", "kind", "state")
    list_filter = (ArchivedFilter, ("product", admin.RelatedOnlyFieldListFilter), "kind")
    list_select_related = ("product",)
    search_fields = ("name", "key", "product__name")
    fields = ("product", ("name", "key"), "kind")


@admin.register(Metric)
class MetricAdmin(CatalogAdmin):
    """What is counted. Its way of counting stays once it exists: periods were measured by it."""

    nothing_yet = "No metric yet. It is what is counted, such as calls: what is billed by use needs one."
    list_display = ("name", "key", "aggregation", "property", "state")
    list_filter = (ArchivedFilter, "aggregation")
    search_fields = ("name", "key")
    fields = (("name", "key"), ("aggregation", "property"))


class AddOnAdmin(CatalogAdmin):
    """Something billed beside the base fee. What kind it is, what meters it and how often it is billed stay."""

    nothing_yet = "No add-on yet. It is billed beside the base fee: by use, each period, or once."
    list_display = ("name", "key", "kind", "metric", "unit", "state")
    list_filter = (ArchivedFilter, "kind")
    list_select_related = ("metric",)
    search_fields = ("name", "key")
    fields = (
        ("name", "key"),
        ("kind", "metric"),
        ("unit", "unit_plural"),
        ("interval_count", "interval_unit"),
        "tax_category",
    )

    def links(self, row: Any) -> list[dict[str, str]]:
        rules = {"words": "Limit and alerts", "address": reverse("admin:usage_limit_of_add_on", args=[row.pk])}
        links = [rules] if row.kind == AddOn.Kind.USAGE else []
        if row.archived_at:
            return links
        return [{"words": "Set its price", "address": f"{reverse('admin:catalog_price_add')}?add_on={row.pk}"}, *links]


@admin.register(Price)
class PriceAdmin(CatalogAdmin):
    """What something costs. A price is never edited: a new one takes its place for whoever starts from then on."""

    nothing_yet = "No price yet. Say what a plan or an add-on costs; whoever has a price keeps it."
    changing = None
    change_form_template = None
    list_display = ("what", "currency", "words", "state", "created_at", "superseded_at")
    list_filter = ("currency", "negotiated", ("superseded_at", admin.EmptyFieldListFilter))
    search_fields = ("plan__name", "add_on__name", "public_id__exact")
    ordering = ("-pk",)
    fields = ("what", "currency", "words", "state", "created_at", "superseded_at")
    readonly_fields = ("what", "words", "state")

    @admin.display(description="price of")
    def what(self, price: Price) -> str:
        return subject_in_words(price)

    @admin.display(description="price")
    def words(self, price: Price) -> str:
        organization = price.organization
        return price_in_words(price, Formats.of(organization.locale, organization.zone))

    @badge("status", {"current": "success", "superseded": "info", "for one item": "warning"})
    def state(self, price: Price) -> str:
        if price.negotiated:
            return "for one item"
        return "superseded" if price.superseded_at else "current"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("plan", "add_on", "organization")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.readonly_fields)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the price editor; set the price, by which the one before is superseded."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return price_page.edit(
            request,
            make=partial(CatalogPriceForm, organization=organization_of(request)),
            initial=_asked(request),
            save=partial(self._set, request),
            context=partial(self._editor, request),
        )

    def _set(self, request: HttpRequest, form: CatalogPriceForm) -> HttpResponse | None:
        said = form.cleaned_data
        try:
            price = operations.set_price(
                organization=organization_of(request),
                plan=said["plan"],
                add_on=said["add_on"],
                currency=said["currency"],
                form=form.price_form(),
                setup_fee=form.setup_fee_said(),
                now=clock.wall(),
            )
        except Refusal as refusal:
            form.refused(refusal)
            return None
        words = f"{subject_in_words(price)}: {price_in_words(price, formats_of(request))}"
        self.audit(request, price, "set price", words)
        messages.success(request, f"{words}. Whoever has an older price keeps it until moved.")
        plan = _plan_to_go_back_to(said["back"]) or said["plan"]
        page = "admin:catalog_plan_offer" if plan is not None else "admin:catalog_price_changelist"
        return HttpResponseRedirect(reverse(page, args=[plan.pk] if plan is not None else []))

    def _editor(self, request: HttpRequest, form: CatalogPriceForm) -> dict[str, Any]:
        plan, add_on = (form.cleaned_data.get(name) for name in ("plan", "add_on"))
        now, back = _current(form.cleaned_data), _plan_to_go_back_to(form.cleaned_data.get("back", ""))
        back_to = reverse("admin:catalog_plan_offer", args=[back.pk]) if back else None
        subject = f"{add_on} on {plan}" if add_on and plan else add_on or plan
        return {
            **self.context(request, title="Set a price"),
            "subtitle": None,
            "heading": f"Price of {subject}" if subject else "Set a price",
            "promise": "It holds for whoever starts from now on. Whoever has a price already keeps it until moved.",
            "save": "Set this price",
            "now": price_in_words(now, formats_of(request)) if now else "",
            "unit": add_on.unit_plural.capitalize() if add_on else "",
            "back_to": back_to or reverse("admin:catalog_price_changelist"),
            "back_to_name": str(back) if back else "Prices",
        }


def _names(fields: Any) -> list[str]:
    return [name for row in fields for name in (row if isinstance(row, tuple) else (row,))]


def _asked(request: HttpRequest) -> dict[str, str]:
    """Begin with what the address names, and with what that costs now."""
    named = ("plan", "add_on", "back")
    asked = {name: request.GET[name] for name in named if request.GET.get(name, "").isdecimal()}
    currency = request.GET.get("currency", "") or organization_of(request).currency
    form = CatalogPriceForm({**asked, "currency": currency}, organization=organization_of(request))
    form.is_valid()
    price = _current(form.cleaned_data)
    if price is None:
        return {"currency": currency, **asked}
    return {"currency": currency, **asked, **price_page.fields_of(price)}


def _current(said: Mapping[str, Any]) -> Price | None:
    """Return what is in force of what the form names; an add-on on a plan may still have none of its own."""
    plan, add_on, currency = said.get("plan"), said.get("add_on"), said.get("currency")
    if (plan is None and add_on is None) or not currency:
        return None
    own = queries.current_price(plan=plan, add_on=add_on, currency=currency)
    if own is None and plan is not None and add_on is not None:
        return queries.current_price(plan=None, add_on=add_on, currency=currency)
    return own


def _plan_to_go_back_to(text: str) -> Plan | None:
    return Plan.objects.filter(pk=text).first() if text.isdecimal() and len(text) < 19 else None
