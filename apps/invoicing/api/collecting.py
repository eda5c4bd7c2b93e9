"""Money by hand for programs: payments that came in, invoices that are given up, goodwill, and money paid back."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import queries as accounts
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import KEY_HEADER, ScopedView, id_parameter, key_of, next_url, organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, pagination, problems
from apps.core.fields import CurrencyCode, NumberIn, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.invoicing import collecting, queries
from apps.invoicing.api.credit_notes import (
    CreditNotePage,
    CreditNoteQuery,
    CreditNoteSerializer,
    credit_note_shown,
)
from apps.invoicing.api.drafts import InvoiceView, described
from apps.invoicing.api.payments import RefundSerializer, refund_shown
from apps.invoicing.models import Invoice, Method

MOST_LINES = 500


class NewPayment(StrictSerializer):
    """Money that came in for an invoice."""

    amount = NumberIn(required=False, help_text="All that is due unless given; more goes to the customer's balance.")
    method = serializers.ChoiceField(choices=Method.choices, default=Method.BANK.value)
    reference = Text(required=False, allow_blank=True, max_length=200)
    received_on = serializers.DateField(required=False, help_text="Today unless given.")


class WhyGivenUp(StrictSerializer):
    """Why an invoice is given up."""

    reason = Text(required=False, allow_blank=True, max_length=300)


class LineCredit(StrictSerializer):
    """An amount of one line."""

    line = Text(max_length=40, help_text="The line's id.")
    amount = NumberIn(help_text="Before tax, after discount.")


class NewCreditNote(StrictSerializer):
    """Goodwill: an amount over all lines, amounts of lines, or with neither all that is left."""

    invoice = Text(max_length=40, help_text="The invoice's id.")
    reason = Text(max_length=300, help_text="Printed on it.")
    amount = NumberIn(required=False, help_text="Before tax, spread over the lines in proportion.")
    lines = serializers.ListField(child=LineCredit(), required=False, min_length=1, max_length=MOST_LINES)


class NewRefund(StrictSerializer):
    """Money that was paid back out of a customer's balance."""

    amount = NumberIn()
    currency = CurrencyCode()
    method = serializers.ChoiceField(choices=Method.choices, default=Method.BANK.value)
    reference = Text(required=False, allow_blank=True, max_length=200)


class MarkPaid(InvoiceView):
    """A payment by hand."""

    @described(
        "mark_invoice_paid",
        "Note that money came in for an invoice",
        "Less than is due leaves it open. 409 `nothing_due` where it is a draft, paid or void.",
        NewPayment,
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice, sent = self.found(public_id, request), self.sent(request, NewPayment)

        def pay(*, now: datetime, actor: str) -> Invoice:
            collecting.mark_paid(invoice=invoice, now=now, actor=actor, **sent)
            return invoice

        return self.done(request, pay)


class WriteOff(InvoiceView):
    """An invoice that is given up."""

    @described(
        "write_off_invoice",
        "Give an open invoice up as uncollectible",
        "It stays owed and may be paid after all; nobody is reminded of it any more.",
        WhyGivenUp,
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice, sent = self.found(public_id, request), self.sent(request, WhyGivenUp)
        return self.done(request, collecting.write_off, invoice=invoice, **sent)


class CreditNotes(ScopedView):
    """All credit notes, and the place for goodwill."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_INVOICES}
    parser_classes = [JSONBody]
    query_class = CreditNoteQuery

    @extend_schema(
        operation_id="list_credit_notes",
        summary="List credit notes",
        tags=["invoices"],
        parameters=[CreditNoteQuery],
        responses={200: CreditNotePage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(queries.credit_notes(**asked), request), limit=limit, cursor=cursor)
        return Response(shown(CreditNotePage, {"next": next_url(request, page.next_cursor), "results": page.rows}))

    @extend_schema(
        operation_id="create_credit_note",
        summary="Credit an invoice out of goodwill",
        description="What was measured stays billed: to correct usage, take its events back. The credit settles the "
        "invoice where it is unpaid; the rest is the customer's balance. 400 `more_than_left` where it is more than is "
        "left of the invoice or the line.",
        tags=["invoices"],
        parameters=[KEY_HEADER],
        request={"application/json": NewCreditNote},
        responses={
            201: CreditNoteSerializer,
            200: OpenApiResponse(CreditNoteSerializer, description="Made before, under the same key: as it was then."),
            **problems.responses(409, *BODY_REFUSALS),
        },
        examples=[
            OpenApiExample(
                "An amount",
                request_only=True,
                value={"invoice": "inv_7k2m4c9d0e1f2g3h4j5k", "amount": "25", "reason": "A slow week"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        sent = self.sent(request, NewCreditNote)
        invoice = self.own(queries.invoices(), request).filter(public_id=sent["invoice"]).first()
        if invoice is None:
            raise Refusal("unknown_invoice", "There is no such invoice.", field="invoice")
        if "lines" in sent and "amount" in sent:
            raise Refusal("one_way", "Give an amount or lines, not both.", field="lines")
        lines = {line["line"]: line["amount"] for line in sent["lines"]} if "lines" in sent else None
        if lines is not None and len(lines) < len(sent["lines"]):
            raise Refusal("line_twice", "Name each line once.", field="lines")
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id

        def answer() -> dict[str, Any]:
            note = collecting.give_credit(
                invoice=invoice,
                now=now,
                actor=actor,
                reason=sent["reason"],
                amount=sent.get("amount"),
                lines=lines,
            )
            return credit_note_shown(note)

        return retried(lambda: self.made_once(request, answer))


class CustomerRefunds(ScopedView):
    """The place for money that was paid back to a customer."""

    actions = {"POST": Action.MANAGE_INVOICES}
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="create_refund",
        summary="Note that a part of a customer's balance was paid back",
        description="400 `more_than_balance` where it is more than stands to the customer's credit.",
        tags=["customers"],
        parameters=[id_parameter("cus_…"), KEY_HEADER],
        request={"application/json": NewRefund},
        responses={
            201: RefundSerializer,
            200: OpenApiResponse(RefundSerializer, description="Made before, under the same key."),
            **problems.responses(404, 409, *BODY_REFUSALS),
        },
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        customer = self.one(accounts.customers(), public_id, request)
        sent = self.sent(request, NewRefund)
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id

        def answer() -> dict[str, Any]:
            return refund_shown(collecting.refund(customer=customer, now=now, actor=actor, **sent))

        return retried(lambda: self.made_once(request, answer))
