"""What single customers pay for: the list of items, a price of one's own, and the move to the current price."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of
from apps.catalog import price_page
from apps.catalog.price_form import ItemPriceForm
from apps.catalog.wording import price_in_words
from apps.core import clock
from apps.core.admin import badge
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.subscriptions import operations, queries
from apps.subscriptions.admin import moving
from apps.subscriptions.models import Item

STATES = {"current price": "success", "older price": "warning", "own price": "info", "ended": "danger"}


class PriceFilter(admin.SimpleListFilter):
    """Whether an item follows the current price."""

    title = "price"
    parameter_name = "at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("older", "Older price"), ("own", "Own price")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "older":
            return queryset.filter(pk__in=queries.items_with_older_price().values("pk"))
        return queryset.filter(price__negotiated=True) if self.value() == "own" else queryset


class ItemAdmin(OwnedAdmin):
    """Read-only: an item comes and goes with its subscription; its price is moved or negotiated.

    The office registers it together with what rooms above add to an item's page.
    """

    nothing_yet = "No item yet. Items come with subscriptions: the base fee, and each add-on."
    first_step = ("Customers", "admin:accounts_customer_changelist")
    reading = Action.READ
    list_display = ("name", "what", "on_plan", "words", "state")
    list_filter = (PriceFilter, "subscription__plan")
    list_select_related = ("subscription__plan", "subscription__customer", "price__add_on", "price__plan", "add_on")
    search_fields = ("subscription__customer__name", "add_on__name", "public_id__exact")
    search_help_text = "Search by customer or add-on"
    ordering = ("-pk",)
    fields = ("customer_page", "what", "on_plan", "words", "state", "starts_at", "ends_at")
    readonly_fields = ("customer_page", "what", "on_plan", "words", "state")
    change_form_template = "backoffice/item/details.html"
    change_list_template = "backoffice/item/list.html"

    @admin.display(description="customer", ordering="subscription__customer__name")
    def name(self, item: Item) -> str:
        return item.subscription.customer.name

    @admin.display(description="item")
    def what(self, item: Item) -> str:
        return str(item) if item.add_on is not None else "Base fee"

    @admin.display(description="plan", ordering="subscription__plan__name")
    def on_plan(self, item: Item) -> str:
        return item.subscription.plan.name

    @admin.display(description="price")
    def words(self, item: Item) -> str:
        organization = item.organization
        return price_in_words(item.price, Formats.of(organization.locale, organization.zone))

    @badge("status", STATES)
    def state(self, item: Any) -> str:
        if item.ends_at is not None:
            return "ended"
        if item.price.negotiated:
            return "own price"
        return "current price" if item.current_price_id in (None, item.price_id) else "older price"

    @admin.display(description="customer")
    def customer_page(self, item: Item) -> str:
        return format_html('<a href="{}">{}</a>', _customer_page(item), item.subscription.customer)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related(*self.list_select_related, "organization")
        return queries.with_current_price(rows)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may = {"may_manage": allowed(request, Action.MANAGE_CATALOG)}
        response: HttpResponse = super().changelist_view(request, {**may, **(extra_context or {})})
        return response

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        item = kwargs.get("obj")
        context["may_manage"] = allowed(request, Action.MANAGE_CUSTOMERS) and item is not None and item.ends_at is None
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_urls(self) -> list[URLPattern]:
        move_all = self.admin_site.admin_view(self.move_all)
        return [
            path("move-to-current-price/", move_all, name="subscriptions_item_move_all"),
            self.object_page("move-to-current-price", self.move, action=Action.MANAGE_CUSTOMERS),
            self.object_page("negotiate", self.negotiate, action=Action.MANAGE_CUSTOMERS),
            *super().get_urls(),
        ]

    def move_all(self, request: HttpRequest) -> HttpResponse:
        """Move everything that has an older price, on all plans."""
        if not allowed(request, Action.MANAGE_CATALOG):
            raise PermissionDenied
        older = queries.items_with_older_price()
        title = "Move all items with an older price to the current one"
        back_to = reverse("admin:subscriptions_item_changelist")
        return moving.confirm(self, request, older, of=None, title=title, back_to=back_to)

    def move(self, request: HttpRequest, item: Item) -> HttpResponse:
        """Move one item, also one with a price of its own."""
        rows = queries.movable_items().filter(pk=item.pk)
        title = f"Move {item} of {item.subscription.customer} to the current price"
        return moving.confirm(self, request, rows, of=item, title=title, back_to=_customer_page(item))

    def negotiate(self, request: HttpRequest, item: Item) -> HttpResponse:
        """Show the price editor for one item; give it a price of its own from its next period on."""
        if item.ends_at is not None:
            messages.error(request, f"{item} has ended, so its price cannot change.")
            return HttpResponseRedirect(_customer_page(item))
        return price_page.edit(
            request,
            make=partial(ItemPriceForm, currency=item.subscription.currency),
            initial=price_page.fields_of(item.price),
            save=partial(self._negotiated, request, item),
            context=lambda form: self._editor(request, item),
        )

    def _negotiated(self, request: HttpRequest, item: Item, form: ItemPriceForm) -> HttpResponse | None:
        try:
            price = operations.negotiate(
                item=item, form=form.price_form(), setup_fee=form.setup_fee_said(), now=clock.wall()
            )
        except Refusal as refusal:
            form.refused(refusal)
            return None
        words = price_in_words(price, formats_of(request))
        self.audit(request, item, "negotiated price", f"{item}: {words}")
        messages.success(request, f"{item} costs {item.subscription.customer} {words}, from the next period on.")
        return HttpResponseRedirect(_customer_page(item))

    def _editor(self, request: HttpRequest, item: Item) -> dict[str, Any]:
        customer = item.subscription.customer
        last = queries.last_periods(items=[item]).get(item.pk)
        starts_at = last.ends_at if last is not None else item.starts_at
        from_day = formats_of(request).day_of(starts_at, today=moving.today_of(request))
        return {
            **self.context(request, item, title="A price of its own"),
            "heading": f"Price of {item} for {customer}",
            "promise": f"In {item.subscription.currency}, from {from_day} on: the period that runs keeps its price. "
            "Nobody else gets it, and new prices of the plan do not change it.",
            "save": "Give this price",
            "now": price_in_words(item.price, formats_of(request)),
            "unit": item.add_on.unit_plural.capitalize() if item.add_on else "",
            "back_to": _customer_page(item),
            "back_to_name": str(customer),
        }


def _customer_page(item: Item) -> str:
    return reverse("admin:accounts_customer_subscription", args=[item.subscription.customer_id])
