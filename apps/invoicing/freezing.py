"""What the database refuses once a document is finalized."""

import pgtrigger

from apps.core.triggers import no_truncate

REFUSE = "RAISE EXCEPTION '%s' USING ERRCODE = 'restrict_violation';"


def line_triggers() -> list[pgtrigger.Trigger]:
    """Refuse new, moved, changed or deleted lines on an invoice that is not a draft.

    New ones are looked at once per statement, since closing stores thousands: each by the key of its invoice.
    """
    status = "(SELECT i.status FROM invoicing_invoice i WHERE i.id = {row}.invoice_id) <> 'draft'"
    refusal = REFUSE % "invoicing_line: the lines of a finalized invoice never change"
    return [
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                IF {status.format(row="OLD")} THEN {refusal} END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                IF {status.format(row="NEW")} THEN {refusal} END IF;
                RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name="frozen_new",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
            func=f"""
                IF EXISTS (SELECT 1 FROM added WHERE {status.format(row="added")}) THEN {refusal} END IF;
                RETURN NULL;
            """,  # noqa: S608 - nothing in it comes from outside
        ),
        no_truncate("invoicing_line"),
    ]


def charge_triggers() -> list[pgtrigger.Trigger]:
    """Refuse to change or delete a charge whose line stands on a finalized invoice or on a credit note."""
    billed = """(EXISTS (
        SELECT 1 FROM invoicing_line l JOIN invoicing_invoice i ON i.id = l.invoice_id
        WHERE l.charge_id = OLD.id AND i.status <> 'draft'
    ) OR EXISTS (SELECT 1 FROM invoicing_creditline c WHERE c.charge_id = OLD.id))"""
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


def credit_bounds() -> pgtrigger.Trigger:
    """Refuse to take back more of a line than it charged, and lines beyond the sum of an issued note.

    Whoever credits a line waits for the one before.
    """
    return pgtrigger.Trigger(
        name="credit_bounds",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("charged", "bigint"), ("given", "bigint")],
        func=f"""
            SELECT amount_minor INTO charged FROM invoicing_line WHERE id = NEW.line_id FOR UPDATE;
            IF NEW.amount_minor + (
                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_creditline WHERE line_id = NEW.line_id
            ) > charged THEN {REFUSE % "invoicing_creditline: more than the line charged"} END IF;
            SELECT CASE WHEN tax_inclusive THEN total_minor ELSE subtotal_minor END INTO given
                FROM invoicing_creditnote WHERE id = NEW.credit_note_id FOR UPDATE;
            IF NEW.amount_minor - NEW.discount_minor + (
                SELECT coalesce(sum(amount_minor - discount_minor), 0) FROM invoicing_creditline
                WHERE credit_note_id = NEW.credit_note_id
            ) > given THEN {REFUSE % "invoicing_creditline: more than its credit note gives"} END IF;
            RETURN NEW;
        """,  # noqa: S608 - nothing in it comes from outside
    )


def allocation_bounds() -> pgtrigger.Trigger:
    """Refuse to use more than a credit note or a receipt gives, or more than an invoice or a refund asks for.

    Whoever uses one of them waits for the one before.
    """
    bounds = "".join(
        _bound(column, table, amount, why)
        for column, table, amount, why in (
            ("credit_note_id", "invoicing_creditnote", "total_minor", "more than the credit note gives"),
            ("receipt_id", "invoicing_receipt", "amount_minor", "more than was received"),
            ("invoice_id", "invoicing_invoice", "total_minor", "more than the invoice asks for"),
            ("refund_id", "invoicing_refund", "amount_minor", "more than is paid back"),
        )
    )
    return pgtrigger.Trigger(
        name="allocation_bounds",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("most", "bigint")],
        func=f"{bounds} RETURN NEW;",
    )


def _bound(column: str, table: str, amount: str, why: str) -> str:
    return f"""
        IF NEW.{column} IS NOT NULL THEN
            SELECT {amount} INTO most FROM {table} WHERE id = NEW.{column} FOR UPDATE;
            IF NEW.amount_minor + (
                SELECT coalesce(sum(amount_minor), 0) FROM invoicing_allocation WHERE {column} = NEW.{column}
            ) > most THEN {REFUSE % f"invoicing_allocation: {why}"} END IF;
        END IF;
    """  # noqa: S608 - nothing in it comes from outside
