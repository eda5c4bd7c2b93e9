"""Plans: the list, the details, and the page of what a customer pays."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedInline, allowed, formats_of
from apps.catalog import operations
from apps.catalog.admin import ArchivedFilter, CatalogAdmin
from apps.catalog.models import Feature, Plan, PlanAddOn
from apps.catalog.wording import each_interval
from apps.core import clock
from apps.core.admin import RowList
from apps.subscriptions import queries
from apps.subscriptions.admin import moving, plan_page
from apps.subscriptions.admin.plan_forms import FeaturesForm, UnitsForm

TABS = (("offer", "What a customer pays"), ("change", "Details"))


class PlanList(RowList):
    """The list of plans: each leads to what a customer on it pays."""

    def url_for_result(self, result: Plan) -> str:
        return _page(result, "offer")


class AddOnsFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """The add-ons of a plan: which one a row is about stays, and no add-on is left without a plan."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["add_on"].disabled = form.instance.pk is not None

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            add_on = form.instance.add_on
            if not PlanAddOn.objects.filter(add_on=add_on).exclude(plan=self.instance).exists():
                raise forms.ValidationError(f"{add_on} must stay enabled for at least one plan.")


class AddOnsOfPlan(OwnedInline):
    """The add-ons of a plan: those that come with it, and those that may be chosen."""

    model = PlanAddOn
    formset = AddOnsFormSet
    reading = Action.READ
    changing = deleting = Action.MANAGE_CATALOG
    fields = ("add_on", "automatic")
    verbose_name = "add-on"
    verbose_name_plural = "add-ons"
    extra = 1


@admin.register(Plan)
class PlanAdmin(CatalogAdmin):
    """A base fee per interval, or none, plus add-ons. How often it bills stays: subscriptions were started on it."""

    nothing_yet = "No plan yet. It is what customers subscribe to: a base fee or none, with its add-ons."
    list_display = ("name", "product", "key", "every", "is_free", "timing", "state")
    list_filter = (ArchivedFilter, ("product", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("product",)
    search_fields = ("name", "key")
    fields = (
        "product",
        ("name", "key"),
        ("interval_count", "interval_unit"),
        ("is_free", "timing"),
        "alignment",
        ("trial_days", "after_trial"),
    )
    inlines = (AddOnsOfPlan,)
    change_form_template = "backoffice/plan/details.html"

    @admin.display(description="billed every")
    def every(self, plan: Plan) -> str:
        return plan.interval_unit if plan.interval_count == 1 else f"{plan.interval_count} {plan.interval_unit}s"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        plan = kwargs.get("obj")
        if plan is not None:
            context.update(_head(request, plan, tab="change"))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Enable and disable add-ons by the operations that the API uses."""
        for row in formset.save(commit=False):
            operations.enable_add_on(plan=form.instance, add_on=row.add_on, automatic=row.automatic)
        for row in formset.deleted_objects:
            operations.disable_add_on(plan=form.instance, add_on=row.add_on)
        formset.save_m2m()

    def response_add(self, request: HttpRequest, obj: Plan, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to what it costs, unless another button was pressed."""
        if {"_continue", "_addanother"} & set(request.POST):
            response: HttpResponse = super().response_add(request, obj, post_url_continue)
            return response
        messages.success(request, f"{obj} is there. Now say what it costs.")
        return HttpResponseRedirect(_page(obj, "offer"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RowList]:
        return PlanList

    def get_urls(self) -> list[URLPattern]:
        return [
            self.object_page("offer", self.offer, action=Action.READ),
            self.object_page("features", self.features, action=Action.MANAGE_CATALOG),
            self.object_page("included-units", self.included_units, action=Action.MANAGE_CATALOG),
            self.object_page("move-to-current-price", self.move, action=Action.MANAGE_CATALOG),
            *super().get_urls(),
        ]

    def offer(self, request: HttpRequest, plan: Plan) -> HttpResponse:
        """Show everything a customer on it would pay, and what came before."""
        formats = formats_of(request)
        context = {
            **self.context(request, plan, title="What a customer pays"),
            **_head(request, plan, tab="offer"),
            "currencies": plan_page.paid(plan, formats, first=plan.product.currency),
            "features": plan_page.features(plan, formats),
            "superseded": plan_page.superseded(plan, formats),
            "older": queries.items_with_older_price(plan=plan).count(),
            "negotiated": queries.negotiated_items(plan=plan),
            "items": f"{reverse('admin:subscriptions_item_changelist')}?subscription__plan__id__exact={plan.pk}",
        }
        return TemplateResponse(request, "backoffice/plan/offer.html", context)

    def features(self, request: HttpRequest, plan: Plan) -> HttpResponse:
        """Give each feature of the product its value on this plan."""
        rows = list(Feature.objects.filter(product=plan.product_id, archived_at__isnull=True).order_by("name", "pk"))
        form = FeaturesForm(request.POST if request.method == "POST" else None, plan=plan, features=rows)
        if request.method == "POST" and form.is_valid():
            changed = form.save()
            if changed:
                self.audit(request, plan, "set features", ", ".join(changed))
            if form.is_valid():
                messages.success(request, f"Saved: {', '.join(changed)}." if changed else "Nothing was changed.")
                return HttpResponseRedirect(_page(plan, "offer"))
        words = "An empty one is not part of the plan." if rows else ""
        return self._form_page(request, plan, form, title="Features", words=words, button="Save" if rows else "")

    def included_units(self, request: HttpRequest, plan: Plan) -> HttpResponse:
        """Include other units of an add-on on this plan than elsewhere."""
        asked = {"add_on": request.GET.get("add_on", "")}
        form = UnitsForm(request.POST if request.method == "POST" else None, plan=plan, initial=asked)
        if request.method == "POST" and form.is_valid():
            add_on = form.save(now=clock.wall())
            if add_on is not None:
                units = form.cleaned_data["units"]
                self.audit(request, plan, "included units", f"{add_on}: {units}")
                messages.success(request, f"{plan} includes {units} {add_on.unit_plural} from now on.")
                return HttpResponseRedirect(_page(plan, "offer"))
        words = (
            "The plan gets prices of its own for this add-on: as they are now, with these units. "
            "Whoever has it keeps what they have until moved."
        )
        return self._form_page(request, plan, form, title="Included units", words=words, button="Include")

    def move(self, request: HttpRequest, plan: Plan) -> HttpResponse:
        """Move everything on this plan that has an older price."""
        older = queries.items_with_older_price(plan=plan)
        title = f"Move everything on {plan} to the current prices"
        return moving.confirm(self, request, older, of=plan, title=title, back_to=_page(plan, "offer"))

    def _form_page(self, request: HttpRequest, plan: Plan, form: forms.Form, **said: str) -> HttpResponse:
        context = {**self.context(request, plan, title=said["title"]), **_head(request, plan, tab="offer")}
        return TemplateResponse(request, "backoffice/plan/form.html", {**context, **said, "form": form})


def _page(plan: Plan, name: str) -> str:
    return reverse(f"admin:catalog_plan_{name}", args=[plan.pk])


def _head(request: HttpRequest, plan: Plan, *, tab: str) -> dict[str, Any]:
    """Return what the head of a plan's page shows: facts, buttons and tabs."""
    trial = f"{plan.trial_days} days free at the beginning" if plan.trial_days else "no trial"
    return {
        "plan": plan,
        "facts": [f"billed {each_interval(plan.interval_unit, plan.interval_count)}", trial],
        "tabs": [{"name": name, "address": _page(plan, to), "active": to == tab} for to, name in TABS],
        "may_manage": allowed(request, Action.MANAGE_CATALOG),
    }
