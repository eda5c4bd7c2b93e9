"""A seller with thousands of customers on one plan with a base fee and usage: one is sold to, copies follow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from django.db import models
from psycopg import sql

from apps.accounts.models import Customer
from apps.subscriptions.models import Item, Period, Quantity, Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from benchmarks import database
from tests import builders

TABLES = tuple(model._meta.db_table for model in (Customer, Subscription, Item, Quantity, Period))
USAGE_FORM = {"model": "per_unit", "unit_amount": "0.01", "included_units": "100"}
BASE = "30"
TAX = "0.1"


def build(connection: psycopg.Connection[Any], *, customers: int, now: datetime) -> Organization:
    """Sell to one customer as people do, and copy the rows for the others; all began at `now`, and pay in arrears."""
    seller = builders.organization("benchmark", mode="test", clock_at=now, now=now, payment_details="IBAN XX00 0000")
    with scope.of(seller):
        builders.tax_rate(seller, TAX, name="Sales tax")
        offer = builders.usage_offer(
            seller, key="calls", name="API calls", form=USAGE_FORM, base=BASE, timing="arrears", now=now
        )
        buyer = builders.customer(seller, "Customer 0", external_id="crm-0", city="Seattle", country="US", now=now)
        builders.subscribed(buyer, offer, now=now)
    copies = customers - 1
    _copy(connection, Customer, copies, {"external_id": "'crm-' || n", "name": "'Customer ' || n"})
    _copy(connection, Subscription, copies, {"customer_id": _moved(Customer, "customer_id", 1)})
    _copy(connection, Item, copies, {"subscription_id": _moved(Subscription, "subscription_id", 1)})
    _copy(connection, Quantity, copies, {"item_id": _moved(Item, "item_id", 2)})
    _copy(connection, Period, copies, {"item_id": _moved(Item, "item_id", 2)})
    database.analyze(connection, *TABLES)
    return seller


def _moved(model: type[models.Model], column: str, rows: int) -> str:
    """Say which copy of the row that a column names a copy names: those of a table follow each other."""
    return f"{column} + n * {rows}"


def _copy(
    connection: psycopg.Connection[Any], model: type[models.Model], copies: int, changed: Mapping[str, str]
) -> None:
    """Copy all rows of a table so often, each copy as a block of rows behind the ones before."""
    table = sql.Identifier(model._meta.db_table)
    (rows,) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone() or (0,)
    told = {"id": f"id + n * {rows}", "public_id": "left(public_id, 4) || n || '_' || id", **changed}
    columns: list[Any] = [field.column for field in model._meta.concrete_fields]
    values = [sql.SQL(told.get(column, f'old."{column}"')) for column in columns]
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} AS old, generate_series(1, {}) AS n ORDER BY n, id")
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    connection.execute(statement.format(table, names, sql.SQL(", ").join(values), table, copies))
    connection.execute(
        sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}").format(
            sql.Literal(model._meta.db_table), table
        )
    )
