"""All limits in a list; and the page of limit and alerts of an item, of an add-on, and of an add-on on one plan."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of, organization_of
from apps.catalog.models import AddOn, Plan
from apps.core import clock
from apps.core.formats import Formats
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period
from apps.usage import measuring, rules, wording
from apps.usage import operations as usage
from apps.usage.admin.rule_forms import AlertForm, LimitForm, fields_of
from apps.usage.models import Alert, AlertFiring, Limit
from apps.usage.rules import Where

TEMPLATE = "backoffice/rules/page.html"
RELATED = ("item__subscription__customer", "item__add_on", "plan", "add_on", "organization")
Finder = Callable[..., Where]


def address_of(where: Where) -> str:
    """Return the address of the page of a place."""
    if where.item is not None:
        return reverse("admin:usage_limit_of_item", args=[where.item.pk])
    assert where.add_on is not None, "a place is an item or an add-on"
    if where.plan is not None:
        return reverse("admin:usage_limit_of_plan", args=[where.plan.pk, where.add_on.pk])
    return reverse("admin:usage_limit_of_add_on", args=[where.add_on.pk])


@admin.register(Limit)
class LimitAdmin(OwnedAdmin):
    """Read-only: a limit is set on the page of its place."""

    nothing_yet = "No limit yet. It is set on the page of an add-on, of a plan, or of what a customer has."
    first_step = ("Add-ons", "admin:catalog_addon_changelist")
    reading = Action.READ
    list_display = ("of", "words", "kind")
    list_display_links = ("of",)
    list_filter = ("kind",)
    list_select_related = RELATED
    search_fields = ("item__subscription__customer__name", "add_on__name", "plan__name")
    search_help_text = "Search by customer, add-on or plan"
    ordering = ("-pk",)
    fields = ("place", "words", "kind", "created_at")
    readonly_fields = ("place", "words")

    @admin.display(description="limit of")
    def of(self, limit: Limit) -> str:
        return str(rules.where_of(limit))

    @admin.display(description="limit of")
    def place(self, limit: Limit) -> str:
        where = rules.where_of(limit)
        return format_html('<a href="{}">{}</a>', address_of(where), where)

    @admin.display(description="limit")
    def words(self, limit: Limit) -> str:
        add_on, organization = rules.where_of(limit).metered, limit.organization
        assert add_on is not None, "only usage is limited"
        return wording.limit_in_words(limit, add_on, Formats.of(organization.locale, organization.zone))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*RELATED)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("of-item/<object_id>/", self._page(_item), name="usage_limit_of_item"),
            path("of-add-on/<object_id>/", self._page(_add_on), name="usage_limit_of_add_on"),
            path("of-plan/<object_id>/<add_on>/", self._page(_plan_add_on), name="usage_limit_of_plan"),
            *super().get_urls(),
        ]

    def _page(self, find: Finder) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, **named: str) -> HttpResponse:
            if not allowed(request, Action.READ):
                raise PermissionDenied
            return self._show(request, find(request, **named))

        page.model_admin = self  # type: ignore[attr-defined]
        guarded: Callable[..., HttpResponse] = self.admin_site.admin_view(page)
        return guarded

    def _show(self, request: HttpRequest, where: Where) -> HttpResponse:
        """Show what holds at a place; on POST set or take away what stands there."""
        changing = Action.MANAGE_CUSTOMERS if where.item is not None else Action.MANAGE_CATALOG
        may_manage = allowed(request, changing)
        if request.method == "POST" and not may_manage:
            raise PermissionDenied
        own, said = rules.limit_at(where), request.POST if request.method == "POST" else None
        known = {"organization": organization_of(request), "where": where}
        doing = request.POST.get("do", "") if said is not None else ""
        limit_form = LimitForm(said if doing == "limit" else None, initial=fields_of(own), **known)
        alert_form = AlertForm(said if doing == "alert" else None, **known)
        if said is not None and self._done(request, where, doing, limit_form, alert_form):
            return HttpResponseRedirect(address_of(where))
        context = {
            **self.context(request, title="Limit and alerts"),
            **_told(where, own, request),
            "limit_form": limit_form,
            "alert_form": alert_form,
            "may_manage": may_manage,
            "has_own": own is not None,
        }
        return TemplateResponse(request, TEMPLATE, context)

    def _done(
        self, request: HttpRequest, where: Where, doing: str, limit_form: LimitForm, alert_form: AlertForm
    ) -> bool:
        """Do what a button says; False where a form has to be filled in again."""
        now, formats, add_on = clock.wall(), formats_of(request), where.metered
        assert add_on is not None, "only usage has this page"
        words = ""
        if doing == "limit" and limit_form.is_valid():
            limit = limit_form.save(now=now)
            words = f"Limit of {where}: {wording.limit_in_words(limit, add_on, formats)}." if limit else ""
        elif doing == "alert" and alert_form.is_valid():
            alert = alert_form.save(now=now)
            words = f"Alert of {where}: {wording.alert_in_words(alert, add_on, formats)}." if alert else ""
        elif doing == "clear":
            words = (
                f"{where} has no limit of its own any more." if usage.clear_limit(at=where) else "Nothing to take away."
            )
        elif doing == "remove":
            words = self._removed(request, where)
        if words:
            self.audit(request, _subject(where), "limits and alerts", words)
            messages.success(request, words)
        return bool(words)

    def _removed(self, request: HttpRequest, where: Where) -> str:
        standing = Alert.objects.filter(organization=organization_of(request), removed_at__isnull=True, **where.key)
        alert = standing.filter(public_id=request.POST.get("alert", "")).first()
        if alert is None or where.metered is None:
            raise Http404
        usage.remove_alert(alert=alert, now=clock.wall())
        return f"Alert taken away: {wording.alert_in_words(alert, where.metered, formats_of(request))}."


def _told(where: Where, own: Limit | None, request: HttpRequest) -> dict[str, Any]:
    """Say what holds at a place, how far the current period is, and what was told in it."""
    add_on, formats = where.metered, formats_of(request)
    assert add_on is not None, "only usage has this page"
    holds = rules.limit_for(where)
    period = _current(where, request)
    fired = dict(AlertFiring.objects.filter(period=period).values_list("alert_id", "at")) if period else {}
    shown = own if own is not None else holds
    return {
        "heading": str(where),
        "back_to": _back(where),
        "limit_words": wording.limit_in_words(holds, add_on, formats),
        "origin": wording.origin_in_words(shown) if shown is not None and (where.item or where.plan) else "",
        "state": _state(period, holds, add_on, formats) if period is not None else "",
        "alerts": [
            {
                "alert": alert,
                "at": wording.alert_in_words(alert, add_on, formats),
                "tells": wording.readers_in_words(alert),
                "origin": wording.origin_in_words(alert) if where.item or where.plan else "",
                "fired": formats.moment(fired[alert.pk]) if alert.pk in fired else "",
                "stands_here": _stands_here(alert, where),
            }
            for alert in rules.alerts_for(where)
        ],
        "has_period": period is not None,
    }


def _state(period: Period, holds: Limit | None, add_on: AddOn, formats: Formats) -> str:
    used = measuring.so_far(periods=[period])[period.pk].quantity
    said = f"{formats.quantity(used, add_on.unit, add_on.unit_plural)} used in the current period"
    return f"{said}, {formats.number(rules.left(holds, used))} left" if holds is not None else said


def _current(where: Where, request: HttpRequest) -> Period | None:
    if where.item is None:
        return None
    period = timelines.period_at(item=where.item, instant=clock.billing(organization_of(request)))
    if period is not None:
        period.item = where.item
    return period


def _stands_here(alert: Alert, where: Where) -> bool:
    return (alert.item_id is not None) == (where.item is not None) and (alert.plan_id is not None) == (
        where.plan is not None
    )


def _back(where: Where) -> dict[str, str]:
    if where.item is not None:
        customer = where.item.subscription.customer
        return {"name": str(customer), "address": reverse("admin:accounts_customer_usage", args=[customer.pk])}
    if where.plan is not None:
        return {"name": str(where.plan), "address": reverse("admin:catalog_plan_offer", args=[where.plan.pk])}
    assert where.add_on is not None, "a place is an item or an add-on"
    return {"name": str(where.add_on), "address": reverse("admin:catalog_addon_change", args=[where.add_on.pk])}


def _subject(where: Where) -> Item | Plan | AddOn:
    subject = where.item or where.plan or where.add_on
    assert subject is not None, "a place is an item or an add-on"
    return subject


def _item(request: HttpRequest, object_id: str) -> Where:
    related = ("subscription__customer", "subscription__plan", "add_on__metric", "price")
    item = _row(Item.objects.filter(add_on__kind=AddOn.Kind.USAGE).select_related(*related), object_id, request)
    return Where(item=item)


def _add_on(request: HttpRequest, object_id: str) -> Where:
    return Where(add_on=_row(_usage_add_ons(), object_id, request))


def _plan_add_on(request: HttpRequest, object_id: str, add_on: str) -> Where:
    plan = _row(Plan.objects.all(), object_id, request)
    return Where(plan=plan, add_on=_row(_usage_add_ons().filter(plan_add_ons__plan=plan), add_on, request))


def _usage_add_ons() -> Any:
    return AddOn.objects.filter(kind=AddOn.Kind.USAGE).select_related("metric")


def _row(rows: Any, named: str, request: HttpRequest) -> Any:
    """Return the row with this key of the organization; a foreign one and none look alike."""
    if not named.isascii() or not named.isdecimal() or len(named) > 18:
        raise Http404
    row = rows.filter(organization=organization_of(request), pk=named).first()
    if row is None:
        raise Http404
    return row
