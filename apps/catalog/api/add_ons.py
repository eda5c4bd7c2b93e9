"""Add-ons for programs."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from apps.catalog import operations, queries
from apps.catalog.api import references
from apps.catalog.api.described import Kind
from apps.catalog.api.resources import Archive, Changes, Detail, Good, GoodQuery, Listing, NewGood, One, Restore
from apps.catalog.models import INTERVAL_UNITS, AddOn
from apps.core.fields import Text, WholeNumber
from apps.tenancy.models import Organization

LONGEST_INTERVAL = 366
METRIC_HELP = "What it counts, by id or key: for a usage add-on, and only for it."
INTERVAL_HELP = "Null: billed as often as the plan. A yearly plan may carry a monthly add-on."


class AddOnSerializer(Good):
    """Something billed beside the base fee: by use, by period, or once."""

    kind = serializers.ChoiceField(choices=AddOn.Kind.choices)
    metric = serializers.CharField(
        source="metric.public_id", default=None, allow_null=True, help_text="Null where nothing is counted."
    )
    unit = serializers.CharField(help_text="One of it, such as call.")
    unit_plural = serializers.CharField()
    tax_category = serializers.CharField()
    interval_unit = serializers.SerializerMethodField(help_text=INTERVAL_HELP)
    interval_count = serializers.SerializerMethodField()

    def get_interval_unit(self, add_on: AddOn) -> str | None:
        return add_on.interval_unit or None

    def get_interval_count(self, add_on: AddOn) -> int | None:
        return add_on.interval_count if add_on.interval_unit else None


class AddOnPage(serializers.Serializer[Any]):
    """A page of add-ons, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = AddOnSerializer(many=True)


class NewAddOn(NewGood):
    """An add-on to create. What it counts and how often it bills never changes."""

    kind = serializers.ChoiceField(choices=AddOn.Kind.choices, default=AddOn.Kind.USAGE.value)
    metric = Text(required=False, allow_null=True, max_length=references.LONGEST, help_text=METRIC_HELP)
    unit = Text(max_length=50, help_text="One of it, such as call.")
    unit_plural = Text(required=False, max_length=50, help_text="Several of it; the unit itself unless given.")
    tax_category = Text(
        required=False,
        max_length=30,
        help_text="`standard` unless given, `exempt` for what bears no tax by what it is.",
    )
    interval_unit = serializers.ChoiceField(
        choices=INTERVAL_UNITS, required=False, allow_null=True, help_text=INTERVAL_HELP
    )
    interval_count = WholeNumber(required=False, allow_null=True, min_value=1, max_value=LONGEST_INTERVAL)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        sent = {name: value for name, value in attrs.items() if value is not None}
        for field, code, sentence in _faults(sent):
            raise ValidationError({field: [ErrorDetail(sentence, code=code)]})
        return sent


class AddOnChanges(Changes):
    """What may change of an add-on."""

    stays = frozenset({"key", "kind", "metric", "interval_unit", "interval_count"})

    name = Text(required=False, max_length=200)
    unit = Text(required=False, max_length=50)
    unit_plural = Text(required=False, max_length=50)
    tax_category = Text(required=False, max_length=30)


class AddOnQuery(GoodQuery):
    """Which add-ons."""

    kind = serializers.ChoiceField(choices=AddOn.Kind.choices, required=False)
    metric = Text(required=False, max_length=references.LONGEST, help_text="The metric's id or key.")
    plan = Text(required=False, max_length=references.LONGEST, help_text="Enabled for this plan, by its id or key.")


KIND = Kind("add-on", "add-ons", "add_…", AddOnSerializer)
EXAMPLES = [
    OpenApiExample(
        "By use",
        request_only=True,
        value={
            "key": "token-use",
            "name": "Tokens",
            "metric": "tokens",
            "unit": "token",
            "unit_plural": "tokens",
            "interval_unit": "month",
        },
    ),
    OpenApiExample(
        "A fixed fee",
        request_only=True,
        value={"key": "support", "name": "Priority support", "kind": "fixed", "unit": "contract"},
    ),
]


@KIND.listing(page=AddOnPage, query=AddOnQuery, new=NewAddOn, examples=EXAMPLES)
class AddOnList(Listing):
    """All add-ons."""

    query_class = AddOnQuery
    answer_class = AddOnSerializer
    new_class = NewAddOn

    def rows(self, **asked: Any) -> QuerySet[AddOn]:
        return queries.add_ons(**asked)

    def create(self, *, organization: Organization, now: datetime, **sent: Any) -> AddOn:
        if "metric" in sent:
            metrics = self.own(queries.metrics(), self.request)
            sent["metric"] = references.in_body(metrics, sent["metric"], field="metric")
        return operations.create_add_on(organization=organization, now=now, **sent)


class OfAddOn(One):
    """Where an add-on is found, and how it is shown."""

    answer_class = AddOnSerializer

    def rows(self) -> QuerySet[AddOn]:
        return queries.add_ons()


@KIND.detail(changes=AddOnChanges)
class AddOnDetail(OfAddOn, Detail):
    """One add-on."""

    changes_class = AddOnChanges


@KIND.archive()
class AddOnArchive(OfAddOn, Archive):
    """An add-on that is offered no longer."""


@KIND.restore()
class AddOnRestore(OfAddOn, Restore):
    """An add-on that is offered again."""


def _faults(sent: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Say which members do not go together: (field, code, sentence)."""
    if (sent["kind"] == AddOn.Kind.USAGE) != ("metric" in sent):
        yield "metric", "usage_has_metric", "A usage add-on needs a metric; no other kind has one."
    if "interval_count" in sent and "interval_unit" not in sent:
        yield "interval_unit", "required", "Say the unit of the interval too."
