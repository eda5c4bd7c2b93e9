"""Tell a worker to look at the table. Only a hint: a lost one costs the time to the next tick."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

TASK = "outbox.work"
EXPIRES_SECONDS = 30


def wake_workers() -> None:
    """Send the hint; a broker that is away is logged and forgotten."""
    try:
        current_app.send_task(TASK, expires=EXPIRES_SECONDS, ignore_result=True, retry=False)
    except (OperationalError, OSError) as away:
        logger.warning("no worker could be woken, the next tick will do the work: %s", away)
