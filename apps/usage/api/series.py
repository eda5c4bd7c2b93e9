"""Usage over time, for charts: what each day or hour of an item measured."""

from datetime import UTC, datetime, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, organization_of, shown
from apps.core import clock, problems
from apps.core.fields import InstantIn, InstantOut, NumberOut, StrictSerializer, Text
from apps.core.refusals import Refusal
from apps.rating.periods import Period as Span
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item
from apps.usage import queries, series
from apps.usage.series import Every

# How much of a span may be asked for: a leap year of days, a month of hours.
LONGEST = {Every.DAY: timedelta(days=366), Every.HOUR: timedelta(days=31)}
CLOCK_TURNS = timedelta(hours=1)  # a month may be an hour longer than its days
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
INTERVALS = [Every.DAY.value, Every.HOUR.value]


class SeriesQuery(StrictSerializer):
    """Which usage."""

    item = Text(max_length=40, help_text="The item's id.")
    interval = serializers.ChoiceField(choices=INTERVALS, default=Every.DAY.value, help_text="How long a bucket is.")

    def get_fields(self) -> dict[str, Any]:
        """Add what Python has no names for."""
        begins = InstantIn(required=False, help_text="Where to begin; at the current period's start unless given.")
        ends = InstantIn(required=False, help_text="Before which instant to end; given together with `from`.")
        return {**super().get_fields(), "from": begins, "to": ends}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name, other in (("from", "to"), ("to", "from")):
            if other in attrs and name not in attrs:
                raise _fault(name, "required", "Give both from and to, or neither.")
            if name in attrs and not EARLIEST <= attrs[name] <= LATEST:
                raise _fault(name, "out_of_range", "This must lie between the years 1970 and 9000.")
        if "from" in attrs and attrs["to"] <= attrs["from"]:
            raise _fault("to", "not_after_from", "This must be later than from.")
        return attrs


class BucketSerializer(serializers.Serializer[Any]):
    """One day or hour."""

    starts_at = InstantOut(help_text="It lasts until the next one starts; the last one until `to`.")
    on = serializers.DateField(help_text="The organization's local date on which it begins.")
    quantity = NumberOut(help_text="What it measured by itself.")


class SeriesSerializer(serializers.Serializer[Any]):
    """What each day or hour measured."""

    item = serializers.CharField()
    metric = serializers.CharField(help_text="The metric's key.")
    aggregation = serializers.CharField(
        help_text="How the metric counts: days of `sum` and `count` add up to what their period measures. A day of "
        "`max` is its greatest quantity, of `latest` its last, of `unique` its distinct values: those do not add up."
    )
    unit = serializers.CharField()
    interval = serializers.ChoiceField(choices=INTERVALS)
    timezone = serializers.CharField(help_text="The organization's zone, in which days and hours begin.")
    buckets = BucketSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Add what Python has no names for."""
        return {**super().get_fields(), "from": InstantOut(), "to": InstantOut()}


class UsageSeries(ScopedView):
    """Usage per day or hour."""

    actions = {"GET": Action.READ}
    query_class = SeriesQuery

    @extend_schema(
        operation_id="usage_series",
        summary="Read usage per day or hour",
        description="For charts: every day or hour of the span is there, also those on which nothing was recorded. "
        "Reversed events do not count; late ones count when they happened. At most 366 days, or 31 days of hours.",
        tags=["usage"],
        parameters=[SeriesQuery],
        responses={200: SeriesSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        item: Item = self.one(timelines.usage_items_named().select_related(*RELATED), asked["item"], request)
        span = Span(asked["from"], asked["to"]) if "from" in asked else None
        span = span or series.span_of(item=item, now=clock.billing(organization_of(request)))
        return Response(shown(SeriesSerializer, _answer(item, span, Every(asked["interval"]))))


RELATED = ("organization", "subscription", "add_on__metric", "price")


def _answer(item: Item, span: Span | None, every: Every) -> dict[str, Any]:
    metric, zone = queries.metric_of(item), item.organization.zone
    told = {
        "item": item.public_id,
        "metric": metric.key,
        "aggregation": metric.aggregation,
        "unit": item.add_on.unit if item.add_on else "",
        "interval": every.value,
        "timezone": item.organization.timezone,
    }
    if span is None:
        return {**told, "from": item.starts_at, "to": item.starts_at, "buckets": []}
    if span.ends_at - span.starts_at > LONGEST[every] + CLOCK_TURNS:
        sentence = f"This is too long: at most {LONGEST[every].days} days of {every}s. Give from and to."
        raise Refusal("too_long", sentence, field="to")
    into = series.buckets(starts_at=span.starts_at, ends_at=span.ends_at, every=every, zone=zone)
    quantities = series.of_item(item=item, into=into)
    rows = zip(into.starts, into.dates(), quantities, strict=True)
    buckets = [{"starts_at": start, "on": on, "quantity": quantity} for start, on, quantity in rows]
    return {**told, "from": span.starts_at, "to": span.ends_at, "buckets": buckets}


def _fault(field: str, code: str, sentence: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(sentence, code=code)]})
