"""One invoice for programs, and its paper."""

import re
from typing import Any

from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import KEY_HEADER, ScopedView, id_parameter, key_of, organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, problems
from apps.core.fields import InstantOut, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.refusals import Conflict
from apps.core.retrying import retried
from apps.delivery import operations, queries
from apps.delivery.models import Document
from apps.invoicing import queries as invoicing
from apps.invoicing.api.invoices import WholeInvoice, said_for

MOST_RECIPIENTS = 10
UNSENDABLE = "The text contains a letter that cannot be sent."


class DocumentSerializer(serializers.Serializer[Any]):
    """The stored paper of an invoice: the same bytes for ever."""

    sha256 = serializers.CharField(help_text="Of the PDF's bytes, in hexadecimal.")
    pages = serializers.IntegerField()
    created_at = InstantOut()


class InvoiceSerializer(WholeInvoice):
    """An invoice with its lines, the parties as printed, and its paper."""

    document = DocumentSerializer(allow_null=True, help_text="Null for a draft, and until the PDF is rendered.")


class InvoiceDetail(ScopedView):
    """One invoice."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_invoice",
        summary="Get an invoice with its lines",
        tags=["invoices"],
        parameters=[id_parameter("inv_…")],
        responses={200: InvoiceSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice = self.one(invoicing.invoices(), public_id, request)
        document = queries.document_facts_of(invoice=invoice)
        answer = shown(WholeInvoice, invoice, **said_for(organization_of(request)))
        return Response({**answer, "document": shown(DocumentSerializer, document) if document else None})


class InvoicePdf(ScopedView):
    """The paper of an invoice."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_invoice_pdf",
        summary="Download an invoice as PDF",
        description="409 `document_not_ready` for a draft, and for the moments until a finalized invoice is rendered.",
        tags=["invoices"],
        parameters=[id_parameter("inv_…")],
        responses={
            (200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The stored bytes."),
            **problems.responses(400, 404, 409),
        },
    )
    def get(self, request: Request, public_id: str) -> HttpResponse:
        self.asked(request)
        invoice = self.one(invoicing.invoices(), public_id, request)
        document = queries.document_of(invoice=invoice)
        if document is None:
            raise Conflict("document_not_ready", "This invoice has no PDF yet: it is a draft, or about to be rendered.")
        return _stored(document, invoice.number or invoice.public_id)


class CreditNotePdf(ScopedView):
    """The paper of a credit note."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_credit_note_pdf",
        summary="Download a credit note as PDF",
        description="409 `document_not_ready` for the moments until it is rendered.",
        tags=["invoices"],
        parameters=[id_parameter("crn_…")],
        responses={
            (200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The stored bytes."),
            **problems.responses(400, 404, 409),
        },
    )
    def get(self, request: Request, public_id: str) -> HttpResponse:
        self.asked(request)
        note = self.one(invoicing.credit_notes(), public_id, request)
        document = queries.document_of_credit_note(credit_note=note)
        if document is None:
            raise Conflict("document_not_ready", "This credit note has no PDF yet: it is about to be rendered.")
        return _stored(document, note.number)


def _stored(document: Document, name: str) -> HttpResponse:
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, filename(name)) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class Sending(StrictSerializer):
    """To whom an invoice is mailed again, and with what words."""

    recipients = serializers.ListField(
        child=Text(max_length=operations.LONGEST_ADDRESS, validators=[operations.EMAIL]),
        required=False,
        min_length=1,
        max_length=MOST_RECIPIENTS,
        help_text="The customer's address and those of its copies, as they are now, unless given.",
    )
    message = Text(
        required=False,
        allow_blank=True,
        max_length=operations.LONGEST_TEXT,
        validators=[RegexValidator(operations.UNSENDABLE, UNSENDABLE, "text_unprintable", inverse_match=True)],
        help_text="Stands above the usual text of the mail.",
    )


class SentSerializer(serializers.Serializer[Any]):
    """A mail that is on its way."""

    invoice = serializers.CharField()
    number = serializers.CharField()
    recipients = serializers.ListField(child=serializers.CharField())


class InvoiceSend(ScopedView):
    """The place where an invoice is mailed again."""

    actions = {"POST": Action.MANAGE_INVOICES}
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="send_invoice",
        summary="Mail an invoice again",
        description="Finalizing mails an invoice by itself; this sends the same stored paper once more, to each "
        "recipient on its own, once it is rendered. It is noted in the invoice's history. 409 `not_finalized` for a "
        "draft.",
        tags=["invoices"],
        parameters=[id_parameter("inv_…"), KEY_HEADER],
        request={"application/json": Sending},
        responses={
            202: OpenApiResponse(SentSerializer, description="On its way."),
            200: OpenApiResponse(SentSerializer, description="Sent before, under the same key: not sent again."),
            **problems.responses(404, 409, *BODY_REFUSALS),
        },
        examples=[
            OpenApiExample(
                "To the books",
                request_only=True,
                value={"recipients": ["books@fabrikam.example"], "message": "As you asked on the phone."},
            )
        ],
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice = self.one(invoicing.invoices().select_related("organization"), public_id, request)
        sent = self.sent(request, Sending)
        customer = invoice.customer
        recipients = sent.get("recipients") or [customer.email, *customer.cc_emails]
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id

        def answer() -> dict[str, Any]:
            messages = operations.resend_to_each(
                invoice=invoice, recipients=recipients, message_text=sent.get("message", ""), actor=actor, now=now
            )
            told = [message.payload["recipient"] for message in messages]
            return dict(
                shown(SentSerializer, {"invoice": invoice.public_id, "number": str(invoice), "recipients": told})
            )

        return retried(lambda: self.made_once(request, answer, status=202))


def filename(number: str) -> str:
    """Name a file for an invoice number, whatever characters its prefix has."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", number).strip(".-") + ".pdf"
