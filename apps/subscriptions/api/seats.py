"""The seats of a subscription, for programs: who has one, and all changes of a moment in one call."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import (
    KEY_HEADER,
    ScopedView,
    id_parameter,
    key_of,
    next_url,
    organization_of,
    shown,
)
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, pagination, problems
from apps.core.fields import InstantOut, QueryFlag, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.pagination import PageQuery
from apps.core.retrying import retried
from apps.subscriptions import operations, queries, seating
from apps.subscriptions.models import Subscription
from apps.subscriptions.models.seats import LONGEST_GRANTEE

MOST = operations.MOST_AT_ONCE


class SeatSerializer(serializers.Serializer[Any]):
    """A grantee that uses a subscription, or did."""

    id = serializers.CharField(source="public_id")
    grantee = serializers.CharField()
    assigned_at = InstantOut()
    unassigned_at = InstantOut(allow_null=True, help_text="Null while it is assigned.")


class SeatingSerializer(serializers.Serializer[Any]):
    """How many seats there are."""

    bought = serializers.IntegerField(
        allow_null=True,
        help_text="How many may be assigned: the quantity of the base fee, or less where a fall of it lies ahead. Null "
        "where the plan has no base fee: any number.",
    )
    assigned = serializers.IntegerField()
    left = serializers.IntegerField(allow_null=True, help_text="How many more may be assigned; null for any number.")


class SeatPage(serializers.Serializer[Any]):
    """A page of seats, the last assigned first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    seats = SeatingSerializer()
    results = SeatSerializer(many=True)


class SeatQuery(PageQuery):
    """Which seats."""

    grantee = Text(required=False, max_length=LONGEST_GRANTEE, help_text="Only those of this grantee.")
    ended = QueryFlag(default=False, help_text="true: those of the past too.")


class GranteeText(Text):
    """A grantee's id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_GRANTEE, **options)


class Handover(StrictSerializer):
    """A seat that goes from one grantee to another."""

    to = GranteeText(help_text="Who has no seat yet.")

    def get_fields(self) -> dict[str, Any]:
        return {"from": GranteeText(help_text="Whose seat it is."), **super().get_fields()}


class SeatChanges(StrictSerializer):
    """What is to change: all of it, or nothing."""

    assign = serializers.ListField(child=GranteeText(), required=False, max_length=MOST, help_text="Who gets a seat.")
    unassign = serializers.ListField(
        child=GranteeText(), required=False, max_length=MOST, help_text="From whom a seat is taken."
    )
    replace = serializers.ListField(child=Handover(), required=False, max_length=MOST, help_text="Whose seat is whose.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.values()):
            sentence = "Give assign, unassign or replace, with a grantee at least."
            raise ValidationError({"assign": [ErrorDetail(sentence, code="required")]})
        return {**attrs, "replace": [(one["from"], one["to"]) for one in attrs.get("replace", ())]}


class SubscriptionSeats(ScopedView):
    """The seats of one subscription."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_CUSTOMERS}
    parser_classes = [JSONBody]
    query_class = SeatQuery

    @extend_schema(
        operation_id="list_seats",
        summary="List the seats of a subscription",
        tags=["subscriptions"],
        parameters=[id_parameter("sub_…"), SeatQuery],
        responses={200: SeatPage, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        subscription = self._found(public_id, request)
        rows = self.own(seating.seats(subscription=subscription, **asked), request)
        page = pagination.page(rows, limit=limit, cursor=cursor)
        standing = seating.seating(subscription=subscription, now=clock.billing(organization_of(request)))
        answer = {"next": next_url(request, page.next_cursor), "seats": standing, "results": page.rows}
        return Response(shown(SeatPage, answer))

    @extend_schema(
        operation_id="change_seats",
        summary="Assign seats, take them away, hand them on",
        description="All of it is done, or nothing. A grantee is whoever uses the subscription, by any id of yours: a "
        "user, a device. Each may be named once. 409 `no_seat_left` where more would be assigned than bought; 409 "
        "`has_seat` where one who is to come has a seat, `no_such_seat` where one who is to go has none; 409 `ended`: "
        "after its end seats can only be taken away.",
        tags=["subscriptions"],
        parameters=[id_parameter("sub_…"), KEY_HEADER],
        request={"application/json": SeatChanges},
        responses={
            201: SeatingSerializer,
            200: OpenApiResponse(SeatingSerializer, description="Done before, under the same key: as it was then."),
            **problems.responses(404, 409, *BODY_REFUSALS),
        },
        examples=[
            OpenApiExample("Two more", request_only=True, value={"assign": ["user-17", "user-18"]}),
            OpenApiExample("Hand on", request_only=True, value={"replace": [{"from": "user-4", "to": "user-19"}]}),
        ],
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        subscription = self._found(public_id, request)
        return retried(lambda: self.made_once(request, lambda: self._changed(subscription, request)))

    def _changed(self, subscription: Subscription, request: Request) -> dict[str, Any]:
        sent = self.sent(request, SeatChanges)
        key = key_of(request)
        now = clock.billing(key.organization)
        standing = operations.change_seats(subscription=subscription, now=now, actor=key.public_id, **sent)
        return dict(shown(SeatingSerializer, standing))

    def _found(self, public_id: str, request: Request) -> Subscription:
        return self.one(queries.subscriptions(), public_id, request)
