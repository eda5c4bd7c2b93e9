"""Where programs ask why a line is what it is: the summary with events by page, or all events as CSV."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import downloads
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, next_url, organization_of, shown
from apps.core import problems
from apps.core.fields import PUBLIC_ID
from apps.core.formats import Formats
from apps.core.pagination import PageQuery
from apps.core.refusals import NotFound
from apps.invoicing import evidence, explanations, queries
from apps.invoicing.api.explanations import ExplainedEventPage, ExplanationSerializer, ExplanationWithEvents
from apps.invoicing.explanations import Explanation
from apps.usage.queries import Links

_Method = TypeVar("_Method", bound=Callable[..., Any])

LINE = OpenApiParameter("line", OpenApiTypes.STR, OpenApiParameter.PATH, description="The line's id.")
PAGED = """What the line bills, or takes back, and why: the price that was pinned, the steps, the part of a period, what
was billed for the same period before, and a page of the events that the charge had seen. What was recorded later is not
among them; what was taken back by then is, and not counted. The amount is worked out again each time: `checked`.

`Accept: text/csv` gives all these events as a file instead, as the address with .csv does."""
WHOLE = """All events that the charge had seen, in the order of recording. `value` is the property whose distinct values
are counted, where it is unique. No text in it is a formula for a spreadsheet."""


def _described(operation: str, summary: str, example: str, *, whole: bool) -> Callable[[_Method], _Method]:
    """Describe an operation for OpenAPI."""
    file = {(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, description="All events.")}
    page = {(200, "application/json"): ExplanationWithEvents}
    decorate: Callable[[_Method], _Method] = extend_schema(
        operation_id=operation,
        summary=summary,
        description=WHOLE if whole else PAGED,
        tags=["invoices"],
        parameters=[id_parameter(example), LINE, *([] if whole else [PageQuery])],
        responses={**(file if whole else {**page, **file}), **problems.responses(400, 404)},
    )
    return decorate


class LineExplanation(ScopedView):
    """Why a line of an invoice or a draft is what it is."""

    actions = {"GET": Action.READ}
    query_class = PageQuery

    @_described("explain_line", "Explain a line of an invoice", "inv_…", whole=False)
    def get(self, request: Request, public_id: str, line: str) -> Response | StreamingHttpResponse:
        asked = self.asked(request)
        return _page_or_file(request, _of_invoice(self, request, public_id, line), asked)


class LineEvents(ScopedView):
    """The events behind a line of an invoice, as a file."""

    actions = {"GET": Action.READ}

    @_described("explain_line_csv", "Download the events behind a line of an invoice", "inv_…", whole=True)
    def get(self, request: Request, public_id: str, line: str) -> StreamingHttpResponse:
        self.asked(request)
        return _file(request, _of_invoice(self, request, public_id, line))


class CreditLineExplanation(ScopedView):
    """Why a line of a credit note takes back what it does."""

    actions = {"GET": Action.READ}
    query_class = PageQuery

    @_described("explain_credit_line", "Explain a line of a credit note", "crn_…", whole=False)
    def get(self, request: Request, public_id: str, line: str) -> Response | StreamingHttpResponse:
        asked = self.asked(request)
        return _page_or_file(request, _of_credit_note(self, request, public_id, line), asked)


class CreditLineEvents(ScopedView):
    """The events behind a line of a credit note, as a file."""

    actions = {"GET": Action.READ}

    @_described("explain_credit_line_csv", "Download the events behind a line of a credit note", "crn_…", whole=True)
    def get(self, request: Request, public_id: str, line: str) -> StreamingHttpResponse:
        self.asked(request)
        return _file(request, _of_credit_note(self, request, public_id, line))


def _of_invoice(view: ScopedView, request: Request, public_id: str, line: str) -> Explanation:
    invoice = view.one(queries.invoices(), public_id, request)
    return _some(explanations.of_line(invoice=invoice, line=line) if PUBLIC_ID.fullmatch(line) else None)


def _of_credit_note(view: ScopedView, request: Request, public_id: str, line: str) -> Explanation:
    note = view.one(queries.credit_notes(), public_id, request)
    return _some(explanations.of_credit_line(note=note, line=line) if PUBLIC_ID.fullmatch(line) else None)


def _some(told: Explanation | None) -> Explanation:
    if told is None:
        raise NotFound("not_found", "There is no such line on it.")
    return told


def _page_or_file(request: Request, told: Explanation, asked: Mapping[str, Any]) -> Response | StreamingHttpResponse:
    """Answer with the summary and a page of events, or with the file for who accepts nothing but CSV."""
    if request.headers.get("Accept", "").partition(";")[0].strip().lower() == "text/csv":
        return _file(request, told)
    page = evidence.page_of(told, limit=asked["limit"], cursor=asked.get("cursor"))
    links = Links(
        reverses={fact.event.pk: fact.reverses for fact in page.facts if fact.reverses is not None},
        reversed_by={fact.event.pk: fact.reversed_by for fact in page.facts if fact.reversed_by is not None},
    )
    events = {"next": next_url(request, page.next_cursor), "results": [fact.event for fact in page.facts]}
    by_key = {fact.event.pk: fact for fact in page.facts}
    organization = organization_of(request)
    formats = Formats.of(organization.locale, organization.zone)
    return Response(
        {
            **shown(ExplanationSerializer, told, formats=formats),
            "events": shown(ExplainedEventPage, events, links=links, facts=by_key),
        }
    )


def _file(request: Request, told: Explanation) -> StreamingHttpResponse:
    """Answer with all events as CSV."""
    return downloads.table(
        organization=organization_of(request),
        name=f"{told.line.public_id}-events",
        head=evidence.COLUMNS,
        rows=evidence.rows_of(told),
        mark=True,
    )
