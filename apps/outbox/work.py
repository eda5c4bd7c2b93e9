"""Run jobs: fan messages out, take what is due, do it, and write down how it went."""

import logging
from collections.abc import Callable
from datetime import datetime

from apps.outbox import operations, wiring
from apps.outbox.models import Job
from apps.tenancy import scope

logger = logging.getLogger(__name__)


def work(*, clock: Callable[[], datetime], most: int = 1000) -> int:
    """Relay and run until nothing is due, or `most` jobs were run; return how many were."""
    for done in range(most):
        operations.relay(now=clock())
        job = operations.claim(now=clock())
        if job is None:
            return done
        run(job=job, clock=clock)
    return most


def run(*, job: Job, clock: Callable[[], datetime]) -> None:
    """Call the job's handler in its organization's scope and settle the job by what it says."""
    handler = wiring.handlers().get(job.message.topic, {}).get(job.handler)
    with scope.of(job.organization):
        if handler is None:
            operations.give_up(job=job, reason=f"nothing is wired to {job.handler}", now=clock())
            return
        try:
            handler(job.message, clock())
        except wiring.RetryLater as later:
            operations.retry_later(job=job, reason=str(later), now=clock())
        except wiring.GiveUp as final:
            operations.give_up(job=job, reason=str(final), now=clock())
        except Exception as fault:  # a fault in one handler must not stop the others; it is kept, shown and retried
            logger.exception("job %s (%s) failed", job.pk, job.handler)
            operations.retry_later(job=job, reason=f"{type(fault).__name__}: {fault}", now=clock())
        else:
            operations.finish(job=job, now=clock())
