"""Tax rates in the office: the list, a new one, the last day of one, and one withdrawn before it begins."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, OwnedForm, actor_of, allowed, formats_of, organization_of
from apps.backoffice import tax_cautions
from apps.backoffice.documents.questions import NumberField
from apps.core import clock
from apps.core.admin import badge, themed
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.invoicing import tax_rates, taxing
from apps.invoicing.models import TaxRate
from apps.rating.numbers import plain
from apps.rating.taxing import EXEMPT, UNION

LIST = "admin:invoicing_taxrate_changelist"


class TaxRateForm(OwnedForm):
    """A new rate, in percent as people say it."""

    percent = NumberField(label="Rate in percent", missing="Say how much.", help_text="Such as 19, or 5.5.")

    class Meta:
        model = TaxRate
        fields = ("name", "category", "country", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "percent" in self.fields:  # whoever only looks is asked nothing
            themed(self, "percent")

    def clean_percent(self) -> Any:
        percent = self.cleaned_data["percent"]
        if not 0 <= percent <= 100 or -percent.normalize().as_tuple().exponent > 4:
            raise forms.ValidationError("Write 0 to 100, with at most four decimals.")
        self.instance.rate = percent / 100
        return percent

    def clean(self) -> Any:
        said = super().clean()
        if self.cleaned_data.get("category") == EXEMPT and self.cleaned_data.get("percent"):
            self.add_error("percent", "What is exempt has a rate of zero.")
        return said


class LastDayForm(forms.Form):
    """The last day of a rate."""

    valid_until = forms.DateField(
        label="Last day",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Say which day.", "invalid": "Write a day like 2026-12-31."},
    )


@admin.register(TaxRate)
class TaxRateAdmin(OwnedAdmin):
    """Rates by category and country. None is ever changed: it ends, and another begins."""

    nothing_yet = (
        "No tax rate yet: nothing is taxed, and invoices say nothing of tax. Say your country and tax id "
        "under Organization first, then add the rate of each country that you charge tax in."
    )
    form = TaxRateForm
    reading = Action.READ
    adding = Action.MANAGE_CATALOG
    change_form_template = "backoffice/tax_rate.html"
    list_before_template = "backoffice/tax_cautions.html"
    list_display = ("name", "percentage", "category", "where", "valid_from", "holds_until", "state")
    list_filter = ("category",)
    search_fields = ("name", "category", "country")
    search_help_text = "Search by name, category or country"
    ordering = ("category", "country", "-valid_from")
    readonly_fields = ("percentage", "where", "holds_until", "state")

    @admin.display(description="rate")
    def percentage(self, rate: TaxRate) -> str:
        return f"{plain(rate.rate * 100)}\xa0%"

    @admin.display(description="for customers in", ordering="country")
    def where(self, rate: TaxRate) -> str:
        if rate.country == UNION:
            return "the European Union"
        return rate.country or "any other country"

    @admin.display(description="last day")
    def holds_until(self, rate: TaxRate) -> Any:
        return rate.last_day or "–"

    @badge("status", {"in force": "success", "to come": "info", "over": "warning"})
    def state(self, rate: TaxRate) -> str:
        today = clock.billing(rate.organization).astimezone(rate.organization.zone).date()
        if rate.valid_from > today:
            return "to come"
        return "in force" if rate.is_in_force(today) else "over"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list, and which categories in use have no rate that holds today."""
        more = {"tax_cautions": tax_cautions.in_use(request)}
        response: HttpResponse = super().changelist_view(request, extra_context=more)
        return response

    def get_queryset(self, request: HttpRequest) -> Any:
        return taxing.rates().filter(organization=organization_of(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return (("name", "percent"), ("category", "country"), ("valid_from", "valid_until"))
        return (("name", "percentage"), ("category", "where"), ("valid_from", "holds_until"), "state")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.readonly_fields) if obj is not None else ()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, and store what it says; what another did in the meantime is told."""
        try:
            shown: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(request.get_full_path())
        return shown

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Offer what may be done to a rate as things stand."""
        rate = kwargs.get("obj")
        if rate is not None and allowed(request, Action.MANAGE_CATALOG):
            now = clock.billing(organization_of(request))
            context |= {"may_end": True, "may_withdraw": tax_rates.has_yet_to_begin(rate, now=now)}
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        organization = organization_of(request)
        said = {name: form.cleaned_data[name] for name in ("name", "category", "country", "valid_from", "valid_until")}
        now, actor = clock.billing(organization), actor_of(request)
        added = tax_rates.add(organization=organization, rate=obj.rate, now=now, actor=actor, **said)
        obj.pk, obj.public_id = added.pk, added.public_id

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The operation noted it."""

    def get_urls(self) -> list[URLPattern]:
        deeds = (("end", end), ("withdraw", withdraw))
        pages = [self.object_page(name, partial(page, self), action=Action.MANAGE_CATALOG) for name, page in deeds]
        return [*pages, *super().get_urls()]


def end(admin: OwnedAdmin, request: HttpRequest, rate: TaxRate) -> HttpResponse:
    """Ask for the last day of a rate, and keep it."""
    form = LastDayForm(request.POST if request.method == "POST" else None, initial={"valid_until": rate.valid_until})
    themed(form)
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["valid_until"]
        try:
            now, actor = clock.billing(organization_of(request)), actor_of(request)
            retried(lambda: tax_rates.end(rate=rate, valid_until=day, now=now, actor=actor))
        except Refusal as refusal:
            form.add_error("valid_until", refusal.sentence)
        else:
            messages.success(request, f"{rate} ends on {formats_of(request).day(day)}.")
            return HttpResponseRedirect(reverse(LIST))
    words = [
        "Say the last day on which it holds. Invoices keep what they say, drafts do until they are recalculated.",
        "A rate that follows it begins on the day after: without one, nothing is charged from then on.",
    ]
    deed = {"title": f"End {rate}", "button": "End it"}
    context = admin.context(request, rate, title=deed["title"], deed=deed, form=form, words=words)
    return TemplateResponse(
        request, "backoffice/documents/deed.html", {**context, "home": _home(rate), "about": str(rate)}
    )


def withdraw(admin: OwnedAdmin, request: HttpRequest, rate: TaxRate) -> HttpResponse:
    """Ask, then take a rate back that has yet to begin."""
    if request.method != "POST":
        words = [
            f"{rate} would begin on {formats_of(request).day(rate.valid_from)}. It is taken away as if never added."
        ]
        context = admin.context(request, rate, back_to=_home(rate), title=f"Withdraw {rate}", button="Withdraw")
        return TemplateResponse(request, "backoffice/confirm.html", {**context, "words": words})
    try:
        now, actor = clock.billing(organization_of(request)), actor_of(request)
        retried(lambda: tax_rates.withdraw(rate=rate, now=now, actor=actor))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return HttpResponseRedirect(_home(rate))
    messages.success(request, f"{rate} is withdrawn.")
    return HttpResponseRedirect(reverse(LIST))


def _home(rate: TaxRate) -> str:
    return reverse("admin:invoicing_taxrate_change", args=[rate.pk])
