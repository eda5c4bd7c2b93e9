"""What was billed stays as it was, whichever way somebody tries to write: save, update, bulk, SQL."""

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from psycopg.errors import RestrictViolation

from apps.accounts.models import Customer
from apps.catalog.models import Price
from apps.core import bulk
from apps.delivery.models import Document
from apps.invoicing.models import Allocation, Charge, CreditLine, CreditNote, Invoice, Line, Receipt, Refund
from apps.outbox.models import Message
from apps.subscriptions.models import Period, Quantity
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry
from apps.usage.models import Event
from tests.builders import NOVEMBER, OCTOBER
from tests.walker import worlds
from tests.walker.worlds import Model, World

REFUSED = "append-only|never change|never edited|keeps its bounds|are a history"
# Frozen models, and the columns that may still move.
MOVING: dict[Model, set[str]] = {
    Allocation: set(),
    AuditEntry: set(),
    Charge: set(),
    CreditLine: set(),
    CreditNote: set(),
    Document: set(),
    Event: set(),
    Invoice: {"status", "paid_at", "settled_minor", "voided_at", "written_off_at"},
    Line: set(),
    Message: {"position"},
    Period: {"status", "closed_at", "returned_at"},
    Price: {"superseded_at"},
    Quantity: set(),
    Receipt: set(),
    Refund: set(),
}
# Another value for a column of each type, as SQL.
OTHER = {
    "boolean": "NOT {0}",
    "jsonb": """'{{"another": 1}}'""",
    "bytea": r"'\x00'",
    "date": "coalesce({0}, '2026-01-01') + 1",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 second'",
    "character varying": "coalesce(left({0}, 1), '') || 'q'",
    "varchar": "coalesce(left({0}, 1), '') || 'q'",
    "text": "coalesce({0}, '') || 'q'",
}
NUMBER = "coalesce({0}, 0) + 1"


@pytest.fixture
def world(db: None) -> World:
    return worlds.build("northwind")


def frozen_row(world: World, model: Model) -> models.Model:
    """Return a row that must not move: of lines and charges, one on a finalized invoice."""
    with scope.of(world.organization):
        if model in {Line, Charge}:
            line = Line.objects.filter(invoice__number__isnull=False, charge__isnull=False).earliest("pk")
            return line if model is Line else line.charge  # type: ignore[return-value]
    row: models.Model = world.row(model)
    return row


def other(column: models.Field) -> str:  # type: ignore[type-arg]
    """Return SQL for another value of a column."""
    kind = str(column.db_type(connection)).split("(")[0]
    return OTHER.get(kind, NUMBER).format(f'"{column.column}"')


@pytest.mark.parametrize("model", MOVING, ids=lambda model: model.__name__)
def test_every_column_that_is_not_named_is_frozen(world: World, model: Model) -> None:
    row = frozen_row(world, model)
    for column in model._meta.concrete_fields:
        if column.name in MOVING[model]:
            continue
        sql = f'UPDATE "{model._meta.db_table}" SET "{column.column}" = {other(column)} WHERE id = %s'
        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [row.pk])


def test_no_row_is_deleted(world: World) -> None:
    for model in MOVING:
        rows = model._base_manager.filter(pk=frozen_row(world, model).pk)
        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            rows._raw_delete("default")


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (Invoice, "total_minor", 1),
        (Line, "description", "something else"),
        (Charge, "amount_minor", 1),
        (Event, "quantity", 5),
        (Price, "form", {"model": "per_unit", "unit_amount": "1"}),
        (Period, "index", 7),
        (Document, "content", b"another paper"),
        (CreditNote, "reason", "another reason"),
        (CreditLine, "amount_minor", 1),
        (Receipt, "amount_minor", 1),
        (Refund, "reference", "another"),
        (Allocation, "amount_minor", 1),
    ],
)
def test_no_way_of_writing_passes_by_the_triggers(world: World, model: Model, column: str, value: object) -> None:
    row = frozen_row(world, model)
    setattr(row, column, value)
    with scope.of(world.organization):
        rows = model._default_manager.all()
        for write in (
            row.save,
            lambda: rows.filter(pk=row.pk).update(**{column: value}),
            lambda: rows.bulk_update([row], [column]),
        ):
            with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
                write()


def test_what_may_move_moves(world: World) -> None:
    invoice = world.row(Invoice)
    with scope.of(world.organization):
        moved = Invoice.objects.filter(pk=invoice.pk, status="open").update(
            status="paid", paid_at=OCTOBER, settled_minor=F("total_minor")
        )
        assert moved == 1
        assert Price.objects.filter(pk=world.row(Price).pk).update(superseded_at=NOVEMBER) == 1


def test_lines_are_neither_added_to_nor_moved_from_nor_to_a_finalized_invoice(world: World) -> None:
    with scope.of(world.organization):
        finalized, draft = world.row(Invoice), Invoice.objects.filter(status="draft").earliest("pk")
        ours, loose = finalized.lines.earliest("pk"), draft.lines.earliest("pk")
        added = Line(
            organization=world.organization,
            invoice=finalized,
            position=99,
            kind="manual",
            description="one more",
            quantity=1,
            amount_minor=1,
            tax_category="standard",
        )
        for write in (
            added.save,
            lambda: Line.objects.bulk_create([added]),
            lambda: Line.objects.filter(pk=ours.pk).update(invoice=draft, position=98),
            lambda: Line.objects.filter(pk=loose.pk).update(invoice=finalized, position=98),
        ):
            with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
                write()


COPIED = [field.column for field in Line._meta.concrete_fields if field.column not in {"id", "public_id", "charge_id"}]


@pytest.mark.parametrize("way", ["insert", "copy", "move there", "move away", "upsert"])
def test_sql_brings_no_line_to_a_finalized_invoice_nor_away(world: World, way: str) -> None:
    with scope.of(world.organization):
        finalized, draft = world.row(Invoice), Invoice.objects.filter(status="draft").earliest("pk")
        ours, loose = finalized.lines.earliest("pk"), draft.lines.earliest("pk")
    columns = ", ".join(f'"{column}"' for column in COPIED)
    shown = columns.replace('"position"', "99").replace('"kind"', "'manual'")
    insert = f"INSERT INTO invoicing_line (public_id, {columns}) SELECT 'lin_new', {shown} FROM invoicing_line"
    again = "ON CONFLICT (invoice_id, position) DO UPDATE SET description = 'another'"
    statements = {
        "insert": (f"{insert} WHERE id = %s", [ours.pk]),
        "move there": (
            "UPDATE invoicing_line SET invoice_id = %s, position = 98 WHERE id = %s",
            [finalized.pk, loose.pk],
        ),
        "move away": ("UPDATE invoicing_line SET invoice_id = %s, position = 98 WHERE id = %s", [draft.pk, ours.pk]),
        "upsert": (
            f"{insert.replace('99', 'position')} WHERE id = %s {again}",
            [ours.pk],
        ),
    }
    with (
        pytest.raises((IntegrityError, RestrictViolation), match=REFUSED),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        if way != "copy":
            cursor.execute(*statements[way])
            return
        cursor.execute(f"SELECT {shown} FROM invoicing_line WHERE id = %s", [ours.pk])
        row = ["lin_new", *(str(cell) if cell is not None else None for cell in cursor.fetchone())]
        row[1 + COPIED.index("steps")] = "[]"
        with cursor.copy(f"COPY invoicing_line (public_id, {columns}) FROM STDIN") as copying:
            copying.write_row(row)


def test_a_credit_note_takes_no_line_more_by_sql(world: World) -> None:
    line = frozen_row(world, CreditLine)
    columns = [field.column for field in CreditLine._meta.concrete_fields if field.column not in {"id", "public_id"}]
    named = ", ".join(f'"{column}"' for column in columns)
    shown = named.replace('"position"', "99").replace('"charge_id"', "NULL").replace('"amount_minor"', "1")
    shown = shown.replace('"discount_minor"', "0")
    sql = f"INSERT INTO invoicing_creditline (public_id, {named}) SELECT 'crl_new', {shown} FROM invoicing_creditline"
    refused = "more than its credit note gives|more than the line charged"
    with pytest.raises(IntegrityError, match=refused), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE id = %s", [line.pk])


@pytest.mark.parametrize(
    ("model", "side", "refusal"),
    [
        (CreditNote, "credit_note", "more than the credit note gives"),
        (Receipt, "receipt", "more than was received"),
        (Invoice, "invoice", "more than the invoice asks for"),
        (Refund, "refund", "more than is paid back"),
    ],
)
def test_no_more_is_allocated_than_each_side_has(world: World, model: Model, side: str, refusal: str) -> None:
    with scope.of(world.organization):
        row = world.row(model)
        total = row.amount_minor if model in {Receipt, Refund} else row.total_minor
        sides: dict[str, models.Model] = {side: row}
        if side in {"credit_note", "receipt"}:
            sides["invoice"] = asking(world, total + 1)
        else:
            sides["receipt"] = received(world, total + 1)
        used = Allocation(organization=world.organization, amount_minor=total + 1, created_at=NOVEMBER, **sides)
        with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
            used.save()


def received(world: World, minor: int) -> Receipt:
    """Let so much money come in, used on nothing yet."""
    details = {"currency": "USD", "amount_minor": minor, "received_on": OCTOBER.date(), "created_at": OCTOBER}
    return Receipt.objects.create(organization=world.organization, customer=world.row(Customer), **details)


def asking(world: World, minor: int) -> Invoice:
    """Begin an invoice that asks for so much."""
    sums = {"subtotal_minor": minor, "total_minor": minor, "currency": "USD", "created_at": OCTOBER}
    return Invoice.objects.create(organization=world.organization, customer=world.row(Customer), **sums)


def test_a_draft_may_still_change(world: World) -> None:
    with scope.of(world.organization):
        draft = Invoice.objects.filter(status="draft").earliest("pk")
        line = draft.lines.earliest("pk")
        assert Line.objects.filter(pk=line.pk).update(description="put better") == 1
        assert Charge.objects.filter(line=line).update(event_count=7) == 1
        assert Line.objects.filter(pk=line.pk).delete()[0] == 1
        assert Invoice.objects.filter(pk=draft.pk).update(subtotal_minor=0, tax_minor=0, total_minor=0) == 1


def test_what_is_checked_later_is_refused_all_the_same(world: World) -> None:
    """Closing stores lines before their invoices: none gets in beside an issued one's, none stays alone."""
    issued = frozen_row(world, Line)
    values = {field.attname: getattr(issued, field.attname) for field in Line._meta.concrete_fields}
    values |= {"id": None, "charge_id": None, "kind": "manual", "position": 99}

    def later(public_id: str, **changed: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS line_invoice_owned DEFERRED")
            bulk.copy_in([Line(**values | {"public_id": public_id} | changed)])
            cursor.execute("SET CONSTRAINTS line_invoice_owned IMMEDIATE")

    with pytest.raises(IntegrityError, match="never change"):
        later("lin_beside")
    with pytest.raises(IntegrityError, match="line_invoice_owned"):
        later("lin_alone", invoice_id=10**12)
