"""Metrics for programs."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from apps.catalog import operations, queries
from apps.catalog.api.described import Kind
from apps.catalog.api.resources import Archive, Changes, Detail, Good, GoodQuery, Listing, NewGood, One, Restore
from apps.catalog.models import Metric
from apps.core.fields import Text
from apps.tenancy.models import Organization

PROPERTY_HELP = "The event property whose distinct values count: for `unique`, and only for it."


class MetricSerializer(Good):
    """What is counted, and how the events of a period become one quantity."""

    aggregation = serializers.ChoiceField(choices=Metric.Aggregation.choices)
    property = serializers.CharField(allow_blank=True, help_text=PROPERTY_HELP)


class MetricPage(serializers.Serializer[Any]):
    """A page of metrics, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = MetricSerializer(many=True)


class NewMetric(NewGood):
    """A metric to create. How it counts never changes."""

    aggregation = serializers.ChoiceField(choices=Metric.Aggregation.choices, default=Metric.Aggregation.SUM.value)
    property = Text(required=False, max_length=100, help_text=PROPERTY_HELP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["aggregation"] == Metric.Aggregation.UNIQUE) != ("property" in attrs):
            sentence = "Name a property for a unique count, and only for that."
            raise ValidationError({"property": [ErrorDetail(sentence, code="unique_names_a_property")]})
        return attrs


class MetricChanges(Changes):
    """What may change of a metric."""

    stays = frozenset({"key", "aggregation", "property"})

    name = Text(required=False, max_length=200)


class MetricQuery(GoodQuery):
    """Which metrics."""

    aggregation = serializers.ChoiceField(choices=Metric.Aggregation.choices, required=False)


KIND = Kind("metric", "metrics", "met_…", MetricSerializer)
EXAMPLES = [
    OpenApiExample("A sum", request_only=True, value={"key": "tokens", "name": "Tokens", "aggregation": "sum"}),
    OpenApiExample(
        "Distinct values",
        request_only=True,
        value={"key": "active-users", "name": "Active users", "aggregation": "unique", "property": "user_id"},
    ),
]


@KIND.listing(page=MetricPage, query=MetricQuery, new=NewMetric, examples=EXAMPLES)
class MetricList(Listing):
    """All metrics."""

    query_class = MetricQuery
    answer_class = MetricSerializer
    new_class = NewMetric

    def rows(self, **asked: Any) -> QuerySet[Metric]:
        return queries.metrics(**asked)

    def create(self, *, organization: Organization, now: datetime, **sent: Any) -> Metric:
        return operations.create_metric(organization=organization, now=now, **sent)


class OfMetric(One):
    """Where a metric is found, and how it is shown."""

    answer_class = MetricSerializer

    def rows(self) -> QuerySet[Metric]:
        return queries.metrics()


@KIND.detail(changes=MetricChanges)
class MetricDetail(OfMetric, Detail):
    """One metric."""

    changes_class = MetricChanges


@KIND.archive()
class MetricArchive(OfMetric, Archive):
    """A metric that is offered no longer."""


@KIND.restore()
class MetricRestore(OfMetric, Restore):
    """A metric that is offered again."""
