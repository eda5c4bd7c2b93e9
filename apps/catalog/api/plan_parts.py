"""What a plan carries, for programs: the values of its features, and its add-ons."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import shown
from apps.catalog import operations, queries
from apps.catalog.api import references
from apps.catalog.api.described import BODY_REFUSALS
from apps.catalog.api.plans import OfPlan, PlanSerializer
from apps.catalog.models import AddOn, Feature, Plan
from apps.core import clock, problems
from apps.core.fields import Flag, NumberIn, StrictSerializer

PLAN = references.parameter("plan", "pln_…")
FEATURE = references.parameter("feature", "fea_…", name="feature")
ADD_ON = references.parameter("add-on", "add_…", name="add_on")


@extend_schema_field(
    {
        "oneOf": [{"type": "boolean"}, {"type": "string", "maxLength": 500}, {"type": "number"}],
        "examples": [True, "10", "priority"],
    }
)
class ValueIn(serializers.Field[bool | str, Any, Any, Any]):
    """The value of a feature on its way in: true, false, a number or a text; the operation knows which it must be."""

    default_error_messages = {"invalid": "This must be true, false, a number or a text."}

    def to_internal_value(self, data: Any) -> bool | str:
        if isinstance(data, bool):
            return data
        if not isinstance(data, str) or "\0" in data or any("\ud800" <= letter <= "\udfff" for letter in data):
            self.fail("invalid")
        return str(data)


class FeatureValue(StrictSerializer):
    """What a feature is worth on a plan."""

    value = ValueIn(help_text="true or false, a number, or a text, as the feature's kind says.")


class Offered(StrictSerializer):
    """How a plan offers an add-on."""

    automatic = Flag(default=True, help_text="It comes with the plan; otherwise it is chosen.")
    included_units = NumberIn(
        required=False,
        help_text="Units free of charge in every period on this plan: the add-on's prices become this plan's own, "
        "with these units in their place. Prices stay as they are unless given.",
    )

    def validate_included_units(self, units: Any) -> Any:
        if units < 0:
            raise ValidationError([ErrorDetail("This number must not be negative.", code="invalid_number")])
        return units


class PlanPart(OfPlan):
    """Something that a plan carries: put there, or taken away."""

    actions = {"PUT": Action.MANAGE_CATALOG, "DELETE": Action.MANAGE_CATALOG}
    http_method_names = ["put", "delete"]

    def answer(self, plan: Plan, request: Request) -> Response:
        """Answer with the plan as it is now."""
        return Response(shown(PlanSerializer, self.found(plan.public_id, request)))


class PlanFeatureValue(PlanPart):
    """The value of a feature on a plan."""

    def named(self, public_id: str, feature: str, request: Request) -> tuple[Plan, Feature]:
        """Return the plan and the feature of its product; raise NotFound."""
        plan = self.found(public_id, request)
        features = self.own(queries.features(), request).filter(product=plan.product)
        return plan, references.in_path(features, feature)

    @extend_schema(
        operation_id="set_plan_feature",
        summary="Give a feature its value on a plan",
        description="Said again with another value, it changes it. Answers with the plan.",
        tags=["plans"],
        parameters=[PLAN, FEATURE],
        request={"application/json": FeatureValue},
        responses={200: PlanSerializer, **problems.responses(404, *BODY_REFUSALS)},
        examples=[
            OpenApiExample("A number", request_only=True, value={"value": "10"}),
            OpenApiExample("Yes", request_only=True, value={"value": True}),
        ],
    )
    def put(self, request: Request, public_id: str, feature: str) -> Response:
        self.asked(request)
        plan, row = self.named(public_id, feature, request)
        operations.set_feature(plan=plan, feature=row, **self.sent(request, FeatureValue))
        return self.answer(plan, request)

    @extend_schema(
        operation_id="clear_plan_feature",
        summary="Take a feature from a plan",
        description="Repeated, it changes nothing. Answers with the plan.",
        tags=["plans"],
        parameters=[PLAN, FEATURE],
        responses={200: PlanSerializer, **problems.responses(404, *BODY_REFUSALS)},
    )
    def delete(self, request: Request, public_id: str, feature: str) -> Response:
        self.asked(request)
        plan, row = self.named(public_id, feature, request)
        self.sent(request)
        operations.clear_feature(plan=plan, feature=row)
        return self.answer(plan, request)


class PlanAddOn(PlanPart):
    """An add-on on a plan."""

    def named(self, public_id: str, add_on: str, request: Request) -> tuple[Plan, AddOn]:
        """Return the plan and the add-on; raise NotFound."""
        plan = self.found(public_id, request)
        return plan, references.in_path(self.own(queries.add_ons(), request), add_on)

    @extend_schema(
        operation_id="enable_add_on",
        summary="Enable an add-on for a plan",
        description="It comes with the plan, or may be chosen, for whoever starts from now on. Said again, it changes "
        "which, and the units included. Answers with the plan.",
        tags=["plans"],
        parameters=[PLAN, ADD_ON],
        request={"application/json": Offered},
        responses={200: PlanSerializer, **problems.responses(404, *BODY_REFUSALS)},
        examples=[OpenApiExample("Units included", request_only=True, value={"included_units": "10000"})],
    )
    def put(self, request: Request, public_id: str, add_on: str) -> Response:
        self.asked(request)
        plan, row = self.named(public_id, add_on, request)
        operations.offer_add_on(plan=plan, add_on=row, now=clock.wall(), **self.sent(request, Offered))
        return self.answer(plan, request)

    @extend_schema(
        operation_id="disable_add_on",
        summary="Offer an add-on with a plan no longer",
        description="Who has it keeps it. 409 `add_on_without_plan` where it is the only plan that has it: archive the "
        "add-on instead. Repeated, it changes nothing. Answers with the plan.",
        tags=["plans"],
        parameters=[PLAN, ADD_ON],
        responses={200: PlanSerializer, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    def delete(self, request: Request, public_id: str, add_on: str) -> Response:
        self.asked(request)
        plan, row = self.named(public_id, add_on, request)
        self.sent(request)
        operations.disable_add_on(plan=plan, add_on=row)
        return self.answer(plan, request)
