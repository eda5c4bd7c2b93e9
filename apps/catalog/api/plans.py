"""Plans for programs."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from apps.catalog import operations, queries
from apps.catalog.api import references
from apps.catalog.api.add_ons import LONGEST_INTERVAL
from apps.catalog.api.described import Kind
from apps.catalog.api.resources import Archive, Changes, Detail, Good, GoodQuery, Listing, NewGood, One, Restore
from apps.catalog.models import INTERVAL_UNITS, AfterTrial, Alignment, Plan, Timing
from apps.core.fields import Flag, Text, WholeNumber
from apps.rating.periods import IntervalUnit
from apps.tenancy.models import Organization

LONGEST_TRIAL_DAYS = 730
FROM_NOW_ON = "For whoever starts from now on."
ALIGNMENT_HELP = (
    "Where cycles begin: the day of the start, or by the calendar, the first of the month, quarter or year and Mondays."
)
FREE_HELP = "No base fee: a customer pays for add-ons alone."


class EnabledAddOn(serializers.Serializer[Any]):
    """An add-on that customers of a plan may have."""

    id = serializers.CharField(source="add_on.public_id")
    key = serializers.CharField(source="add_on.key")
    name = serializers.CharField(source="add_on.name")
    automatic = serializers.BooleanField(help_text="It comes with the plan; otherwise it is chosen.")


class PlanSerializer(Good):
    """A base fee per interval, or none, plus the add-ons that come with it or may be chosen."""

    product = serializers.CharField(source="product.public_id")
    is_free = serializers.BooleanField(help_text=FREE_HELP)
    interval_unit = serializers.ChoiceField(choices=INTERVAL_UNITS)
    interval_count = serializers.IntegerField()
    timing = serializers.ChoiceField(choices=Timing.choices, help_text="When the base fee is billed.")
    alignment = serializers.ChoiceField(choices=Alignment.choices, help_text=ALIGNMENT_HELP)
    trial_days = serializers.IntegerField()
    after_trial = serializers.ChoiceField(choices=AfterTrial.choices, help_text="What a trial's end brings.")
    features = serializers.SerializerMethodField(help_text="The value of each feature that it has, by the key.")
    add_ons = EnabledAddOn(source="plan_add_ons", many=True)

    @extend_schema_field(
        {"type": "object", "additionalProperties": {"oneOf": [{"type": "boolean"}, {"type": "string"}]}}
    )
    def get_features(self, plan: Plan) -> dict[str, bool | str]:
        return {row.feature.key: row.value for row in plan.plan_features.all()}


class PlanPage(serializers.Serializer[Any]):
    """A page of plans, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = PlanSerializer(many=True)


class NewPlan(NewGood):
    """A plan to create. How often it bills never changes; its base fee is a price."""

    product = Text(max_length=references.LONGEST, help_text="The product's id or key.")
    is_free = Flag(default=False, help_text=FREE_HELP)
    interval_unit = serializers.ChoiceField(choices=INTERVAL_UNITS, default=IntervalUnit.MONTH.value)
    interval_count = WholeNumber(default=1, min_value=1, max_value=LONGEST_INTERVAL)
    timing = serializers.ChoiceField(choices=Timing.choices, default=Timing.ADVANCE.value)
    alignment = serializers.ChoiceField(
        choices=Alignment.choices, default=Alignment.ANNIVERSARY.value, help_text=ALIGNMENT_HELP
    )
    trial_days = WholeNumber(default=0, min_value=0, max_value=LONGEST_TRIAL_DAYS)
    after_trial = serializers.ChoiceField(choices=AfterTrial.choices, default=AfterTrial.CONVERT.value)


class PlanChanges(Changes):
    """What may change of a plan. Features and add-ons have addresses of their own."""

    stays = frozenset({"key", "product", "is_free", "interval_unit", "interval_count", "timing"})

    name = Text(required=False, max_length=200)
    alignment = serializers.ChoiceField(required=False, choices=Alignment.choices, help_text=FROM_NOW_ON)
    trial_days = WholeNumber(required=False, min_value=0, max_value=LONGEST_TRIAL_DAYS, help_text=FROM_NOW_ON)
    after_trial = serializers.ChoiceField(required=False, choices=AfterTrial.choices, help_text=FROM_NOW_ON)


class PlanQuery(GoodQuery):
    """Which plans."""

    product = Text(required=False, max_length=references.LONGEST, help_text="The product's id or key.")


KIND = Kind("plan", "plans", "pln_…", PlanSerializer)
EXAMPLES = [
    OpenApiExample(
        "By the month, in advance",
        request_only=True,
        value={"product": "assistant", "key": "pro", "name": "Pro", "trial_days": 14},
    ),
    OpenApiExample(
        "By the year, in arrears",
        request_only=True,
        value={
            "product": "assistant",
            "key": "pro-yearly",
            "name": "Pro, yearly",
            "interval_unit": "year",
            "timing": "arrears",
        },
    ),
]


@KIND.listing(page=PlanPage, query=PlanQuery, new=NewPlan, examples=EXAMPLES)
class PlanList(Listing):
    """All plans."""

    query_class = PlanQuery
    answer_class = PlanSerializer
    new_class = NewPlan

    def rows(self, **asked: Any) -> QuerySet[Plan]:
        return queries.plans(**asked)

    def create(self, *, organization: Organization, now: datetime, **sent: Any) -> Plan:
        product = references.in_body(self.own(queries.products(), self.request), sent.pop("product"), field="product")
        return operations.create_plan(organization=organization, product=product, now=now, **sent)


class OfPlan(One):
    """Where a plan is found, and how it is shown."""

    answer_class = PlanSerializer

    def rows(self) -> QuerySet[Plan]:
        return queries.plans()


@KIND.detail(changes=PlanChanges)
class PlanDetail(OfPlan, Detail):
    """One plan."""

    changes_class = PlanChanges


@KIND.archive()
class PlanArchive(OfPlan, Archive):
    """A plan that is offered no longer."""


@KIND.restore()
class PlanRestore(OfPlan, Restore):
    """A plan that is offered again."""
