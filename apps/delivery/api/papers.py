"""One invoice for programs, and the papers of invoices and credit notes."""

import re
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, organization_of, shown
from apps.core import problems
from apps.core.fields import InstantOut
from apps.core.refusals import Conflict
from apps.delivery import queries
from apps.delivery.models import Document
from apps.invoicing import queries as invoicing
from apps.invoicing.api.invoices import WholeInvoice, said_for
from apps.invoicing.models import CreditNote, Invoice


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
        description="409 `document_not_ready` for a draft, and for the moments until a finalized invoice is rendered; "
        "409 `document_parked` where it could not be, and why.",
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
            raise _without_pdf(invoice, "This invoice has no PDF yet: it is a draft, or about to be rendered.")
        return _stored(document, invoice.number or invoice.public_id)


class CreditNotePdf(ScopedView):
    """The paper of a credit note."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_credit_note_pdf",
        summary="Download a credit note as PDF",
        description="409 `document_not_ready` for the moments until it is rendered; 409 `document_parked` where it "
        "could not be, and why.",
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
            raise _without_pdf(note, "This credit note has no PDF yet: it is about to be rendered.")
        return _stored(document, note.number)


def _without_pdf(document: Invoice | CreditNote, not_yet: str) -> Conflict:
    """Say why there is no PDF: not yet, or only once a person has mended what was in its way."""
    parked = queries.parked_paper(document=document)
    if parked is None:
        return Conflict("document_not_ready", not_yet)
    return Conflict("document_parked", f"The PDF could not be made. {parked.error}")


def _stored(document: Document, name: str) -> HttpResponse:
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, filename(name)) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def filename(number: str) -> str:
    """Name a file for an invoice number, whatever characters its prefix has."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", number).strip(".-") + ".pdf"
