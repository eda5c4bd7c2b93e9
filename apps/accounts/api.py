"""Customers for programs: the list."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import queries
from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, next_url
from apps.core import pagination, problems
from apps.core.fields import InstantOut, Text
from apps.core.pagination import PageQuery


class CustomerSummary(serializers.ModelSerializer[Customer]):
    """Who pays."""

    id = serializers.CharField(source="public_id", help_text="Such as cus_….")
    created_at = InstantOut()
    archived_at = InstantOut(allow_null=True)

    class Meta:
        model = Customer
        fields = (
            "id",
            "external_id",
            "name",
            "legal_name",
            "email",
            "tax_id",
            "currency",
            "locale",
            "payment_terms_days",
            "address_line1",
            "address_line2",
            "postal_code",
            "city",
            "region",
            "country",
            "created_at",
            "archived_at",
        )
        read_only_fields = fields


class CustomerPage(serializers.Serializer[Any]):
    """A page of customers, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = CustomerSummary(many=True)


class CustomerQuery(PageQuery):
    """Which customers."""

    external_id = Text(required=False, max_length=200, help_text="Your own key of the customer, exactly.")
    email = Text(required=False, max_length=254, help_text="The billing e-mail address, in any case.")


class CustomerList(ScopedView):
    """All customers."""

    actions = {"GET": Action.READ}
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
