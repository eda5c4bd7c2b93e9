"""The product's settings, with one more handler: the processes' tests need work that shows who did it."""

from billing_site.settings import *  # noqa: F403

OUTBOX_WIRING = "tests.processes.handlers.HANDLERS"
