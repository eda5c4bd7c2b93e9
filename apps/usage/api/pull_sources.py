"""Usage systems for programs: name the one that is asked for an item's usage, look how it answers, take it away."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, organization_of, shown
from apps.core import clock, problems
from apps.core.fields import Flag, InstantOut, NumberOut, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.outbound.targets import LONGEST_URL
from apps.subscriptions.api.shown import PeriodSerializer
from apps.subscriptions.models import Item
from apps.usage import operations as usage
from apps.usage import pulls
from apps.usage.models import Pull

ITEM = id_parameter("itm_…")


class PullSerializer(serializers.Serializer[Any]):
    """What became of asking for one period."""

    id = serializers.CharField(source="public_id", help_text="The same as `webhook-id` of every try.")
    period = PeriodSerializer()
    status = serializers.ChoiceField(choices=Pull.Status.choices)
    tries = serializers.IntegerField()
    asked_at = InstantOut(allow_null=True, help_text="The last try.")
    answer = serializers.CharField(
        allow_blank=True, help_text="Why the last try brought nothing; empty where it brought a quantity."
    )
    quantity = NumberOut(allow_null=True)


class PullSourceSerializer(serializers.Serializer[Any]):
    """The usage system of an item."""

    item = serializers.CharField()
    url = serializers.CharField(allow_null=True, help_text="Null where nothing is asked.")
    asks_from = InstantOut(allow_null=True, help_text="Periods that end after this are asked for.")
    pulls = PullSerializer(many=True, help_text=f"The last {pulls.SHOWN} periods asked for, newest first.")


class PullSourceSet(PullSourceSerializer):
    """The usage system of an item, with its secret where that is new."""

    secret = serializers.CharField(
        allow_null=True, help_text="Shown this once, when it is new: keep it. Null where it stays what it was."
    )


class PullSourceRequest(StrictSerializer):
    """Where to ask."""

    url = Text(max_length=LONGEST_URL, trim_whitespace=False, help_text="Begins with https://.")
    new_secret = Flag(default=False, help_text="true: sign with a new secret from now on.")
    include_ended = Flag(
        default=False, help_text="true: ask for periods too that have ended already and are not billed yet."
    )


class ItemPullSource(ScopedView):
    """The usage system that is asked for an item's usage at the end of each period."""

    actions = {"GET": Action.READ, "PUT": Action.MANAGE_CUSTOMERS, "DELETE": Action.MANAGE_CUSTOMERS}
    http_method_names = ["get", "head", "put", "delete"]
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="get_pull_source",
        summary="Get the usage system of an item",
        description="With what became of the last periods it was asked for. The secret is never shown again.",
        tags=["items"],
        parameters=[ITEM],
        responses={200: PullSourceSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        return Response(shown(PullSourceSerializer, _state(self.item(request, public_id))))

    @extend_schema(
        operation_id="set_pull_source",
        summary="Ask a usage system for an item's usage",
        description="At the end of each period of the item, the address is asked by a signed POST, and the quantity of "
        "its answer is recorded as an event. The period is not billed before. Said again, it changes the address.",
        tags=["items"],
        parameters=[ITEM],
        request={"application/json": PullSourceRequest},
        responses={200: PullSourceSet, **problems.responses(400, 404, 411, 413, 415)},
        examples=[OpenApiExample("An address", request_only=True, value={"url": "https://example.com/usage"})],
    )
    def put(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        item = self.item(request, public_id)
        sent = self.sent(request, PullSourceRequest)
        made = usage.set_source(item=item, now=clock.billing(organization_of(request)), **sent)
        secret = made.secret.reveal() if made.secret is not None else None
        return Response(shown(PullSourceSet, {**_state(item), "secret": secret}))

    @extend_schema(
        operation_id="remove_pull_source",
        summary="Ask for an item's usage no more",
        description="Periods that wait for an answer are then billed with what is recorded. Repeated, it changes "
        "nothing.",
        tags=["items"],
        parameters=[ITEM],
        responses={200: PullSourceSerializer, **problems.responses(400, 404, 411, 413, 415)},
    )
    def delete(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        item = self.item(request, public_id)
        self.sent(request)
        usage.remove_source(item=item, now=clock.billing(organization_of(request)))
        return Response(shown(PullSourceSerializer, _state(item)))

    def item(self, request: Request, public_id: str) -> Item:
        """Return the item of a public id; raise NotFound."""
        return self.one(pulls.items(), public_id, request)


def _state(item: Item) -> dict[str, Any]:
    source = pulls.source_of(item=item)
    return {
        "item": item.public_id,
        "url": source.url if source is not None else None,
        "asks_from": source.asks_from if source is not None else None,
        "pulls": pulls.pulls_of(item=item),
    }
