"""Celery's hints and ticks."""

from celery import shared_task

from apps.core import clock
from apps.outbox import wakeup
from apps.outbox.work import work


@shared_task(name=wakeup.TASK, ignore_result=True)
def look_at_the_outbox() -> None:
    """Fan out what was appended and run what is due."""
    work(clock=clock.wall)
