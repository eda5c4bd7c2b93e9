"""Record usage and take it back."""

from apps.usage.operations.recording import MOST_AHEAD, Recorded, record_batch, record_events
from apps.usage.operations.reversing import reverse_event
from apps.usage.operations.rolling import advance, forget

__all__ = ["MOST_AHEAD", "Recorded", "advance", "forget", "record_batch", "record_events", "reverse_event"]
