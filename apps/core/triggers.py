"""Freezing by trigger: guarded updates, bulk writes and raw SQL pass by save(), but not by these."""

from collections.abc import Sequence

import pgtrigger


def _refuse(table: str, why: str) -> str:
    return f"RAISE EXCEPTION '{table}: {why}' USING ERRCODE = 'restrict_violation';"


def no_truncate(table: str) -> pgtrigger.Trigger:
    """Refuse TRUNCATE: row triggers do not see it."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=_refuse(table, "rows are kept for ever"),
    )


def append_only(table: str) -> list[pgtrigger.Trigger]:
    """Refuse every UPDATE, DELETE and TRUNCATE."""
    return [
        pgtrigger.Trigger(
            name="append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=_refuse(table, "rows are append-only"),
        ),
        no_truncate(table),
    ]


def frozen(
    table: str, *, allow: Sequence[str], once: str = "TRUE", why: str = "this row is frozen"
) -> list[pgtrigger.Trigger]:
    """Refuse DELETE and TRUNCATE, and every UPDATE but of the columns in `allow`, where `once` holds of OLD.

    Columns are compared as jsonb less the allow-list, so that a column added later is frozen by default.
    """
    names = "ARRAY[" + ", ".join(f"'{name}'" for name in allow) + "]::text[]"
    return [
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                IF NOT ({once}) THEN
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                END IF;
                IF TG_OP = 'DELETE' THEN {_refuse(table, why)} END IF;
                IF (to_jsonb(OLD) - {names}) IS DISTINCT FROM (to_jsonb(NEW) - {names}) THEN
                    {_refuse(table, why)}
                END IF;
                RETURN NEW;
            """,
        ),
        no_truncate(table),
    ]
