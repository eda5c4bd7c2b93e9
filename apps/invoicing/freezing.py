"""What the database refuses once a document is finalized."""

import pgtrigger

from apps.core.triggers import no_truncate

REFUSE = "RAISE EXCEPTION '%s' USING ERRCODE = 'restrict_violation';"


def line_triggers() -> list[pgtrigger.Trigger]:
    """Refuse new, moved, changed or deleted lines on an invoice that is not a draft."""
    finalized = "EXISTS (SELECT 1 FROM invoicing_invoice i WHERE i.id = {row}.invoice_id AND i.status <> 'draft')"
    refusal = REFUSE % "invoicing_line: the lines of a finalized invoice never change"
    return [
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                IF TG_OP <> 'INSERT' AND {finalized.format(row="OLD")} THEN {refusal} END IF;
                IF TG_OP <> 'DELETE' AND {finalized.format(row="NEW")} THEN {refusal} END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            """,
        ),
        no_truncate("invoicing_line"),
    ]


def charge_triggers() -> list[pgtrigger.Trigger]:
    """Refuse to change or delete a charge whose line stands on a finalized invoice."""
    billed = """EXISTS (
        SELECT 1 FROM invoicing_line l JOIN invoicing_invoice i ON i.id = l.invoice_id
        WHERE l.charge_id = OLD.id AND i.status <> 'draft')"""
    return [
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                IF {billed} THEN {REFUSE % "invoicing_charge: a charge on a finalized invoice never changes"} END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            """,
        ),
        no_truncate("invoicing_charge"),
    ]
