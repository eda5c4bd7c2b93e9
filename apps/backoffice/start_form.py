"""Start a subscription: plan, optional add-ons, start day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from apps.accounts.models import Customer
from apps.accounts.scoped_admin import OwnedAdmin, actor_of, formats_of, organization_of
from apps.backoffice import customer_pages
from apps.catalog import queries as catalog
from apps.catalog.models import Plan
from apps.core import clock
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.invoicing.lifecycle import starting
from apps.rating.wallclock import day_start, local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Subscription

FIELDS = {"plan": "plan", "add_ons": "add_ons", "starts_at": "starts_on"}


class StartForm(forms.Form):
    """Which plan, from which day on, with which optional add-ons."""

    plan = forms.ChoiceField(
        error_messages={"required": "Choose a plan.", "invalid_choice": "There is no such plan."},
    )
    add_ons = forms.MultipleChoiceField(
        label="Optional add-ons",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "There is no such add-on."},
    )
    starts_on = forms.DateField(
        label="Starts on",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "invalid": "This is not a date. Write it like 2026-11-20.",
            "required": "Say from which day on.",
        },
    )
    again = forms.BooleanField(label="Yes, a second subscription to the same plan", required=False)

    def __init__(self, *args: Any, plans: Sequence[Plan], held: Sequence[Subscription], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plans = {plan.public_id: plan for plan in plans}
        self.held_plans = {subscription.plan_id for subscription in held}
        optional = catalog.optional_add_ons(plans=plans)
        self.optional = {add_on.public_id: add_on for add_on in optional}
        self.fields["plan"].choices = [(plan.public_id, str(plan)) for plan in plans]  # type: ignore[attr-defined]
        named = [(a.public_id, f"{a} (with {', '.join(names)})") for a, names in optional.items()]
        self.fields["add_ons"].choices = named  # type: ignore[attr-defined]
        if not optional:
            del self.fields["add_ons"]
        if not self.held_plans:
            del self.fields["again"]
        themed(self)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        plan = self.plans.get(said.get("plan", ""))
        if plan is not None and plan.pk in self.held_plans and not said.get("again"):
            self.add_error("plan", f"This customer is on {plan} already. Tick the box below to add a second one.")
        return said


def start_subscription(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the form; start the subscription and say what was billed."""
    organization = organization_of(request)
    now = clock.billing(organization)
    today = local_date(now, organization.zone)
    plans = catalog.plans_on_sale()
    choices: dict[str, Any] = {"plans": plans, "held": timelines.live_subscriptions_of(customer=customer)}
    if request.method == "POST":
        form = StartForm(request.POST, **choices)
        if form.is_valid():
            subscription = _started(form, customer, now, today, actor_of(request))
            if subscription is not None:
                _tell(admin, request, subscription)
                return HttpResponseRedirect(customer_pages.address(customer, "subscription"))
    else:
        first = plans[0].public_id if len(plans) == 1 else None
        form = StartForm(initial={"starts_on": today, "plan": first}, **choices)
    context = customer_pages.page(admin, request, customer, tab="subscription", title="Start subscription")
    context |= {"form": form, "plans": plans, "late_window_days": organization.late_window_days}
    return TemplateResponse(request, "backoffice/customer/start_subscription.html", context)


def _started(form: StartForm, customer: Customer, now: datetime, today: date, actor: str) -> Subscription | None:
    said = form.cleaned_data
    day: date = said["starts_on"]
    try:
        return starting.start(
            organization=customer.organization,
            customer=customer,
            plan=form.plans[said["plan"]],
            add_ons=[form.optional[chosen] for chosen in said.get("add_ons", [])],
            starts_at=now if day == today else day_start(day, customer.organization.zone),
            now=now,
            again=bool(said.get("again")),
            actor=actor,
        )
    except Refusal as refusal:
        form.add_error(FIELDS.get(refusal.field or ""), refusal.sentence)
        return None


def _tell(admin: OwnedAdmin, request: HttpRequest, subscription: Subscription) -> None:
    formats = formats_of(request)
    starts_on = formats.day_of(subscription.starts_at)
    messages.success(request, f"{subscription.customer} is on {subscription.plan} from {starts_on}.")
