"""Limits for programs: how much of an item may be used in one period, at an item or as a default."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, problems
from apps.core.fields import NumberIn, NumberOut, StrictSerializer
from apps.usage import operations as usage
from apps.usage import rules
from apps.usage.api import places
from apps.usage.api.places import OfAddOn, OfItem, OfPlanAddOn, Placed, Told
from apps.usage.models import Limit


class LimitSerializer(serializers.Serializer[Any]):
    """How much one period may measure."""

    kind = serializers.ChoiceField(
        choices=Limit.Kind.choices,
        help_text="`hard` refuses what would pass it, `soft` lets it pass and charges it, `notify` only tells, `none` "
        "lifts what applies from elsewhere.",
    )
    quantity = NumberOut(allow_null=True, help_text="In the metric's own units. Null where the kind is `none`.")
    stands_at = serializers.SerializerMethodField(help_text="Where it was set.")

    @extend_schema_field(serializers.ChoiceField(choices=places.STANDS))
    def get_stands_at(self, limit: Limit) -> str:
        return places.stands_at(limit)


class LimitsSerializer(serializers.Serializer[Any]):
    """The limit of a place, and the one that holds there."""

    own = LimitSerializer(allow_null=True, help_text="What was set at this very place.")
    holds = LimitSerializer(
        allow_null=True, help_text="What holds: the own one, else the plan's, else the add-on's. Null for no limit."
    )


class NewLimit(StrictSerializer):
    """A limit to set."""

    kind = serializers.ChoiceField(choices=Limit.Kind.choices)
    quantity = NumberIn(required=False, allow_null=True, help_text="In one period. Left out where the kind is `none`.")


class LimitAt(Placed):
    """The limit of one place."""

    actions = {"GET": Action.READ, "PUT": Action.MANAGE_CATALOG, "DELETE": Action.MANAGE_CATALOG}
    http_method_names = ["get", "head", "put", "delete"]

    def get(self, request: Request, **named: str) -> Response:
        self.asked(request)
        return _answer(self.where(request, **named))

    def put(self, request: Request, **named: str) -> Response:
        self.asked(request)
        where = self.where(request, **named)
        sent = self.sent(request, NewLimit)
        usage.set_limit(
            organization=organization_of(request),
            at=where,
            kind=sent["kind"],
            quantity=sent.get("quantity"),
            now=clock.wall(),
        )
        return _answer(where)

    def delete(self, request: Request, **named: str) -> Response:
        self.asked(request)
        where = self.where(request, **named)
        self.sent(request)
        usage.clear_limit(at=where)
        return _answer(where)


def _answer(where: rules.Where) -> Response:
    holds = rules.limit_for(where) if where.metered is not None else None
    return Response(shown(LimitsSerializer, {"own": rules.limit_at(where), "holds": holds}))


def _described(told: Told) -> Callable[[type[LimitAt]], type[LimitAt]]:
    """Describe the limit of one place for OpenAPI."""
    same = places.parameters_of(told)
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"get_{told.word}_limit",
            summary=f"Read the limit of {told.phrase}",
            responses={200: LimitsSerializer, **problems.responses(400, 404)},
            **same,
        ),
        put=extend_schema(
            operation_id=f"set_{told.word}_limit",
            summary=f"Limit {told.phrase}",
            description="It holds from the next event on. An event that would pass a hard limit gets 409 "
            "`usage_limit_reached` with `limit`, `used` and `left`. Said again, it changes the limit.",
            request={"application/json": NewLimit},
            responses={200: LimitsSerializer, **problems.responses(404, *BODY_REFUSALS)},
            examples=[OpenApiExample("Hard", request_only=True, value={"kind": "hard", "quantity": "10000"})],
            **same,
        ),
        delete=extend_schema(
            operation_id=f"clear_{told.word}_limit",
            summary=f"Take the limit of {told.phrase} away",
            description="What stands behind it holds again. Repeated, it changes nothing.",
            responses={200: LimitsSerializer, **problems.responses(404, *BODY_REFUSALS)},
            **same,
        ),
    )


@_described(places.ITEM)
class ItemLimit(OfItem, LimitAt):
    """The limit of one item."""


@_described(places.ADD_ON)
class AddOnLimit(OfAddOn, LimitAt):
    """The limit of an add-on, the default of its items."""


@_described(places.PLAN_ADD_ON)
class PlanAddOnLimit(OfPlanAddOn, LimitAt):
    """The limit of an add-on on one plan, the default of its items there."""
