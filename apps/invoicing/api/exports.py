"""Invoices, their lines and credit notes as CSV for programs, sent while they are read."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from apps.accounts import downloads
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, organization_of
from apps.core import problems
from apps.invoicing import exports, queries
from apps.invoicing.api.credit_notes import CreditNoteFilter
from apps.invoicing.api.invoices import InvoiceFilter

FORM = (
    "In UTF-8, with a header, oldest first. Amounts are decimal numbers with all decimals of the row's `currency`; "
    "instants carry the offset of the organization's zone. A text that a spreadsheet would take for a formula has an "
    "apostrophe before it."
)
_Get = TypeVar("_Get", bound=Callable[..., StreamingHttpResponse])


def described(operation: str, summary: str, query: type[Any]) -> Callable[[_Get], _Get]:
    """Describe a table for OpenAPI."""
    answers = {(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="The table, however long.")}
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=FORM,
        tags=["invoices"],
        parameters=[query],
        responses={**answers, **problems.responses(400)},
    )


class InvoiceExport(ScopedView):
    """Invoices as CSV."""

    actions = {"GET": Action.READ}
    query_class = InvoiceFilter

    @described("export_invoices", "Download invoices as CSV", InvoiceFilter)
    def get(self, request: Request) -> StreamingHttpResponse:
        organization = organization_of(request)
        found = self.own(queries.invoices(**self.asked(request)), request)
        rows = exports.invoices(rows=found, zone=organization.zone)
        return downloads.table(organization=organization, name="invoices", head=exports.INVOICES, rows=rows)


class LineExport(ScopedView):
    """The lines of invoices as CSV."""

    actions = {"GET": Action.READ}
    query_class = InvoiceFilter

    @described("export_lines", "Download the lines of invoices as CSV", InvoiceFilter)
    def get(self, request: Request) -> StreamingHttpResponse:
        organization = organization_of(request)
        found = self.own(queries.invoices(**self.asked(request)), request)
        rows = exports.lines(rows=found, zone=organization.zone)
        return downloads.table(organization=organization, name="invoice-lines", head=exports.LINES, rows=rows)


class CreditNoteExport(ScopedView):
    """Credit notes as CSV."""

    actions = {"GET": Action.READ}
    query_class = CreditNoteFilter

    @described("export_credit_notes", "Download credit notes as CSV", CreditNoteFilter)
    def get(self, request: Request) -> StreamingHttpResponse:
        organization = organization_of(request)
        rows = exports.credit_notes(rows=self.own(queries.credit_notes(**self.asked(request)), request))
        return downloads.table(organization=organization, name="credit-notes", head=exports.CREDIT_NOTES, rows=rows)
