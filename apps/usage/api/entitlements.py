"""What a grantee or a customer may do, for programs that ask on every request of theirs."""

import json
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, organization_of, shown
from apps.core import clock, idempotency, problems
from apps.core.fields import InstantOut, NumberOut, StrictSerializer, Text
from apps.subscriptions.models import Subscription
from apps.usage import access, entitlements
from apps.usage.models import Limit

KEPT_SECONDS = 10
FEATURES = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {"oneOf": [{"type": "boolean"}, {"type": "string"}]},
    },
    "description": "By the product's key and the feature's: true or false, a number as decimal text, or a text. Of "
    "several plans yes goes before no and the greatest number before others; of texts the one of the subscription that "
    "began last holds.",
    "examples": [{"assistant": {"priority_support": True, "projects": "10"}}],
}


class BalanceLimit(serializers.Serializer[Any]):
    """How much may be used."""

    kind = serializers.ChoiceField(
        source="limit_kind",
        choices=[(Limit.Kind.HARD.value, "refuses what would pass it"), (Limit.Kind.SOFT.value, "charges it")],
    )
    quantity = NumberOut(source="limit")


class MetricBalance(serializers.Serializer[Any]):
    """How much of a metric is used in the current periods, and how much there is."""

    metric = serializers.CharField(help_text="Its key.")
    unit = serializers.CharField()
    used = NumberOut()
    included = NumberOut(help_text="Free of charge in a period.")
    included_left = NumberOut()
    limit = serializers.SerializerMethodField(help_text="Null where a line has none.")
    left = NumberOut(allow_null=True, help_text="What the limit leaves; null without one.")
    resets_at = InstantOut(
        allow_null=True, help_text="When the next of the current periods ends; null where none is opened yet."
    )
    items = serializers.ListField(child=serializers.CharField(), help_text="The lines that are added up.")

    @extend_schema_field(BalanceLimit(allow_null=True))
    def get_limit(self, balance: entitlements.Balance) -> Any:
        return shown(BalanceLimit, balance) if balance.limit is not None else None


class UsedSubscription(serializers.Serializer[Any]):
    """A subscription that is used."""

    id = serializers.CharField()
    customer = serializers.CharField(help_text="The customer's id.")
    product = serializers.CharField(help_text="The product's key.")
    plan = serializers.CharField(help_text="The plan's key.")
    status = serializers.ChoiceField(choices=Subscription.Status.choices)
    access = serializers.BooleanField(
        help_text="False before it begins, while it is suspended or paused, and after its end and the days of grace."
    )
    starts_at = InstantOut()
    ends_at = InstantOut(allow_null=True, help_text="Null where no end is known.")
    access_until = InstantOut(allow_null=True, help_text="Its end and the organization's days of grace.")


class EntitlementSerializer(serializers.Serializer[Any]):
    """What somebody may do now."""

    access = serializers.BooleanField(help_text="Whether there is access to any subscription.")
    expires_at = InstantOut(
        allow_null=True, help_text="When access ends with the last of them, unless something changes; null for no end."
    )
    plans = serializers.ListField(child=serializers.CharField(), help_text="The keys of the plans.")
    features = serializers.SerializerMethodField()
    balances = MetricBalance(many=True, help_text="By metric.")
    subscriptions = UsedSubscription(
        source="uses", many=True, help_text="Newest first, those without access too; at most 1,000."
    )

    @extend_schema_field(FEATURES)
    def get_features(self, entitlement: entitlements.Entitlement) -> Any:
        return entitlement.features


class EntitlementQuery(StrictSerializer):
    """Who asks: a grantee, a customer, or a grantee of a customer."""

    grantee = Text(
        required=False,
        max_length=200,
        help_text="Who has a seat; on subscriptions on which nobody has one, the customer's own key or id.",
    )
    customer = Text(required=False, max_length=200, help_text="The customer's id, or your own key of it.")
    product = Text(required=False, max_length=50, help_text="Only this product: its key or id.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "grantee" not in attrs and "customer" not in attrs:
            sentence = "Name the grantee, or the customer."
            raise ValidationError({"grantee": [ErrorDetail(sentence, code="required")]})
        return attrs


class Entitlements(ScopedView):
    """What somebody may do."""

    actions = {"GET": Action.READ}
    http_method_names = ["get", "head"]
    query_class = EntitlementQuery

    @extend_schema(
        operation_id="get_entitlements",
        summary="Ask what somebody may do",
        description="Merged over all subscriptions of a grantee or a customer. Who is not known has no access; that is "
        "no error. The answer may be kept for some seconds, and asked for again with `If-None-Match`.",
        tags=["subscriptions"],
        parameters=[
            EntitlementQuery,
            OpenApiParameter(
                "If-None-Match",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="The ETag of an answer that you have: 304 where it is still the same.",
            ),
        ],
        responses={
            200: EntitlementSerializer,
            304: OpenApiResponse(description="As the answer that you have."),
            **problems.responses(400),
        },
    )
    def get(self, request: Request) -> HttpResponse | Response:
        asked = self.asked(request)
        organization = organization_of(request)
        uses = access.used_by(organization=organization, now=clock.billing(organization), **asked)
        content = json.loads(json.dumps(shown(EntitlementSerializer, entitlements.merged(uses))))
        etag = f'"{idempotency.digest_of(method="GET", path=request.path, content=content)[:32]}"'
        known = parse_etags(request.headers.get("If-None-Match", ""))
        same = "*" in known or etag in (tag.removeprefix("W/") for tag in known)
        answer = HttpResponse(status=304) if same else Response(content)
        answer["ETag"] = etag
        return answer

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let the one who asked keep an answer for some seconds; nobody between may."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code in (200, 304):
            answer["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
            answer["Vary"] = "Authorization"
        return answer
