"""Runs for programs: close what is due, or find out what would be billed, and see how far it is."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import KEY_HEADER, ScopedView, id_parameter, key_of, next_url, organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, pagination, problems
from apps.core.fields import AmountOut, Flag, InstantIn, InstantOut, StrictSerializer
from apps.core.json_body import JSONBody
from apps.core.pagination import PageQuery
from apps.invoicing import queries
from apps.invoicing.models import Run, RunLine
from apps.invoicing.runs import running


class RunSum(serializers.Serializer[Any]):
    """What invoices of a run come to in one currency."""

    currency = serializers.CharField()
    amount = AmountOut("minor")


class RunSerializer(serializers.Serializer[Any]):
    """One pass of closing what is due. Its counts say what is committed."""

    id = serializers.CharField(source="public_id")
    status = serializers.ChoiceField(choices=Run.Status.choices)
    dry_run = serializers.BooleanField(source="dry", help_text="true: it only finds out what would be billed.")
    as_of = InstantOut(help_text="What is billed by then is closed.")
    started_at = InstantOut()
    started_by = serializers.CharField()
    ended_at = InstantOut(allow_null=True, help_text="When it was done, or stopped last.")
    done = serializers.IntegerField(help_text="How many boundaries were closed.")
    failed = serializers.IntegerField(help_text="How many subscriptions were parked, or in a dry run would be.")
    invoices = serializers.IntegerField(help_text="How many invoices and drafts that made.")
    sums = RunSum(many=True, help_text="What they come to, by currency.")


class RunWithProgress(RunSerializer):
    """A run, and how many subscriptions it has yet to look at."""

    left = serializers.IntegerField()


class RunPage(serializers.Serializer[Any]):
    """A page of runs, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = RunSerializer(many=True)


class RunCredit(serializers.Serializer[Any]):
    """A credit note that would be written."""

    invoice = serializers.CharField(help_text="The number of the invoice that it takes back from.")
    total = serializers.CharField()


class RunLineSerializer(serializers.Serializer[Any]):
    """What a dry run says of one boundary of one subscription."""

    customer = serializers.CharField(source="customer.public_id")
    subscription = serializers.CharField(source="subscription.public_id")
    boundary_at = InstantOut()
    currency = serializers.CharField()
    total = serializers.CharField(allow_null=True, source="total_text", help_text="Null where nothing would be billed.")
    difference = serializers.CharField(
        allow_null=True, source="difference_text", help_text="To the period before; null where there is none."
    )
    credits = serializers.SerializerMethodField(help_text="The credit notes that would be written.")
    reason = serializers.CharField(help_text="Why it would be parked; empty where it would not.")

    @extend_schema_field(RunCredit(many=True))
    def get_credits(self, line: RunLine) -> list[dict[str, str]]:
        return [{"invoice": invoice, "total": credited.text()} for invoice, credited in line.credited]


class RunLinePage(serializers.Serializer[Any]):
    """A page of what a dry run found out, what it looked at last first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = RunLineSerializer(many=True)


class NewRun(StrictSerializer):
    """What is to be closed."""

    as_of = InstantIn(required=False, help_text="What is billed by then; now where it is not said, and never later.")
    dry_run = Flag(default=False, help_text="true: find out what would be billed, and store nothing of it.")


class RunView(ScopedView):
    """Where a run is found, and how it is shown."""

    parser_classes = [JSONBody]

    def found(self, public_id: str, request: Request) -> Run:
        """Return the run of an id; raise NotFound."""
        return self.one(queries.runs().select_related("organization"), public_id, request)

    def whole(self, run: Run) -> dict[str, Any]:
        """Return all that is told of one run."""
        return {**shown(RunSerializer, run), "left": running.left(run)}


class Runs(RunView):
    """All runs, and the place to begin one."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_INVOICES}
    query_class = PageQuery

    @extend_schema(
        operation_id="list_runs",
        summary="List runs",
        tags=["runs"],
        parameters=[PageQuery],
        responses={200: RunPage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        page = pagination.page(self.own(queries.runs(), request), limit=asked["limit"], cursor=asked.get("cursor"))
        answer = {"next": next_url(request, page.next_cursor), "results": page.rows}
        return Response(RunPage(answer).data)

    @extend_schema(
        operation_id="begin_run",
        summary="Close what is due, or find out what would be billed",
        description="Answers at once; workers do the work. Where a run is running already, that one is answered.",
        tags=["runs"],
        parameters=[KEY_HEADER],
        request={"application/json": NewRun},
        responses={
            201: RunWithProgress,
            200: OpenApiResponse(RunWithProgress, description="Begun before, under the same key: as it was then."),
            **problems.responses(409, *BODY_REFUSALS),
        },
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        return self.made_once(request, lambda: self._begun(request))

    def _begun(self, request: Request) -> dict[str, Any]:
        sent = self.sent(request, NewRun)
        organization = organization_of(request)
        now = clock.billing(organization)
        run = running.start(
            organization=organization,
            as_of=sent.get("as_of", now),
            now=now,
            by=key_of(request).public_id,
            dry=sent["dry_run"],
            wake=True,
        )
        return self.whole(run)


class RunDetail(RunView):
    """One run."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_run",
        summary="Get a run and how far it is",
        tags=["runs"],
        parameters=[id_parameter("run_…")],
        responses={200: RunWithProgress, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        return Response(self.whole(self.found(public_id, request)))


class RunLines(RunView):
    """What a dry run found out."""

    actions = {"GET": Action.READ}
    query_class = PageQuery

    @extend_schema(
        operation_id="list_run_lines",
        summary="List who would be billed what",
        tags=["runs"],
        parameters=[id_parameter("run_…"), PageQuery],
        responses={200: RunLinePage, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        asked = self.asked(request)
        rows = queries.run_lines(run=self.found(public_id, request))
        page: pagination.Page[RunLine] = pagination.page(rows, limit=asked["limit"], cursor=asked.get("cursor"))
        answer = {"next": next_url(request, page.next_cursor), "results": page.rows}
        return Response(RunLinePage(answer).data)


class RunStop(RunView):
    """Where a run is stopped."""

    actions = {"POST": Action.MANAGE_INVOICES}

    @extend_schema(
        operation_id="stop_run",
        summary="Stop a run",
        description="It ends the chunk it is at. Nothing is closed by itself until it is resumed or a new one begun. "
        "409 `not_running` where it is not running.",
        tags=["runs"],
        parameters=[id_parameter("run_…")],
        request=None,
        responses={200: RunWithProgress, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        self.sent(request)
        run = self.found(public_id, request)
        now = clock.billing(organization_of(request))
        return Response(self.whole(running.stop(run=run, now=now, by=key_of(request).public_id)))


class RunResume(RunView):
    """Where a stopped run goes on."""

    actions = {"POST": Action.MANAGE_INVOICES}

    @extend_schema(
        operation_id="resume_run",
        summary="Resume a run",
        description="409 `not_stopped` where it is not stopped, `another_run` where another one is running.",
        tags=["runs"],
        parameters=[id_parameter("run_…")],
        request=None,
        responses={200: RunWithProgress, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        self.sent(request)
        run = self.found(public_id, request)
        now = clock.billing(organization_of(request))
        return Response(self.whole(running.resume(run=run, now=now, by=key_of(request).public_id)))
