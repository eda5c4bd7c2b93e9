"""What the database refuses to change of a time line."""

import pgtrigger

from apps.core.triggers import no_truncate

_REFUSE = (
    "RAISE EXCEPTION 'subscriptions_period: an opened period keeps its bounds and price' "
    "USING ERRCODE = 'restrict_violation';"
)
_STATUS = "ARRAY['status', 'closed_at']::text[]"
_CUT = "ARRAY['status', 'closed_at', 'ends_at', 'fees_until']::text[]"


def period_triggers() -> list[pgtrigger.Trigger]:
    """Refuse DELETE and TRUNCATE, and every UPDATE but of the status, and of the end of a collecting one to earlier."""
    return [
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                IF TG_OP = 'DELETE' THEN {_REFUSE} END IF;
                IF (to_jsonb(OLD) - {_STATUS}) IS NOT DISTINCT FROM (to_jsonb(NEW) - {_STATUS}) THEN RETURN NEW; END IF;
                IF OLD.status <> 'current' OR NEW.ends_at >= OLD.ends_at THEN {_REFUSE} END IF;
                IF (to_jsonb(OLD) - {_CUT}) IS DISTINCT FROM (to_jsonb(NEW) - {_CUT}) THEN {_REFUSE} END IF;
                RETURN NEW;
            """,
        ),
        no_truncate("subscriptions_period"),
    ]
