"""Events for programs: list them, read one, take one back."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, key_of, next_url, shown
from apps.core import clock, pagination, problems
from apps.core.fields import InstantIn, QueryFlag, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.pagination import PageQuery
from apps.usage import operations as usage
from apps.usage import queries
from apps.usage.models import Event
from apps.usage.sent import EventSerializer, IdempotencyKey, header_key_of


class EventPage(serializers.Serializer[Any]):
    """A page of events, the last recorded first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = EventSerializer(many=True)


class EventQuery(PageQuery):
    """Which events."""

    item = Text(required=False, max_length=40, help_text="The item's id.")
    customer = Text(required=False, max_length=200, help_text="The customer's id, or your own key of it.")
    metric = Text(required=False, max_length=50, help_text="The key of what is counted.")
    add_on = Text(required=False, max_length=50, help_text="The key of the add-on.")
    occurred_from = InstantIn(required=False, help_text="Only what happened at this instant or later.")
    occurred_before = InstantIn(required=False, help_text="Only what happened before this instant.")
    late = QueryFlag(required=False, help_text="Only what came after its period was closed, or only what did not.")
    idempotency_key = IdempotencyKey(required=False)


class EventList(ScopedView):
    """All events; recording stands beside it."""

    actions = {"GET": Action.READ}
    query_class = EventQuery

    @extend_schema(
        operation_id="list_usage",
        summary="List events",
        description="The last recorded first. A reversal is listed as an event of its own that names what it reverses.",
        tags=["usage"],
        parameters=[EventQuery],
        responses={200: EventPage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(queries.events(**asked), request), limit=limit, cursor=cursor)
        answer = {"next": next_url(request, page.next_cursor), "results": page.rows}
        return Response(shown(EventPage, answer, links=queries.links_of(events=page.rows)))


class EventDetail(ScopedView):
    """One event."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="read_usage",
        summary="Read one event",
        tags=["usage"],
        parameters=[id_parameter("evt_…")],
        responses={200: EventSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        event = self.one(queries.events(), public_id, request)
        return Response(shown(EventSerializer, event, links=queries.links_of(events=[event])))


class ReversalRequest(StrictSerializer):
    """Why an event is taken back."""

    reason = Text(max_length=500, help_text="For whoever asks later why this is not counted.")
    idempotency_key = IdempotencyKey(
        required=False, allow_null=True, help_text="May be sent as the header Idempotency-Key instead."
    )


class EventReversal(ScopedView):
    """Take an event back."""

    actions = {"POST": Action.RECORD_USAGE}
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="reverse_usage",
        summary="Take one event back",
        description="An event is never edited or deleted. Its reversal is an event of its own, at the same instant on "
        "the same item, and from then on neither counts. What was billed too much for a closed period is credited.",
        tags=["usage"],
        parameters=[id_parameter("evt_…")],
        request=ReversalRequest,
        responses={
            201: OpenApiResponse(EventSerializer, description="Reversed: the reversal."),
            200: OpenApiResponse(
                EventSerializer, description="Reversed before, under the same key: the same reversal."
            ),
            **problems.responses(400, 404, 409, 411, 413, 415),
        },
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        sent = self.sent(request, ReversalRequest)
        key = key_of(request)
        reversed_ = usage.reverse_event(
            organization=key.organization,
            public_id=self.one(queries.events(), public_id, request).public_id,
            reason=sent["reason"],
            now=clock.billing(key.organization),
            source=Event.Source.API,
            actor=key.public_id,
            idempotency_key=header_key_of(request.headers.get("Idempotency-Key"), sent.get("idempotency_key")),
        )
        links = queries.links_of(events=[reversed_.event])
        status = 200 if reversed_.repeated else 201
        return Response(shown(EventSerializer, reversed_.event, links=links), status=status)
