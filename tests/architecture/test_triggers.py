"""The triggers declared with the models stand in the database, enabled, and on every table that must have them."""

import pgtrigger
import pytest
from django.apps import apps as registry
from django.db import IntegrityError, connection

from apps.catalog.models import Price
from apps.delivery.models import Document
from apps.invoicing.models import (
    Allocation,
    Charge,
    CreditLine,
    CreditNote,
    Invoice,
    Line,
    NumberSeries,
    Receipt,
    Refund,
    TaxRate,
)
from apps.outbox.models import Message
from apps.subscriptions.models import Period, Quantity, Seat
from apps.tenancy.models import AuditEntry, KeptAnswer, Logo
from apps.usage.models import Event
from tests.architecture.rows import Model, is_history, keys

APPEND_ONLY: set[Model] = {Allocation, AuditEntry, CreditLine, CreditNote, Document, Event, Logo, Receipt, Refund}
FROZEN: set[Model] = {Charge, Invoice, KeptAnswer, Line, Message, Period, Price, Quantity, Seat, TaxRate}
KEPT: set[Model] = {NumberSeries}


def names(model: Model) -> set[str]:
    return {trigger.name for trigger in getattr(model._meta, "triggers", [])}


def test_every_declared_trigger_is_installed_and_enabled(db: None) -> None:
    declared = pgtrigger.registered()
    assert declared
    broken = [
        f"{trigger.name} on {model._meta.db_table}: {trigger.get_installation_status(model)}"
        for model, trigger in declared
        if trigger.get_installation_status(model) != (pgtrigger.core.INSTALLED, True)
    ]
    assert broken == []


def test_frozen_tables_are_those_that_declare_it() -> None:
    ours = registry.get_models()
    assert {model for model in ours if "append_only" in names(model)} == APPEND_ONLY
    assert {model for model in ours if "frozen" in names(model)} == FROZEN
    assert {model for model in ours if "no_truncate" in names(model)} == APPEND_ONLY | FROZEN | KEPT


@pytest.mark.parametrize("model", sorted(APPEND_ONLY | FROZEN | KEPT, key=str))
def test_truncate_is_refused(db: None, model: Model) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match=f"^{table}: rows are kept for ever"):
        cursor.execute(f'TRUNCATE "{table}" CASCADE')


def test_every_history_is_written_by_triggers_for_insert_update_and_delete() -> None:
    for history in filter(is_history, registry.get_models()):
        tracked: Model = next(key.related_model for key in keys(history) if key.name == "pgh_obj")
        assert {"insert_insert", "update_update", "delete_delete"} <= names(tracked), tracked
