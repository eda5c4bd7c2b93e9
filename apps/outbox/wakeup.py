"""Tell a worker to look at the table. Only a hint: a lost one costs the time to the next tick."""

import logging
import time

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

TASK = "outbox.work"
EXPIRES_SECONDS = 30
SILENCE_SECONDS = 30.0


class Bell:
    """Rings at the workers' broker, and leaves a broker that is away alone for a while.

    Each failed try holds up somebody's request, or each of the ten thousand invoices of a closing, for a moment.
    """

    def __init__(self) -> None:
        """Begin with the first ring."""
        self.silent_until = 0.0

    def ring(self, task: str = TASK) -> bool:
        """Send the hint; tell whether the broker took it."""
        if time.monotonic() < self.silent_until:
            return False
        try:
            current_app.send_task(task, expires=EXPIRES_SECONDS, ignore_result=True, retry=False)
        except (OperationalError, OSError) as away:
            self.silent_until = time.monotonic() + SILENCE_SECONDS
            logger.warning("no worker can be woken, ticks alone do the work for now: %s", away)
            return False
        return True


_bell = Bell()


def wake_workers(task: str = TASK) -> None:
    """Send the hint to look at the outbox, or to do another task; a broker that is away is logged and forgotten."""
    _bell.ring(task)
