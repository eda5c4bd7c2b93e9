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

    What is done to thousands, a change of status, is compared as a row, at a part of the cost of jsonb. Either way a
    column that is added later is kept.
    """
    return [
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            declare=[("kept", "subscriptions_period%ROWTYPE")],
            func=f"""
                IF TG_OP = 'DELETE' THEN {_REFUSE} END IF;
                kept := NEW;
                kept.status := OLD.status;
                kept.closed_at := OLD.closed_at;
                kept.returned_at := OLD.returned_at;
                IF kept IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
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
