"""Tell machines how the office is, without a key and without a word about anyone's business."""

from datetime import timedelta

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.outbox import queries as outbox

LATE = timedelta(minutes=15)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as this process answers at all."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database does, else 503: send no requests here."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ready"})


@require_safe
@never_cache
def work(request: HttpRequest) -> HttpResponse:
    """Answer 200 when no job waits longer than a quarter of an hour past its time, else 503: look at the workers."""
    now = clock.wall()
    try:
        due_at = outbox.oldest_due_at(now=now)
    except OperationalError:
        return JsonResponse({"status": "no database"}, status=503)
    waiting = now - due_at if due_at is not None and due_at < now else timedelta(0)
    late = waiting > LATE
    body = {"status": "late" if late else "in time", "oldest_due_job_seconds": int(waiting.total_seconds())}
    return JsonResponse(body, status=503 if late else 200)
