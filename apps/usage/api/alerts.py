"""Alerts for programs: who is told once a period reaches a threshold, at an item or as a default."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, problems
from apps.core.fields import CurrencyCode, Flag, InstantOut, NumberIn, NumberOut, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.usage import operations as usage
from apps.usage import rules
from apps.usage.api import places
from apps.usage.api.places import OfAddOn, OfItem, OfPlanAddOn, Placed, Told
from apps.usage.models import Alert


class AlertSerializer(serializers.Serializer[Any]):
    """Who is told, once a period reaches a threshold."""

    id = serializers.CharField(source="public_id")
    basis = serializers.ChoiceField(
        choices=Alert.Basis.choices,
        help_text="`included` and `limit`: percent of the included units, or of the limit. `quantity`: units of the "
        "metric. `amount`: money, before tax.",
    )
    threshold = NumberOut()
    currency = serializers.SerializerMethodField(help_text="Of an amount; null for the others.")
    tells_team = serializers.BooleanField(help_text="At the organization's billing e-mail.")
    tells_customer = serializers.BooleanField(help_text="At the customer's billing e-mail.")
    addresses = serializers.ListField(child=serializers.EmailField(), help_text="Told as well.")
    stands_at = serializers.SerializerMethodField(help_text="Where it was set.")
    created_at = InstantOut()
    removed_at = InstantOut(allow_null=True)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_currency(self, alert: Alert) -> str | None:
        return alert.currency or None

    @extend_schema_field(serializers.ChoiceField(choices=places.STANDS))
    def get_stands_at(self, alert: Alert) -> str:
        return places.stands_at(alert)


class AlertList(serializers.Serializer[Any]):
    """The alerts of a place."""

    results = AlertSerializer(many=True)


class NewAlert(StrictSerializer):
    """An alert to set."""

    basis = serializers.ChoiceField(choices=Alert.Basis.choices)
    threshold = NumberIn(help_text="Percent, units, or money, as the basis says; above zero.")
    currency = CurrencyCode(
        required=False, help_text="Of an amount. An item's is its subscription's, so it may be left out there."
    )
    tells_team = Flag(default=True)
    tells_customer = Flag(default=False)
    addresses = serializers.ListField(child=Text(max_length=254), required=False, max_length=10)


class AlertsAt(Placed):
    """The alerts of one place."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_CATALOG}

    def get(self, request: Request, **named: str) -> Response:
        self.asked(request)
        where = self.where(request, **named)
        held = rules.alerts_for(where) if where.metered is not None else []
        return Response(shown(AlertList, {"results": held}))

    def post(self, request: Request, **named: str) -> Response:
        self.asked(request)
        where = self.where(request, **named)
        sent = self.sent(request, NewAlert)
        alert = usage.add_alert(organization=organization_of(request), at=where, now=clock.wall(), **sent)
        return Response(shown(AlertSerializer, alert), status=201)


class AlertDetail(ScopedView):
    """One alert."""

    actions = {"DELETE": Action.MANAGE_CATALOG}
    http_method_names = ["delete"]
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="remove_alert",
        summary="Take an alert away",
        description="It fires no more; what it told stays on record. Repeated, it changes nothing.",
        tags=["alerts"],
        parameters=[id_parameter("alr_…")],
        responses={200: AlertSerializer, **problems.responses(404, *BODY_REFUSALS)},
    )
    def delete(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        alert = self.one(rules.alerts(), public_id, request)
        self.sent(request)
        usage.remove_alert(alert=alert, now=clock.wall())
        alert.refresh_from_db()
        return Response(shown(AlertSerializer, alert))


def _described(told: Told) -> Callable[[type[AlertsAt]], type[AlertsAt]]:
    """Describe the alerts of one place for OpenAPI."""
    same = places.parameters_of(told)
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"list_{told.word}_alerts",
            summary=f"List the alerts of {told.phrase}",
            description="Those that hold there, the defaults among them.",
            responses={200: AlertList, **problems.responses(400, 404)},
            **same,
        ),
        post=extend_schema(
            operation_id=f"add_{told.word}_alert",
            summary=f"Set an alert for {told.phrase}",
            description="It fires once in each period, at its first crossing, whatever is reversed since; late events "
            "never fire it. 409 `alert_exists` where the same threshold stands there already.",
            request={"application/json": NewAlert},
            responses={201: AlertSerializer, **problems.responses(404, 409, *BODY_REFUSALS)},
            examples=[
                OpenApiExample("At 80 %", request_only=True, value={"basis": "included", "threshold": "80"}),
                OpenApiExample(
                    "At an amount",
                    request_only=True,
                    value={"basis": "amount", "threshold": "500.00", "currency": "USD", "tells_customer": True},
                ),
            ],
            **same,
        ),
    )


@_described(places.ITEM)
class ItemAlerts(OfItem, AlertsAt):
    """The alerts of one item."""


@_described(places.ADD_ON)
class AddOnAlerts(OfAddOn, AlertsAt):
    """The alerts of an add-on, the defaults of its items."""


@_described(places.PLAN_ADD_ON)
class PlanAddOnAlerts(OfPlanAddOn, AlertsAt):
    """The alerts of an add-on on one plan, the defaults of its items there."""
