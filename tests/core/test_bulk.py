"""Rows that are made quickly are those that the model makes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.expressions import DatabaseDefault

from apps.accounts.models import Customer
from apps.catalog.models import Price
from apps.core import bulk
from apps.invoicing.models import Charge, Invoice, Line
from apps.outbox.models import Message
from apps.subscriptions.models import Item, Period
from apps.tenancy.models import Organization
from tests import builders


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


@pytest.mark.django_db
def test_processors_are_shared_until_the_transaction_ends() -> None:
    def asked() -> tuple[Any, ...]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('max_parallel_workers_per_gather'), current_setting('work_mem')")
            return tuple(cursor.fetchone())

    before = asked()
    with transaction.atomic():
        bulk.share_processors()
        assert asked() == ("0", "64MB")
        transaction.set_rollback(True)
    assert asked() == before


@pytest.mark.parametrize("lookup", ["any_key", "any_key_counted"])
def test_rows_are_found_by_many_keys(seller: Organization, lookup: str) -> None:
    one, other = builders.customer(seller, "One"), builders.customer(seller, "Other")
    builders.customer(seller, "Third")
    found = Customer.objects.filter(**{f"pk__{lookup}": {one.pk, other.pk, 0}})
    assert set(found) == {one, other}
    assert not Customer.objects.filter(**{f"pk__{lookup}": set()}).exists()
