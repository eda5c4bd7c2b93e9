"""Usage for programs: record one event."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, key_of
from apps.core import clock, problems
from apps.core.json_body import JSONBody
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.sent import EventSerializer, UsageRequest, event_of

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
]
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A key of your own under which this request may be repeated for ever. The body's idempotency_key "
    "does the same; where both are sent they must be equal.",
)


class Usage(ScopedView):
    """What was used."""

    actions = {"POST": Action.RECORD_USAGE}
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="record_usage",
        summary="Record one event",
        description="The event is stored once the answer is here. Send an idempotency key, and repeat the request "
        "whenever no answer came: the same content gets the first answer again.",
        tags=["usage"],
        parameters=[KEY_HEADER],
        request={"application/json": UsageRequest},
        responses={
            201: OpenApiResponse(EventSerializer, description="Recorded."),
            200: OpenApiResponse(EventSerializer, description="Recorded before, under the same key: the same event."),
            **problems.responses(400, 404, 409, 411, 413, 415),
        },
        examples=EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        sent = UsageRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        key = key_of(request)
        (recorded,) = usage.record_events(
            organization=key.organization,
            events=[event_of(sent.validated_data, header_key=request.headers.get("Idempotency-Key"))],
            now=clock.billing(key.organization),
            source=Event.Source.API,
            actor=key.public_id,
        )
        return Response(EventSerializer(recorded.event).data, status=200 if recorded.repeated else 201)
