"""What periods measured, for programs: one record per item and period, and the current ones of a customer."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, next_url, organization_of, shown
from apps.core import clock, pagination, problems
from apps.core.fields import InstantIn, InstantOut, NumberOut, StrictSerializer, Text
from apps.core.pagination import PageQuery
from apps.subscriptions.models import Period
from apps.usage import records
from apps.usage.api.limits import LimitSerializer


class RecordSerializer(serializers.Serializer[Any]):
    """What one period of one item measured."""

    id = serializers.CharField(source="period.public_id", help_text="The period.")
    customer = serializers.CharField(source="period.item.subscription.customer.public_id")
    subscription = serializers.CharField(source="period.item.subscription.public_id")
    item = serializers.CharField(source="period.item.public_id")
    add_on = serializers.CharField(source="period.item.add_on.key")
    metric = serializers.CharField(source="period.item.add_on.metric.key")
    unit = serializers.CharField(source="period.item.add_on.unit")
    starts_at = InstantOut(source="period.starts_at")
    ends_at = InstantOut(source="period.ends_at")
    status = serializers.ChoiceField(
        source="period.status",
        choices=Period.Status.choices,
        help_text="`current` collects, `recorded` is closed and billed, `final` was closed early.",
    )
    billable = serializers.BooleanField(source="period.billable", help_text="False in a trial.")
    quantity = NumberOut(help_text="All usage of the period, late usage included.")
    late_quantity = NumberOut(help_text="What came after the period was closed made of it.")
    event_count = serializers.IntegerField(help_text="How many events count; reversed ones do not.")
    included_units = NumberOut(help_text="Free of charge in a period, after any rounding to sold units.")
    limit = LimitSerializer(allow_null=True, help_text="What holds now; null without one, and once it is closed.")
    left = NumberOut(allow_null=True, help_text="What the limit leaves; null without one.")


class RecordPage(serializers.Serializer[Any]):
    """A page of records, the last opened period first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = RecordSerializer(many=True)


class CurrentUsageList(serializers.Serializer[Any]):
    """The records of the periods that contain now."""

    results = RecordSerializer(many=True)


class LineQuery(StrictSerializer):
    """Which lines."""

    item = Text(required=False, max_length=40, help_text="The item's id.")
    customer = Text(required=False, max_length=200, help_text="The customer's id, or your own key of it.")
    metric = Text(required=False, max_length=50, help_text="The key of what is counted.")
    add_on = Text(required=False, max_length=50, help_text="The key of the add-on.")


class RecordQuery(PageQuery, LineQuery):
    """Which records."""

    status = serializers.ChoiceField(choices=Period.Status.choices, required=False)
    ends_from = InstantIn(required=False, help_text="Only periods that end at this instant or later.")
    ends_before = InstantIn(required=False, help_text="Only periods that end before this instant.")


class CurrentQuery(LineQuery):
    """Whose current usage: `customer` or `item` must be given."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "customer" not in attrs and "item" not in attrs:
            sentence = "Name the customer, or the item, whose usage you want."
            raise ValidationError({"customer": [ErrorDetail(sentence, code="required")]})
        return attrs


class UsageRecords(ScopedView):
    """All records."""

    actions = {"GET": Action.READ}
    query_class = RecordQuery

    @extend_schema(
        operation_id="list_usage_records",
        summary="List what periods measured",
        description="One record per item and opened period. The quantity is read from the events at this moment.",
        tags=["usage"],
        parameters=[RecordQuery],
        responses={200: RecordPage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(records.periods(**asked), request), limit=limit, cursor=cursor)
        answer = {"next": next_url(request, page.next_cursor), "results": records.limited(periods=page.rows)}
        return Response(shown(RecordPage, answer))


class CurrentUsage(ScopedView):
    """The usage of the periods that contain now."""

    actions = {"GET": Action.READ}
    query_class = CurrentQuery

    @extend_schema(
        operation_id="current_usage",
        summary="Read a customer's current usage",
        description="One record for each line of the customer, or for the item, in the period that contains now. A "
        "line whose period was not opened yet, because nothing was recorded in it, is left out.",
        tags=["usage"],
        parameters=[CurrentQuery],
        responses={200: CurrentUsageList, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        rows = records.current_periods(now=clock.billing(organization_of(request)), **asked)
        periods = list(self.own(rows, request)[: records.MOST_CURRENT])
        return Response(shown(CurrentUsageList, {"results": records.limited(periods=periods)}))
