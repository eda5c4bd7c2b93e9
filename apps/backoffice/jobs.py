"""Failed jobs: what could not be done, why, and another try."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed
from apps.core import clock
from apps.outbox import operations as outbox
from apps.outbox.models import Job


@admin.register(Job)
class JobAdmin(OwnedAdmin):
    """The jobs that were given up and wait for a person."""

    nothing_yet = "Nothing was given up. What could not be done in the end waits here for a person."
    reading = Action.READ
    list_display = ("handler", "topic", "subject", "tries", "finished_at", "error")
    list_select_related = ("message",)
    ordering = ("-pk",)
    fields = ("handler", "topic", "subject", "status", "tries", "finished_at", "error")
    readonly_fields = ("topic", "subject")
    change_form_template = "backoffice/job.html"

    @admin.display(description="because of")
    def topic(self, job: Job) -> str:
        return job.message.topic

    @admin.display(description="about")
    def subject(self, job: Job) -> str:
        payload = job.message.payload
        return str(payload.get("number") or payload.get("invoice") or payload.get("subscription") or "")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(status=Job.Status.FAILED)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["may_retry"] = allowed(request, Action.MANAGE_INVOICES)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_urls(self) -> list[URLPattern]:
        return [self.object_page("try-again", self.try_again, action=Action.MANAGE_INVOICES), *super().get_urls()]

    def try_again(self, request: HttpRequest, job: Job) -> HttpResponse:
        """Put a job back to work."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if outbox.try_again(job=job, now=clock.wall()):
            self.audit(request, job, "tried again", job.error)
            messages.success(request, "It will be tried again within a minute.")
        return HttpResponseRedirect(reverse("admin:outbox_job_changelist"))
