"""The statement of a customer for programs: what moved its balance, and what it owes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import queries as accounts
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, next_url, shown
from apps.core import problems
from apps.core.fields import CurrencyCode, SumOut
from apps.core.pagination import PageQuery
from apps.invoicing import ledger
from apps.invoicing.ledger import PostingKind

KINDS = [kind.value for kind in PostingKind]


class StatementQuery(PageQuery):
    """Which currency and which days."""

    currency = CurrencyCode(required=False, help_text="The customer's own unless given.")

    def get_fields(self) -> dict[str, Any]:
        """Add what Python has no names for."""
        begins = serializers.DateField(required=False, help_text="The first day; from the beginning unless given.")
        ends = serializers.DateField(required=False, help_text="The last day, included; up to now unless given.")
        return {**super().get_fields(), "from": begins, "until": ends}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "until" in attrs and attrs["until"] < attrs["from"]:
            sentence = ErrorDetail("This must not be before from.", code="before_from")
            raise ValidationError({"until": [sentence]})
        return attrs


class PostingSerializer(serializers.Serializer[Any]):
    """One document, and how it moved the balance: above zero by what is owed more, below by what is owed less."""

    kind = serializers.ChoiceField(choices=KINDS, help_text="`void` takes an invoice back.")
    document = serializers.CharField(help_text="The id of the invoice, credit note, payment or refund.")
    on = serializers.DateField(help_text="The organization's local day: issued, voided, received or paid back.")
    number = serializers.CharField(help_text="Empty for payments and refunds.")
    invoice = serializers.CharField(
        allow_null=True, help_text="The invoice that it is, takes back from or came in for; null for a refund."
    )
    method = serializers.CharField(help_text="How it was paid; empty for what is no payment.")
    reference = serializers.CharField()
    amount = SumOut()
    balance = SumOut(help_text="What is owed with it; below zero it stands to the customer's credit.")


class StatementSerializer(serializers.Serializer[Any]):
    """What moved a customer's balance, oldest first."""

    customer = serializers.CharField(source="customer.public_id")
    currency = serializers.CharField()
    opening = SumOut(help_text="What was owed before the first day.")
    closing = SumOut(help_text="What is owed after the last day, whatever page this is.")
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    postings = PostingSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Add what Python has no names for."""
        begins = serializers.DateField(source="starts_on", allow_null=True)
        return {
            **super().get_fields(),
            "from": begins,
            "until": serializers.DateField(source="ends_on", allow_null=True),
        }


class CustomerStatement(ScopedView):
    """The statement of one customer."""

    actions = {"GET": Action.READ}
    query_class = StatementQuery

    @extend_schema(
        operation_id="get_statement",
        summary="Get a customer's statement",
        description="Every invoice, credit note, payment and refund in one currency, oldest first, each with the "
        "balance after it. Drafts are no documents yet; an invoice that was given up stays owed.",
        tags=["customers"],
        parameters=[id_parameter("cus_…"), StatementQuery],
        responses={200: StatementSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        asked = self.asked(request)
        customer = self.one(accounts.customers().select_related("organization"), public_id, request)
        statement = ledger.statement(
            customer=customer,
            currency=asked.get("currency", customer.currency),
            starts_on=asked.get("from"),
            ends_on=asked.get("until"),
            most=asked["limit"],
            cursor=asked.get("cursor"),
        )
        return Response(
            shown(StatementSerializer, {**vars(statement), "next": next_url(request, statement.more_after)})
        )
