"""Read jobs."""

from datetime import datetime

from django.db.models import Min, Q

from apps.outbox.models import Job, Message
from apps.tenancy import scope


def unfinished() -> list[Job]:
    """Return the jobs that are waiting, running or given up, oldest first."""
    return list(Job.objects.exclude(status=Job.Status.DONE).select_related("message").order_by("pk"))


def oldest_due_at(*, now: datetime) -> datetime | None:
    """Return since when the most overdue job or message of any organization waits; None when nothing does."""
    due = Q(status=Job.Status.PENDING, next_try_at__lte=now) | Q(status=Job.Status.RUNNING, leased_until__lte=now)
    with scope.everywhere():
        job = Job.objects.filter(due).aggregate(at=Min("next_try_at"))["at"]
        message = Message.objects.filter(position__isnull=True).aggregate(at=Min("created_at"))["at"]
    return min((at for at in (job, message) if at is not None), default=None)
