"""Read jobs."""

from apps.outbox.models import Job


def unfinished() -> list[Job]:
    """Return the jobs that are waiting, running or given up, oldest first."""
    return list(Job.objects.exclude(status=Job.Status.DONE).select_related("message").order_by("pk"))
