"""What the database refuses to change of time lines and seats."""

import pgtrigger

from apps.core.triggers import frozen, no_truncate

_REFUSE = (
    "RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' "
    "USING ERRCODE = 'restrict_violation';"
)
_CUT = "ARRAY['status', 'closed_at', 'returned_at', 'ends_at', 'fees_until']::text[]"


def period_triggers() -> list[pgtrigger.Trigger]:
    """Refuse DELETE and TRUNCATE, and every UPDATE but of the status, and of the end of a collecting one to earlier.

    A change of status, which is done to thousands, calls no function: that of all other columns does, and of those that
    are added later.
    """
    return [
        pgtrigger.Trigger(name="kept", when=pgtrigger.Before, operation=pgtrigger.Delete, func=_REFUSE),
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(exclude=["status", "closed_at", "returned_at"]),
            func=f"""
                IF OLD.status <> 'current' OR NEW.ends_at >= OLD.ends_at THEN {_REFUSE} END IF;
                IF (to_jsonb(OLD) - {_CUT}) IS DISTINCT FROM (to_jsonb(NEW) - {_CUT}) THEN {_REFUSE} END IF;
                RETURN NEW;
            """,
        ),
        no_truncate("subscriptions_period"),
    ]


def seat_triggers() -> list[pgtrigger.Trigger]:
    """Refuse DELETE and TRUNCATE, and every UPDATE but the one that writes a seat's end."""
    over = pgtrigger.Trigger(
        name="over",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.unassigned_at IS NOT NULL"),
        func="RAISE EXCEPTION 'subscriptions_seat: what has ended stays as it was' "
        "USING ERRCODE = 'restrict_violation';",
    )
    return [*frozen("subscriptions_seat", allow=["unassigned_at"], why="seats are a history"), over]
