"""Customers for programs, with what they are subscribed to and what stands to their credit."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import operations as accounts
from apps.accounts import queries
from apps.accounts.api import CustomerChanges, CustomerPage, CustomerQuery, CustomerSummary, NewCustomer
from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import KEY_HEADER, ScopedView, id_parameter, key_of, next_url, organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, pagination, problems
from apps.core.fields import AmountOut
from apps.core.json_body import JSONBody
from apps.invoicing import customers
from apps.invoicing import queries as invoicing
from apps.subscriptions import queries as timelines
from apps.subscriptions.api.shown import SubscriptionSerializer, subscriptions_shown
from apps.subscriptions.operations import archiving

EXAMPLES = [
    OpenApiExample(
        "A customer",
        request_only=True,
        value={"external_id": "crm-1042", "name": "Fabrikam", "email": "accounts@fabrikam.example", "country": "US"},
    )
]


class BalanceSerializer(serializers.Serializer[Any]):
    """What stands to a customer's credit in one currency: it is used on the next invoices."""

    currency = serializers.CharField()
    amount = AmountOut("minor")


class CustomerSerializer(CustomerSummary):
    """Who pays, for what, and what stands to its credit."""

    subscriptions = SubscriptionSerializer(many=True, help_text="Newest first.")
    balances = BalanceSerializer(many=True, help_text="By currency; empty where there is none.")

    class Meta(CustomerSummary.Meta):
        fields = (*CustomerSummary.Meta.fields, "subscriptions", "balances")  # type: ignore[assignment]


class CustomerView(ScopedView):
    """Where a customer is found, and how it is shown."""

    parser_classes = [JSONBody]

    def found(self, public_id: str, request: Request) -> Customer:
        """Return the customer of an id; raise NotFound."""
        return self.one(queries.customers(), public_id, request)

    def whole(self, customer: Customer, request: Request) -> dict[str, Any]:
        """Return all that is told of one customer."""
        balances = shown(BalanceSerializer, invoicing.balances(customer=customer), many=True)
        subscriptions = subscriptions_shown(timelines.subscriptions_of(customer=customer), organization_of(request))
        return {**shown(CustomerSummary, customer), "subscriptions": subscriptions, "balances": balances}


class CustomerList(CustomerView):
    """All customers, and the place for new ones."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_CUSTOMERS}
    query_class = CustomerQuery

    @extend_schema(
        operation_id="list_customers",
        summary="List customers",
        tags=["customers"],
        parameters=[CustomerQuery],
        responses={200: CustomerPage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        rows: QuerySet[Customer] = self.own(queries.customers(**asked), request)
        page = pagination.page(rows, limit=limit, cursor=cursor)
        answer = {"next": next_url(request, page.next_cursor), "results": page.rows}
        return Response(CustomerPage(answer).data)

    @extend_schema(
        operation_id="create_customer",
        summary="Create a customer",
        description="409 `external_id_taken` where another customer has this key of yours.",
        tags=["customers"],
        parameters=[KEY_HEADER],
        request={"application/json": NewCustomer},
        responses={
            201: CustomerSerializer,
            200: OpenApiResponse(CustomerSerializer, description="Created before, under the same key: as it was then."),
            **problems.responses(409, *BODY_REFUSALS),
        },
        examples=EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        return self.made_once(request, lambda: self._created(request))

    def _created(self, request: Request) -> dict[str, Any]:
        key = key_of(request)
        sent = self.sent(request, NewCustomer)
        customer = accounts.create_customer(
            organization=key.organization, actor=key.public_id, now=clock.wall(), **sent
        )
        return {**shown(CustomerSummary, customer), "subscriptions": [], "balances": []}


class CustomerDetail(CustomerView):
    """One customer."""

    actions = {"GET": Action.READ, "PATCH": Action.MANAGE_CUSTOMERS}
    http_method_names = ["get", "head", "patch"]

    @extend_schema(
        operation_id="get_customer",
        summary="Get a customer with its subscriptions and its balance",
        tags=["customers"],
        parameters=[id_parameter("cus_…")],
        responses={200: CustomerSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        return Response(self.whole(self.found(public_id, request), request))

    @extend_schema(
        operation_id="update_customer",
        summary="Change a customer",
        description="Members that are left out stay as they are. Invoices that are finalized keep what they say. 409 "
        "`currency_in_use`: the currency may change only while the customer has no subscription, no open invoice and "
        "no balance. 409 `external_id_taken` where another customer has this key of yours.",
        tags=["customers"],
        parameters=[id_parameter("cus_…")],
        request={"application/json": CustomerChanges},
        responses={200: CustomerSerializer, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    def patch(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        customer = self.found(public_id, request)
        changes = self.sent(request, CustomerChanges)
        actor = key_of(request).public_id
        changed = customers.change(customer=customer, actor=actor, now=clock.wall(), **changes)
        return Response(self.whole(changed, request))


class CustomerArchive(CustomerView):
    """A customer that is put away."""

    actions = {"POST": Action.MANAGE_CUSTOMERS}

    @extend_schema(
        operation_id="archive_customer",
        summary="Put a customer away",
        description="Its papers stay; it starts on no plan until it is restored. 409 `has_subscriptions`, naming them, "
        "while it has any that are not over. Repeated, it changes nothing.",
        tags=["customers"],
        parameters=[id_parameter("cus_…")],
        request=None,
        responses={200: CustomerSerializer, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        customer = self.found(public_id, request)
        self.sent(request)
        archived = archiving.archive(customer=customer, actor=key_of(request).public_id, now=clock.wall())
        return Response(self.whole(archived, request))


class CustomerRestore(CustomerView):
    """A customer that is taken back."""

    actions = {"POST": Action.MANAGE_CUSTOMERS}

    @extend_schema(
        operation_id="restore_customer",
        summary="Take a customer back",
        description="It may start on plans again. Repeated, it changes nothing.",
        tags=["customers"],
        parameters=[id_parameter("cus_…")],
        request=None,
        responses={200: CustomerSerializer, **problems.responses(404, *BODY_REFUSALS)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        customer = self.found(public_id, request)
        self.sent(request)
        restored = archiving.restore(customer=customer, actor=key_of(request).public_id, now=clock.wall())
        return Response(self.whole(restored, request))
