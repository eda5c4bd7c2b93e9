"""Add, remove and re-quantify items."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from apps.backoffice.lifecycle import choices
from apps.backoffice.lifecycle.base import Deed, DeedForm
from apps.catalog import queries as catalog
from apps.core.formats import Formats
from apps.invoicing.lifecycle import items
from apps.invoicing.lifecycle.holding import Changed
from apps.invoicing.lifecycle.proration import Proration, When
from apps.subscriptions import queries
from apps.subscriptions.models import Item, Subscription

Status = Subscription.Status


class AddForm(DeedForm):
    """Which add-on, and how many."""

    add_on = forms.ChoiceField(
        label="Add-on",
        error_messages={"required": "Choose an add-on.", "invalid_choice": "There is no such add-on."},
    )
    quantity = choices.quantity(help_text="Of what is billed by usage there is no quantity: leave 1.")

    def prepare(self) -> None:
        held = {item.add_on_id for item in queries.items_of(subscription=self.subject) if item.ends_at is None}
        automatic, optional = catalog.add_ons_of(plan=self.subject.plan)
        self.add_ons = {add_on.public_id: add_on for add_on in automatic + optional if add_on.pk not in held}
        named = [(public_id, str(add_on)) for public_id, add_on in self.add_ons.items()]
        self.fields["add_on"].choices = [("", "Choose"), *named]  # type: ignore[attr-defined]
        self.fields["quantity"].initial = 1

    def clean_add_on(self) -> Any:
        return self.add_ons[self.cleaned_data["add_on"]]


class AddItem(Deed[Subscription]):
    """Add an add-on from now on."""

    route = "add-item"
    title = "Add an add-on"
    button = "Add an add-on"
    form_class = AddForm

    def is_offered(self, subject: Subscription) -> bool:
        return subject.status not in (Status.CANCELED, Status.PAUSED)

    def words(self, subject: Subscription) -> list[str]:
        return [f"It counts from now on. {subject.plan} says which add-ons there are."]

    def run(self, subject: Subscription, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return items.add_item(
            subscription=subject,
            add_on=said["add_on"],
            quantity=said["quantity"],
            reason=said["reason"],
            now=now,
            actor=actor,
        )

    def done(self, changed: Changed, subject: Subscription) -> str:
        return f"Added to {subject}."


class QuantityForm(DeedForm):
    """How many, and how the difference is billed."""

    quantity = choices.quantity(label="New quantity")
    invoice_now = forms.BooleanField(label="Bill more at once, not with the next invoice", required=False)
    proration = choices.proration(first=Proration.NONE, label="Where it is fewer: what was paid in advance")

    def prepare(self) -> None:
        self.fields["proration"].choices = [  # type: ignore[attr-defined]
            (Proration.NONE, "Keep it: fewer count from the next period on"),
            (Proration.PRORATE, "Give back the part that is left: fewer count from now on"),
        ]


class SetQuantity(Deed[Item]):
    """Say how many of an item there are."""

    route = "set-quantity"
    title = "Change the quantity"
    button = "Change quantity"
    form_class = QuantityForm

    def is_offered(self, subject: Item) -> bool:
        return _goes_on(subject) and not subject.is_usage and not subject.is_one_time

    def words(self, subject: Item) -> list[str]:
        said = queries.quantities(items=[subject]).get(subject.pk)
        number = Formats.of(subject.organization.locale, subject.organization.zone).number
        there = f"{subject} is bought {number(said[-1].quantity)} times. " if said else ""
        return [f"{there}More count from now on, for the part of the period that is left."]

    def run(self, subject: Item, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return items.set_quantity(
            item=subject,
            quantity=said["quantity"],
            invoice_now=said["invoice_now"],
            proration=said["proration"],
            reason=said["reason"],
            now=now,
            actor=actor,
        )

    def done(self, changed: Changed, subject: Item) -> str:
        formats = Formats.of(subject.organization.locale, subject.organization.zone)
        quantity: Decimal = queries.quantities(items=[subject])[subject.pk][-1].quantity
        return f"{subject}: {formats.number(quantity)} from {formats.day_of(changed.at)} on."


class RemoveForm(DeedForm):
    """When, and what becomes of fees in advance."""

    when = choices.when(first=When.PERIOD_END, end="At the end of its period")
    proration = choices.proration(first=Proration.NONE)


class Remove(Deed[Item]):
    """Take an add-on off."""

    route = "remove"
    title = "Remove an add-on"
    button = "Remove"
    form_class = RemoveForm

    def is_offered(self, subject: Item) -> bool:
        return _goes_on(subject) and subject.add_on is not None

    def words(self, subject: Item) -> list[str]:
        return [f"{subject} ends, and what it still owes is billed. Added again later, its setup fee is due again."]

    def run(self, subject: Item, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return items.remove_item(
            item=subject,
            when=said["when"],
            proration=said["proration"],
            reason=said["reason"],
            now=now,
            actor=actor,
        )

    def done(self, changed: Changed, subject: Item) -> str:
        formats = Formats.of(subject.organization.locale, subject.organization.zone)
        return f"{subject} ends on {formats.day_of(changed.at)}."


def _goes_on(item: Item) -> bool:
    """Say whether an item has no end of its own; it may end with its subscription."""
    ends_with_all = item.ends_at is not None and item.ends_at == item.subscription.ends_at
    is_over = item.subscription.status == Status.CANCELED
    return not is_over and item.removed_at is None and (item.ends_at is None or ends_with_all)
