"""Move the time line, and assign seats. Knows no money."""

from apps.subscriptions.operations.changing import change_plan
from apps.subscriptions.operations.cutting import MOMENT, cut, earliest_cut, end_items, lock_open
from apps.subscriptions.operations.ending import end, go_on
from apps.subscriptions.operations.items import add, check_quantity, chosen_add_ons, set_quantity
from apps.subscriptions.operations.many import Move, move_many, open_many
from apps.subscriptions.operations.moving import (
    close_periods,
    due_from,
    find_boundary,
    late_usage_billed,
    late_usage_came,
    lock_ended,
    move_to_next_boundary,
    open_until,
    park,
    period_of,
    return_periods,
    set_status,
    standing,
    take_again,
    unpark,
)
from apps.subscriptions.operations.noting import note
from apps.subscriptions.operations.pausing import pause, resume
from apps.subscriptions.operations.planning import carry_out, plan_change, withdraw
from apps.subscriptions.operations.repricing import move_to_current_price, negotiate
from apps.subscriptions.operations.seats import MOST_AT_ONCE, change_seats, keep_seats
from apps.subscriptions.operations.starting import start

__all__ = [
    "MOMENT",
    "MOST_AT_ONCE",
    "Move",
    "add",
    "carry_out",
    "change_plan",
    "change_seats",
    "check_quantity",
    "chosen_add_ons",
    "close_periods",
    "cut",
    "due_from",
    "earliest_cut",
    "end",
    "end_items",
    "find_boundary",
    "go_on",
    "keep_seats",
    "late_usage_billed",
    "late_usage_came",
    "lock_ended",
    "lock_open",
    "move_many",
    "move_to_current_price",
    "move_to_next_boundary",
    "negotiate",
    "note",
    "open_many",
    "open_until",
    "park",
    "pause",
    "period_of",
    "plan_change",
    "resume",
    "return_periods",
    "set_quantity",
    "set_status",
    "standing",
    "start",
    "take_again",
    "unpark",
    "withdraw",
]
