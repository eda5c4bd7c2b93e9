"""Who acts on which topic. The table itself stands in billing_site.wiring, named by settings.OUTBOX_WIRING."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from apps.outbox.models import Message

Handler = Callable[[Message, datetime], None]
Wiring = Mapping[str, Mapping[str, Handler]]  # topic → handler's name → handler(message, now)


class RetryLater(Exception):
    """A handler cannot do its duty yet, or failed in a way that may pass; the sentence says why."""


class GiveUp(Exception):
    """A handler can never do its duty without a person; the sentence says why."""


@cache
def handlers() -> Wiring:
    """Return the wiring table."""
    table: Wiring = import_string(settings.OUTBOX_WIRING)
    return table
