"""Record usage and take it back; limit and watch it; roll it up; ask usage systems for it."""

from apps.usage.operations.alerts import add_alert, remove_alert
from apps.usage.operations.limits import clear_limit, set_limit
from apps.usage.operations.pulling import MOST_TRIES, announce_due, begin_asking, record_answer, record_failure
from apps.usage.operations.recording import Recorded, foresee_batch, record_batch, record_events
from apps.usage.operations.reversing import LONGEST_REASON, reverse_event
from apps.usage.operations.rolling import advance, catch_up, forget, rebuild
from apps.usage.operations.sources import SourceSet, remove_source, set_source, why_not_asked
from apps.usage.operations.watching import look
from apps.usage.recording import MOST_AHEAD

__all__ = [
    "LONGEST_REASON",
    "MOST_AHEAD",
    "MOST_TRIES",
    "Recorded",
    "SourceSet",
    "add_alert",
    "advance",
    "announce_due",
    "begin_asking",
    "catch_up",
    "clear_limit",
    "foresee_batch",
    "forget",
    "look",
    "rebuild",
    "record_answer",
    "record_batch",
    "record_events",
    "record_failure",
    "remove_alert",
    "remove_source",
    "reverse_event",
    "set_limit",
    "set_source",
    "why_not_asked",
]
