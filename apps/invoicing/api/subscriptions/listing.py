"""Subscriptions: the list, one of them, and the place for new ones."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import queries as accounts
from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import KEY_HEADER, ScopedView, id_parameter, next_url, organization_of, shown
from apps.catalog.api import references
from apps.catalog.api.described import BODY_REFUSALS
from apps.catalog.models import Alignment
from apps.core import pagination, problems
from apps.core.fields import Flag, InstantIn, InstantOut, NumberIn, NumberOut, QueryFlag, Text
from apps.core.pagination import PageQuery
from apps.core.refusals import Refusal
from apps.invoicing.api.subscriptions.doing import Asked, ChangeSerializer, Verb, add_on_names
from apps.invoicing.lifecycle import starting
from apps.subscriptions import queries as timelines
from apps.subscriptions.api.shown import (
    ItemWithPeriods,
    PlanRef,
    SubscriptionSerializer,
    SubscriptionSummary,
    periods_shown,
    subscriptions_shown,
)
from apps.subscriptions.models import Subscription

EXAMPLES = [
    OpenApiExample("From now on", request_only=True, value={"customer": "crm-1042", "plan": "pro"}),
    OpenApiExample(
        "With an add-on, for three seats, from a day on",
        request_only=True,
        value={
            "customer": "crm-1042",
            "plan": "pro",
            "add_ons": ["support"],
            "quantity": "3",
            "starts_at": "2026-12-01T00:00:00Z",
        },
    ),
]


class PlannedChange(serializers.Serializer[Any]):
    """A change of plan that lies ahead."""

    plan = PlanRef()
    at = InstantOut()
    quantity = NumberOut(allow_null=True, help_text="Of the base fee; null: as many as before.")
    created_at = InstantOut()


class WholeSubscription(SubscriptionSerializer):
    """A customer on a plan, with its billable lines, their periods, and what is planned."""

    items = ItemWithPeriods(many=True)
    planned_change = PlannedChange(allow_null=True)


class SubscriptionPage(serializers.Serializer[Any]):
    """A page of subscriptions, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = SubscriptionSummary(many=True)


class SubscriptionQuery(PageQuery):
    """Which subscriptions."""

    customer = Text(required=False, max_length=200, help_text="The customer's id, or your own key of it.")
    plan = Text(required=False, max_length=references.LONGEST, help_text="The plan's id or key.")
    status = serializers.ChoiceField(choices=Subscription.Status.choices, required=False)
    parked = QueryFlag(required=False, help_text="true: those whose billing stands still.")


class NewSubscription(Asked):
    """A subscription to start."""

    customer = Text(max_length=200, help_text="The customer's id, or your own key of it.")
    plan = Text(max_length=references.LONGEST, help_text="The plan's id or key.")
    add_ons = add_on_names()
    quantity = NumberIn(required=False, help_text="How many of the base fee and of each fixed add-on: 1 unless given.")
    starts_at = InstantIn(
        required=False, help_text="Now unless given; back by the late window at most, or up to five years ahead."
    )
    alignment = serializers.ChoiceField(
        choices=Alignment.choices, required=False, help_text="Where its cycles begin: as the plan says unless given."
    )
    again = Flag(default=False, help_text="true: a second subscription to the same plan is meant.")


class SubscriptionList(Verb):
    """All subscriptions, and the place for new ones."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_CUSTOMERS}
    query_class = SubscriptionQuery

    @extend_schema(
        operation_id="list_subscriptions",
        summary="List subscriptions",
        tags=["subscriptions"],
        parameters=[SubscriptionQuery],
        responses={200: SubscriptionPage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(timelines.subscriptions(**asked), request), limit=limit, cursor=cursor)
        return Response(shown(SubscriptionPage, {"next": next_url(request, page.next_cursor), "results": page.rows}))

    @extend_schema(
        operation_id="create_subscription",
        summary="Start a subscription",
        description="What is due at the start is invoiced at once; a start ahead is billed when it comes. 400 "
        "`on_this_plan` where the customer is on the plan already and `again` is not said; 400 `no_price` where the "
        "plan or an add-on has no price in the customer's currency.",
        tags=["subscriptions"],
        parameters=[KEY_HEADER],
        request={"application/json": NewSubscription},
        responses={
            201: ChangeSerializer,
            200: OpenApiResponse(ChangeSerializer, description="A preview, or what a request with the same key made."),
            **problems.responses(409, *BODY_REFUSALS),
        },
        examples=EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        sent = self.sent(request, NewSubscription)
        sent["customer"] = self._customer(sent["customer"], request)
        sent["plan"] = self.plan(sent["plan"], request)
        sent["add_ons"] = self.add_ons(sent.get("add_ons", []), request)
        return self.done(request, sent, starting.begin, status=201)

    def _customer(self, named: str, request: Request) -> Customer:
        customer = self.own(accounts.customers_named(reference=named), request).first()
        if customer is None:
            raise Refusal("unknown_customer", "There is no such customer.", field="customer")
        return customer


class SubscriptionDetail(ScopedView):
    """One subscription."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_subscription",
        summary="Get a subscription with its items",
        description="With each item's last periods, when the next invoice is made, and the change that lies ahead.",
        tags=["subscriptions"],
        parameters=[id_parameter("sub_…")],
        responses={200: WholeSubscription, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        subscription = self.one(timelines.subscriptions(), public_id, request)
        (answer,) = subscriptions_shown([subscription], organization_of(request))
        periods = periods_shown(subscription, organization_of(request))
        answer["items"] = [{**item, "periods": periods[item["id"]]} for item in answer["items"]]
        change = timelines.planned_change(subscription=subscription)
        return Response({**answer, "planned_change": shown(PlannedChange, change) if change is not None else None})
