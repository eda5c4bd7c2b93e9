"""Move the time line. Knows no money."""

from apps.subscriptions.operations.moving import close_periods, move_to_next_boundary, open_until, park, unpark
from apps.subscriptions.operations.repricing import move_to_current_price, negotiate
from apps.subscriptions.operations.starting import start

__all__ = [
    "close_periods",
    "move_to_current_price",
    "move_to_next_boundary",
    "negotiate",
    "open_until",
    "park",
    "start",
    "unpark",
]
