"""Every row of the house keeps the rules of rows, and every rule sees the row that breaks it."""

import pytest
from django.apps import apps as registry
from django.apps.registry import Apps
from django.db import models

from apps.accounts.models import Customer
from apps.catalog.models import Plan
from apps.core.constraints import owned_id, same_organization
from apps.invoicing.models import Invoice
from apps.tenancy.models import Owned
from apps.usage.models import Event
from tests.architecture import rows
from tests.architecture.rows import Model, Rule

# What comes with Django and its extensions; a further one must be looked at before it is listed.
BUILT_IN = {
    "admin.LogEntry",
    "auth.Group",
    "auth.Group_permissions",
    "auth.Permission",
    "contenttypes.ContentType",
    "pghistory.Context",
    "pghistory.Events",
    "pghistory.MiddlewareEvents",
    "sessions.Session",
}
WITHOUT_ROWS = {"core", "rating", "api", "backoffice", "dialects"}

every_model = registry.get_models(include_auto_created=True)
ours = [model for model in every_model if rows.room_of(model)]

RULES = [
    rows.rows_without_owner,
    rows.keys_to_higher_rooms,
    rows.doors_across_rooms,
    rows.cascades,
    rows.keys_without_organization,
    rows.keys_to_events,
    rows.untyped_keys,
    rows.floats,
    rows.orderings,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    assert rule(ours) == []


def test_rows_that_are_not_ours_are_known() -> None:
    assert {model._meta.label for model in every_model if not rows.room_of(model)} == BUILT_IN


def test_rooms_without_rows_have_none() -> None:
    assert {rows.room_of(model) for model in ours}.isdisjoint(WITHOUT_ROWS)


def test_every_target_of_an_owned_key_can_be_referred_to_with_its_organization() -> None:
    targets = {
        key.related_model
        for model in ours
        if not rows.is_history(model)
        for key in rows.keys(model)
        if rows.is_owned(model) and rows.is_owned(key.related_model)
    }
    unkeyed = [
        model.__name__
        for model in targets
        if ("organization", "id") not in {getattr(each, "fields", ()) for each in model._meta.constraints}
    ]
    assert unkeyed == []


class Bad(Owned):
    """What the broken rows below share: they stand in a registry of their own, where no table is made."""

    class Meta:
        abstract = True
        apps = Apps()
        app_label = "catalog"


class Ownerless(models.Model):  # noqa: DJ008 - never shown
    class Meta:
        apps = Apps()
        app_label = "catalog"


class Unscoped(Bad):
    objects = models.Manager()  # type: ignore[assignment]

    class Meta(Bad.Meta):
        pass


class SideDoor(Bad):
    everything = models.Manager()

    class Meta(Bad.Meta):
        pass


class Upward(Bad):
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta(Bad.Meta):
        constraints = (same_organization("invoice", name="upward"),)


class Accessor(Bad):
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accessors", db_constraint=False)

    class Meta(Bad.Meta):
        constraints = (same_organization("customer", name="accessor"),)


class Cascading(Bad):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    class Meta(Bad.Meta):
        constraints = (same_organization("customer", name="cascading"),)


class Emptying(Bad):
    plan = models.ForeignKey(Plan, on_delete=models.SET_NULL, related_name="+", db_constraint=False, null=True)

    class Meta(Bad.Meta):
        constraints = (same_organization("plan", name="emptying"),)


class SingleColumn(Bad):
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta(Bad.Meta):
        constraints = (owned_id("single_column"),)


class TwoConstraints(Bad):
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")

    class Meta(Bad.Meta):
        constraints = (same_organization("plan", name="two_constraints"),)


class AtEvent(Bad):
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta(Bad.Meta):
        constraints = (same_organization("event", name="at_event"),)


class ManyToMany(Bad):
    plans = models.ManyToManyField(Plan, related_name="+")

    class Meta(Bad.Meta):
        pass


class Floating(Bad):
    amount = models.FloatField()

    class Meta(Bad.Meta):
        pass


class Ordered(Bad):
    class Meta(Bad.Meta):
        ordering = ("pk",)


@pytest.mark.parametrize(
    ("rule", "model"),
    [
        (rows.rows_without_owner, Ownerless),
        (rows.rows_without_owner, Unscoped),
        (rows.rows_without_owner, SideDoor),
        (rows.keys_to_higher_rooms, Upward),
        (rows.doors_across_rooms, Accessor),
        (rows.doors_across_rooms, Cascading),
        (rows.cascades, Emptying),
        (rows.keys_without_organization, SingleColumn),
        (rows.keys_without_organization, TwoConstraints),
        (rows.keys_to_events, AtEvent),
        (rows.untyped_keys, ManyToMany),
        (rows.floats, Floating),
        (rows.orderings, Ordered),
    ],
    ids=lambda value: value.__name__,
)
def test_the_rule_sees_the_row_that_breaks_it(rule: Rule, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "__module__", "apps.catalog.models")
    assert rule([model])
