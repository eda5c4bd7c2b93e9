"""Rows that are made quickly are those that the model makes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models.expressions import DatabaseDefault

from apps.catalog.models import Price
from apps.core import bulk
from apps.invoicing.models import Charge, Invoice, Line
from apps.outbox.models import Message
from apps.subscriptions.models import Item, Period
from apps.tenancy.models import Organization


def columns(row: Any) -> dict[str, Any]:
    """Return all columns of a row but its random id."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    left = {name: type(value) if isinstance(value, DatabaseDefault) else value for name, value in values.items()}
    return left | {"public_id": None}


@pytest.mark.parametrize("model", [Charge, Invoice, Line, Message, Period], ids=lambda model: model.__name__)
def test_what_is_left_out_has_its_default(model: Any) -> None:
    made, plain = bulk.make(model), model()
    assert columns(made) == columns(plain)
    other = bulk.make(model)
    bulk.give_public_ids([made, other], at=datetime(2026, 9, 1, tzinfo=UTC))
    assert made.public_id[:4] == plain.public_id[:4]
    assert len(made.public_id) == len(plain.public_id)
    assert made.public_id != other.public_id
    assert made._state.adding
    assert made.pk is None


def test_values_and_rows_pointed_to_are_held() -> None:
    item, price = Item(pk=7), Price(pk=8)
    made = bulk.make(Period, item_id=7, price_id=8, organization_id=3, index=2)
    bulk.hold(made, item=item, price=price)
    assert (made.item, made.item_id, made.price_id, made.index) == (item, 7, 8, 2)
    made.organization = Organization(pk=3)
    assert made.organization_id == 3


def test_what_one_row_holds_is_not_anothers() -> None:
    one, other = bulk.make(Invoice), bulk.make(Invoice)
    one.tax_groups.append({"rate": "0"})
    assert other.tax_groups == []
