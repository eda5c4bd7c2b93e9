"""Where programs ask why a line is what it is: the summary with events by page, or all events as CSV."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, next_url, organization_of, shown
from apps.core import pagination, problems, spreadsheets
from apps.core.fields import StrictSerializer
from apps.core.formats import Formats
from apps.core.pagination import PageQuery
from apps.core.refusals import NotFound
from apps.core.spreadsheets import Cell
from apps.invoicing import explanations, queries
from apps.invoicing.api.explanations import ExplainedEventPage, ExplanationSerializer, ExplanationWithEvents
from apps.invoicing.explanations import Explanation
from apps.tenancy.models import Organization
from apps.usage import counted
from apps.usage.counted import Fact
from apps.usage.models import Event
from apps.usage.queries import Links

_Method = TypeVar("_Method", bound=Callable[..., Any])

COLUMNS = (
    *("event", "occurred_at", "recorded_at", "quantity", "value", "counted", "new"),
    *("reverses", "reversed_by", "late", "note", "idempotency_key"),
)
LINE = OpenApiParameter("line", OpenApiTypes.STR, OpenApiParameter.PATH, description="The line's id.")
PAGED = """What the line bills, or takes back, and why: the price that was pinned, the steps, the part of a period, what
was billed for the same period before, and a page of the events that the charge had seen. What was recorded later is not
among them; what was taken back by then is, and not counted. The amount is worked out again each time: `checked`.

`Accept: text/csv` gives all these events as a file instead, as the address with .csv does."""
WHOLE = """All events that the charge had seen, in the order of recording. `value` is the property whose distinct values
are counted, where it is unique. No text in it is a formula for a spreadsheet."""


class ExplanationView(ScopedView):
    """The base of what explains a line of a document."""

    actions = {"GET": Action.READ}
    query_class: ClassVar[type[StrictSerializer]] = PageQuery

    def found(self, request: Request, public_id: str, line: str) -> Explanation | None:
        """Explain a line by the ids of its document and of itself; None where there is none."""
        raise NotImplementedError

    def answer(self, request: Request, public_id: str, line: str) -> Response | StreamingHttpResponse:
        """Answer with a page or with a file; raise NotFound."""
        asked = self.asked(request)
        told = self.found(request, public_id, line)
        if told is None:
            raise NotFound("not_found", "There is no such line on it.")
        organization = organization_of(request)
        if "limit" not in asked or _wants_csv(request):
            return as_file(told, organization)
        page = pagination.page(facts_of(told), limit=asked["limit"], cursor=asked.get("cursor"))
        facts = counted.told(events=page.rows, mark=told.marks.last, before=told.marks.before)
        links = Links(
            reverses={fact.event.pk: fact.reverses for fact in facts if fact.reverses is not None},
            reversed_by={fact.event.pk: fact.reversed_by for fact in facts if fact.reversed_by is not None},
        )
        events = {"next": next_url(request, page.next_cursor), "results": page.rows}
        by_key = {fact.event.pk: fact for fact in facts}
        formats = Formats.of(organization.locale, organization.zone)
        return Response(
            {
                **shown(ExplanationSerializer, told, formats=formats),
                "events": shown(ExplainedEventPage, events, links=links, facts=by_key),
            }
        )


def facts_of(told: Explanation) -> QuerySet[Event]:
    """Return the facts that the charge of an explained line had seen; none where nothing was metered."""
    if told.metric is None or told.charge is None:
        return Event.objects.none()
    return counted.facts_up_to(period=told.charge.period, mark=told.marks.last)


def as_file(told: Explanation, organization: Organization) -> StreamingHttpResponse:
    """Answer with all facts that the charge had seen as CSV, however many they are."""
    return StreamingHttpResponse(
        spreadsheets.written(_rows(told, organization)),
        content_type=spreadsheets.MEDIA_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{told.line.public_id}-events.csv"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _rows(told: Explanation, organization: Organization) -> Iterator[Sequence[Cell]]:
    yield COLUMNS
    if told.metric is None or told.charge is None:
        return
    marks, name = told.marks, told.metric.property
    for fact in counted.each_fact(
        organization=organization, period=told.charge.period, mark=marks.last, before=marks.before
    ):
        yield _row(fact, name)


def _row(fact: Fact, name: str) -> Sequence[Cell]:
    event = fact.event
    value = event.properties.get(name) if name else None
    return (
        event.public_id,
        event.occurred_at,
        event.recorded_at,
        event.quantity,
        "" if value is None else str(value),
        "yes" if fact.counted else "no",
        "yes" if fact.is_new else "no",
        fact.reverses,
        fact.reversed_by,
        "yes" if event.late else "no",
        event.note,
        event.idempotency_key,
    )


def _wants_csv(request: Request) -> bool:
    return request.headers.get("Accept", "").partition(";")[0].strip().lower() == "text/csv"


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


class LineExplanation(ExplanationView):
    """Why a line of an invoice or a draft is what it is."""

    def found(self, request: Request, public_id: str, line: str) -> Explanation | None:
        return explanations.of_line(invoice=self.one(queries.invoices(), public_id, request), line=line)

    @_described("explain_line", "Explain a line of an invoice", "inv_…", whole=False)
    def get(self, request: Request, public_id: str, line: str) -> Response | StreamingHttpResponse:
        return self.answer(request, public_id, line)


class LineEvents(LineExplanation):
    """The events behind a line of an invoice, as a file."""

    query_class = StrictSerializer  # a file has no pages

    @_described("explain_line_csv", "Download the events behind a line of an invoice", "inv_…", whole=True)
    def get(self, request: Request, public_id: str, line: str) -> Response | StreamingHttpResponse:
        return self.answer(request, public_id, line)


class CreditLineExplanation(ExplanationView):
    """Why a line of a credit note takes back what it does."""

    def found(self, request: Request, public_id: str, line: str) -> Explanation | None:
        return explanations.of_credit_line(note=self.one(queries.credit_notes(), public_id, request), line=line)

    @_described("explain_credit_line", "Explain a line of a credit note", "crn_…", whole=False)
    def get(self, request: Request, public_id: str, line: str) -> Response | StreamingHttpResponse:
        return self.answer(request, public_id, line)


class CreditLineEvents(CreditLineExplanation):
    """The events behind a line of a credit note, as a file."""

    query_class = StrictSerializer  # a file has no pages

    @_described("explain_credit_line_csv", "Download the events behind a line of a credit note", "crn_…", whole=True)
    def get(self, request: Request, public_id: str, line: str) -> Response | StreamingHttpResponse:
        return self.answer(request, public_id, line)
