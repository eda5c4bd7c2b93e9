"""Runs: the list, a page that shows how far one is while it goes, and where one is begun, stopped and resumed."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, actor_of, allowed, formats_of, organization_of
from apps.backoffice import tax_cautions
from apps.core import clock
from apps.core.admin import badge
from apps.core.refusals import Refusal
from apps.invoicing import closing, queries
from apps.invoicing.models import Run, RunLine
from apps.invoicing.runs import running

LINES_PER_PAGE = 100
COLOURS = {"running": "info", "stopped": "warning", "done": "success"}


@admin.register(Run)
class RunAdmin(OwnedAdmin):
    """Nothing of a run is edited; its buttons call operations."""

    nothing_yet = (
        "No run yet. Workers close what is due by themselves; a run closes it at once, or only says what "
        "would be billed."
    )
    reading = Action.READ
    list_display = ("name", "state", "as_of", "done", "failed", "started_by")
    list_display_links = ("name",)
    list_filter = ("status", "dry")
    list_select_related = ("organization",)
    ordering = ("-pk",)
    change_list_template = "backoffice/run/list.html"

    @admin.display(description="run")
    def name(self, run: Run) -> str:
        return str(run)

    @badge("status", COLOURS)
    def state(self, run: Run) -> str:
        return run.status

    def get_urls(self) -> list[URLPattern]:
        begin = self.admin_site.admin_view(self.begin)
        return [
            path("begin/", begin, name="invoicing_run_begin"),
            self.object_page("progress", self.progress, action=Action.READ),
            self.object_page("stop", self.stop, action=Action.MANAGE_INVOICES),
            self.object_page("resume", self.resume, action=Action.MANAGE_INVOICES),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        more = {"may_begin": allowed(request, Action.MANAGE_INVOICES)}
        response: HttpResponse = super().changelist_view(request, extra_context=more)
        return response

    def begin(self, request: HttpRequest) -> HttpResponse:
        """Ask how to close what is due, and begin a run."""
        if not allowed(request, Action.MANAGE_INVOICES):
            raise PermissionDenied
        organization = organization_of(request)
        now = clock.billing(organization)
        if request.method == "POST":
            dry = "dry" in request.POST
            run = running.start(organization=organization, as_of=now, now=now, by=actor_of(request), dry=dry, wake=True)
            return HttpResponseRedirect(self._address(run))
        context = self.context(request, title="Close what is due")
        context["tax_cautions"] = tax_cautions.in_use(request)
        context["due"] = closing.due_count(organization=organization, as_of=now)
        return TemplateResponse(request, "backoffice/run/begin.html", context)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page of a run, whoever asks; there is no form that could be sent."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        run = self.object_or_404(request, object_id or "", self.reading)
        context = self.context(request, run, title=str(run)) | told(run, request)
        context["may_manage"] = allowed(request, Action.MANAGE_INVOICES)
        if run.dry:
            page = Paginator(queries.run_lines_by_change(run=run), LINES_PER_PAGE).get_page(request.GET.get("p"))
            context |= {"page": page, "rows": [_row(line, request) for line in page]}
            context["tax_cautions"] = tax_cautions.in_use(request)
        return TemplateResponse(request, "backoffice/run/page.html", context)

    def progress(self, request: HttpRequest, run: Run) -> HttpResponse:
        """Give the part of the page that tells how far it is: the page asks for it again and again."""
        return TemplateResponse(request, "backoffice/run/progress.html", told(run, request))

    def stop(self, request: HttpRequest, run: Run) -> HttpResponse:
        """Stop a run."""
        return self._done(request, run, running.stop)

    def resume(self, request: HttpRequest, run: Run) -> HttpResponse:
        """Let a stopped run go on."""
        return self._done(request, run, running.resume)

    def _done(self, request: HttpRequest, run: Run, verb: Callable[..., Run]) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            verb(run=run, now=clock.billing(organization_of(request)), by=actor_of(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(self._address(run))

    def _address(self, run: Run) -> str:
        return reverse("admin:invoicing_run_change", args=[run.pk])


def told(run: Run, request: HttpRequest) -> dict[str, Any]:
    """Return how far a run is, in the formats of its organization."""
    formats = formats_of(request)
    left = running.left(run)
    looked_at = run.done + run.failed
    return {
        "run": run,
        "left": left,
        "whole": looked_at + left,
        "looked_at": looked_at,
        "sums": [formats.money(money) for money in run.sums],
    }


def _row(line: RunLine, request: HttpRequest) -> dict[str, Any]:
    formats = formats_of(request)
    return {
        "line": line,
        "total": formats.money(line.total) if line.total is not None else "",
        "difference": formats.money(line.difference) if line.difference is not None else "",
        "credits": [f"{formats.money(credited)} on {invoice}" for invoice, credited in line.credited],
        "more": line.difference is not None and line.difference.minor > 0,
    }
