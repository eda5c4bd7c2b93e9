"""Record usage and take it back; limit it; roll it up."""

from apps.usage.operations.limits import clear_limit, set_limit
from apps.usage.operations.recording import MOST_AHEAD, Recorded, foresee_batch, record_batch, record_events
from apps.usage.operations.reversing import LONGEST_REASON, reverse_event
from apps.usage.operations.rolling import advance, catch_up, forget, rebuild

__all__ = [
    "LONGEST_REASON",
    "MOST_AHEAD",
    "Recorded",
    "advance",
    "catch_up",
    "clear_limit",
    "foresee_batch",
    "forget",
    "rebuild",
    "record_batch",
    "record_events",
    "reverse_event",
    "set_limit",
]
