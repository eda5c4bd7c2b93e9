"""Payments and refunds for programs: money that came in and went out, and what of it was used on what."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, next_url, shown
from apps.core import pagination, problems
from apps.core.fields import AmountOut, CurrencyCode, InstantOut, Month, StrictSerializer, Text
from apps.core.pagination import PageQuery
from apps.invoicing import payments
from apps.invoicing.models import Method, Receipt, Refund


class PaymentSummary(serializers.Serializer[Any]):
    """Money that a customer paid."""

    id = serializers.CharField(source="public_id")
    customer = serializers.CharField(source="customer.public_id")
    currency = serializers.CharField()
    amount = AmountOut("amount_minor")
    left = AmountOut("left_minor", help_text="What is not used yet: it stands to the customer's credit.")
    method = serializers.ChoiceField(choices=Method.choices)
    reference = serializers.CharField()
    received_on = serializers.DateField()
    created_at = InstantOut()


class PaymentPage(serializers.Serializer[Any]):
    """A page of payments, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = PaymentSummary(many=True)


class PaymentUse(serializers.Serializer[Any]):
    """A part of a payment that was used on an invoice, or paid back."""

    invoice = serializers.CharField(source="invoice.public_id", default=None, allow_null=True)
    refund = serializers.CharField(source="refund.public_id", default=None, allow_null=True)
    amount = AmountOut("amount_minor", currency="receipt.currency")
    created_at = InstantOut()


class PaymentSerializer(PaymentSummary):
    """A payment with what it was used on."""

    allocations = PaymentUse(many=True)


class RefundSummary(serializers.Serializer[Any]):
    """Money that was paid back."""

    id = serializers.CharField(source="public_id")
    customer = serializers.CharField(source="customer.public_id")
    currency = serializers.CharField()
    amount = AmountOut("amount_minor")
    method = serializers.ChoiceField(choices=Method.choices)
    reference = serializers.CharField()
    refunded_on = serializers.DateField()
    created_at = InstantOut()


class RefundPage(serializers.Serializer[Any]):
    """A page of refunds, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = RefundSummary(many=True)


class RefundSource(serializers.Serializer[Any]):
    """A part of a payment or a credit note that was paid back."""

    payment = serializers.CharField(source="receipt.public_id", default=None, allow_null=True)
    credit_note = serializers.CharField(source="credit_note.public_id", default=None, allow_null=True)
    amount = AmountOut("amount_minor", currency="refund.currency")
    created_at = InstantOut()


class RefundSerializer(RefundSummary):
    """A refund with what it was paid back out of."""

    allocations = RefundSource(many=True)


def payment_shown(payment: Receipt) -> dict[str, Any]:
    """Return a payment as PaymentSerializer describes it."""
    uses = payments.uses_of(payment=payment)
    return {**shown(PaymentSummary, payment), "allocations": shown(PaymentUse, uses, many=True)}


def refund_shown(refund: Refund) -> dict[str, Any]:
    """Return a refund as RefundSerializer describes it."""
    sources = payments.sources_of(refund=refund)
    return {**shown(RefundSummary, refund), "allocations": shown(RefundSource, sources, many=True)}


class RefundFilter(StrictSerializer):
    """Which refunds."""

    customer = Text(required=False, max_length=200, help_text="The customer's id, or your own key of it.")
    currency = CurrencyCode(required=False)
    month = Month(required=False, help_text="The month in which the money moved, such as 2026-11.")


class RefundQuery(PageQuery, RefundFilter):
    """Which refunds, and which page of them."""


class PaymentQuery(RefundQuery):
    """Which payments, and which page of them."""

    invoice = Text(required=False, max_length=40, help_text="The id of an invoice that a part was used on.")


class Payments(ScopedView):
    """All payments."""

    actions = {"GET": Action.READ}
    query_class = PaymentQuery

    @extend_schema(
        operation_id="list_payments",
        summary="List payments",
        description="Money that came in, by hand or otherwise. It is noted with `mark-paid` of an invoice.",
        tags=["payments"],
        parameters=[PaymentQuery],
        responses={200: PaymentPage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(payments.payments(**asked), request), limit=limit, cursor=cursor)
        return Response(shown(PaymentPage, {"next": next_url(request, page.next_cursor), "results": page.rows}))


class PaymentDetail(ScopedView):
    """One payment."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_payment",
        summary="Get a payment with what it was used on",
        tags=["payments"],
        parameters=[id_parameter("rec_…")],
        responses={200: PaymentSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        return Response(payment_shown(self.one(payments.payments(), public_id, request)))


class Refunds(ScopedView):
    """All refunds."""

    actions = {"GET": Action.READ}
    query_class = RefundQuery

    @extend_schema(
        operation_id="list_refunds",
        summary="List refunds",
        description="Money that was paid back out of a customer's balance.",
        tags=["payments"],
        parameters=[RefundQuery],
        responses={200: RefundPage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(payments.refunds(**asked), request), limit=limit, cursor=cursor)
        return Response(shown(RefundPage, {"next": next_url(request, page.next_cursor), "results": page.rows}))


class RefundDetail(ScopedView):
    """One refund."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_refund",
        summary="Get a refund with what it was paid back out of",
        tags=["payments"],
        parameters=[id_parameter("rfd_…")],
        responses={200: RefundSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        return Response(refund_shown(self.one(payments.refunds(), public_id, request)))
