"""Record usage: one event, or thousands at once."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import ApiKey
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import key_of, shown
from apps.core import clock, problems
from apps.core.json_body import QuickJSON
from apps.core.refusals import Refusal
from apps.usage import operations as usage
from apps.usage import queries
from apps.usage.api.events import EventList
from apps.usage.models import Event
from apps.usage.reading import MOST_EVENTS, Many, UsageBody, read
from apps.usage.recording import NewEvent, Outcome
from apps.usage.sent import EventSerializer, UsageRequest

EXAMPLES = [
    OpenApiExample(
        "By customer and metric",
        request_only=True,
        value={
            "customer": "crm-1042",
            "metric": "coaching-calls",
            "quantity": "1",
            "occurred_at": "2026-10-05T14:30:00Z",
            "idempotency_key": "call-81",
        },
    ),
    OpenApiExample("By item", request_only=True, value={"item": "itm_7k2m4c9d0e1f2g3h4j5k", "quantity": "12.5"}),
    OpenApiExample(
        "Many at once",
        request_only=True,
        value={
            "events": [
                {"customer": "crm-1042", "metric": "calls", "quantity": "1", "idempotency_key": "call-82"},
                {"customer": "crm-1043", "metric": "calls", "quantity": "3", "idempotency_key": "call-83"},
            ]
        },
    ),
]
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="For a single event: a key of your own under which this request may be repeated for ever. The body's "
    "idempotency_key does the same; where both are sent they must be equal.",
)


class ManyEvents(serializers.Serializer[Any]):
    """Many events, each with an idempotency key of its own."""

    events = serializers.ListField(child=UsageRequest(), min_length=1, max_length=MOST_EVENTS)


class Result(serializers.Serializer[Any]):
    """What became of one event."""

    status = serializers.ChoiceField(
        choices=["recorded", "duplicate", "rejected"],
        help_text="`duplicate`: stored before under the same key with the same content.",
    )
    idempotency_key = serializers.CharField(required=False)
    id = serializers.CharField(required=False, help_text="The stored event. Missing where it was rejected.")
    late = serializers.BooleanField(
        required=False, help_text="Its period was closed already. Missing where it was rejected."
    )
    errors = problems.Fault(many=True, required=False)  # type: ignore[assignment]
    items = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="With ambiguous_item: the items to choose from."
    )
    limit = serializers.CharField(required=False, help_text="With usage_limit_reached: the limit.")
    used = serializers.CharField(required=False, help_text="With usage_limit_reached: what the period measured then.")
    left = serializers.CharField(required=False, help_text="With usage_limit_reached: what the limit leaves.")


class Results(serializers.Serializer[Any]):
    """What became of each event, in the order in which they were sent."""

    results = Result(many=True)


class Usage(EventList):
    """What was used."""

    actions = {**EventList.actions, "POST": Action.RECORD_USAGE}
    parser_classes = [UsageBody]
    renderer_classes = [QuickJSON]

    @extend_schema(
        operation_id="record_usage",
        summary="Record one event, or many",
        description="What is answered as recorded is stored for good. Send idempotency keys, and repeat the request "
        "whenever no answer came: the same content gets the first answer again.\n\n"
        "409 `usage_limit_reached` where it would pass a hard limit: it is not stored, and its key stays free.\n\n"
        f"A list of up to {MOST_EVENTS} events is answered with one result each, in order. A bad event harms no other, "
        "and the whole list may be sent again: what was stored is a `duplicate` then.",
        tags=["usage"],
        parameters=[KEY_HEADER],
        request={
            "application/json": PolymorphicProxySerializer(
                "UsageBody", [UsageRequest, ManyEvents], resource_type_field_name=None
            )
        },
        responses={
            201: OpenApiResponse(EventSerializer, description="Recorded."),
            200: OpenApiResponse(
                PolymorphicProxySerializer("UsageAnswer", [EventSerializer, Results], resource_type_field_name=None),
                description="One event: recorded before, under the same key, and the same. Many: a result for each.",
            ),
            **problems.responses(400, 404, 409, 411, 413, 415),
        },
        examples=EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        raw: Any = request.data or b"{}"  # without any body REST framework gives an empty dict
        sent = read(raw, header_key=request.headers.get("Idempotency-Key"))
        key = key_of(request)
        if isinstance(sent, Many):
            return Response({"results": _results(sent, key)})
        (recorded,) = usage.record_events(
            organization=key.organization,
            events=[sent.event],
            now=clock.billing(key.organization),
            source=Event.Source.API,
            actor=key.public_id,
        )
        links = queries.links_of(events=[recorded.event]) if recorded.repeated else None
        return Response(shown(EventSerializer, recorded.event, links=links), status=200 if recorded.repeated else 201)


def _results(sent: Many, key: ApiKey) -> list[dict[str, Any]]:
    """Record the events that could be read, and answer for all of them in their order."""
    events = [event for event in sent.events if isinstance(event, NewEvent)]
    outcomes = iter(
        usage.record_batch(
            organization=key.organization,
            events=events,
            now=clock.billing(key.organization),
            source=Event.Source.API,
            actor=key.public_id,
        )
    )
    return [
        _result(event, next(outcomes)) if isinstance(event, NewEvent) else _unreadable(event) for event in sent.events
    ]


def _result(event: NewEvent, outcome: Outcome) -> dict[str, Any]:
    if outcome.refusal is not None:
        return {"status": "rejected", "idempotency_key": event.idempotency_key, **_refused(outcome.refusal)}
    return {
        "status": "duplicate" if outcome.repeated else "recorded",
        "idempotency_key": event.idempotency_key,
        "id": outcome.public_id,
        "late": outcome.late,
    }


def _refused(refusal: Refusal) -> dict[str, Any]:
    error = {"code": refusal.code, "field": refusal.field, "detail": refusal.sentence}
    return {**refusal.extra, "errors": [error]}


def _unreadable(invalid: ValidationError) -> dict[str, Any]:
    return {"status": "rejected", "errors": problems.faults(invalid)}
