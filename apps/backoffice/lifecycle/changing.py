"""Change the plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from apps.backoffice.lifecycle import choices
from apps.backoffice.lifecycle.base import Deed, DeedForm
from apps.catalog import queries as catalog
from apps.core.formats import Formats
from apps.invoicing.lifecycle import changing
from apps.invoicing.lifecycle.holding import Changed
from apps.invoicing.lifecycle.proration import Proration, When
from apps.subscriptions.models import Subscription

Status = Subscription.Status


class ChangePlanForm(DeedForm):
    """Which plan, with which add-ons, how many, when."""

    plan = forms.ChoiceField(
        label="New plan",
        error_messages={"required": "Choose a plan.", "invalid_choice": "There is no such plan."},
    )
    add_ons = forms.MultipleChoiceField(
        label="Optional add-ons",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Those that the customer has now go on where the new plan offers them.",
        error_messages={"invalid_choice": "There is no such add-on."},
    )
    quantity = choices.quantity(label="How many", required=False, help_text="Of the base fee; as it is where empty.")
    when = choices.when(first=When.NOW)
    proration = choices.proration(first=Proration.PRORATE)

    def prepare(self) -> None:
        plans = [plan for plan in catalog.plans_on_sale() if plan.pk != self.subject.plan_id]
        optional = catalog.optional_add_ons(plans=plans)
        self.plans = {plan.public_id: plan for plan in plans}
        self.optional = {add_on.public_id: add_on for add_on in optional}
        self.fields["plan"].choices = [("", "Choose"), *((plan.public_id, str(plan)) for plan in plans)]  # type: ignore[attr-defined]
        named = [(add_on.public_id, f"{add_on} (with {', '.join(names)})") for add_on, names in optional.items()]
        self.fields["add_ons"].choices = named  # type: ignore[attr-defined]
        if not optional:
            del self.fields["add_ons"]


class ChangePlan(Deed[Subscription]):
    """Put a subscription on another plan."""

    route = "change-plan"
    title = "Change the plan"
    button = "Change plan"
    form_class = ChangePlanForm

    def is_offered(self, subject: Subscription) -> bool:
        return subject.status in (Status.TRIALING, Status.ACTIVE, Status.SUSPENDED) and subject.ends_at is None

    def words(self, subject: Subscription) -> list[str]:
        kept = "Add-ons that the new plan offers at the same price and interval go on untouched."
        return [f"It is on {subject.plan} now.", f"{kept} Everything else is billed up to the change, and begins anew."]

    def run(self, subject: Subscription, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        plans = {plan.public_id: plan for plan in catalog.plans_on_sale()}
        chosen = set(said.get("add_ons", []))
        optional = catalog.optional_add_ons(plans=plans.values()) if chosen else {}
        return changing.change_plan(
            subscription=subject,
            plan=plans[said["plan"]],
            add_ons=[add_on for add_on in optional if add_on.public_id in chosen],
            quantity=said["quantity"],
            when=said["when"],
            proration=said["proration"],
            reason=said["reason"],
            now=now,
            actor=actor,
        )

    def done(self, changed: Changed, subject: Subscription) -> str:
        on = Formats.of(subject.organization.locale, subject.organization.zone).day_of(changed.at)
        customer, plan = changed.subscription.customer, changed.subscription.plan
        if plan.pk == subject.plan_id:
            return f"{customer} changes plan on {on}."
        return f"{customer} is on {plan} now."
