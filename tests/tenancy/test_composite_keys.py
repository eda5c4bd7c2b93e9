"""PostgreSQL itself refuses a row of one organization that points into another."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps as registry
from django.db import IntegrityError, connection, transaction

from apps.catalog.models import AddOn, Plan, PlanAddOn
from apps.core.constraints import CompositeForeignKey
from apps.invoicing.models import CreditNote, Invoice
from apps.tenancy import scope
from tests.walker import worlds
from tests.walker.worlds import Model, World

Two = tuple[World, World]


def composite(model: Model) -> set[str]:
    """Return the names of a model's keys that carry the organization."""
    return {
        constraint.name
        for constraint in model._meta.constraints
        if isinstance(constraint, CompositeForeignKey) and constraint.via
    }


KEYED = [model for model in registry.get_models() if composite(model)]


@pytest.fixture
def two(db: None) -> Two:
    """Two organizations whose texts differ, so that no unique key is in the way."""
    mine, theirs = worlds.build("northwind"), worlds.build("southwind")
    worlds.mark(theirs, "southern")
    return mine, theirs


def test_a_row_cannot_point_to_another_organization(two: Two) -> None:
    mine, theirs = two
    with scope.of(mine.organization), pytest.raises(IntegrityError, match="planaddon_plan_owned"):
        PlanAddOn.objects.create(
            organization=mine.organization, plan=theirs.row(Plan), add_on=mine.row(AddOn), automatic=True
        )


def test_a_row_cannot_be_moved_to_another_organization_with_sql(two: Two) -> None:
    mine, theirs = two
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(
            "UPDATE catalog_plan SET organization_id = %s WHERE id = %s", [theirs.organization.pk, mine.row(Plan).pk]
        )


def test_every_key_carries_the_organization(two: Two) -> None:
    """Move rows, and take away each key that refuses until none does: all that were declared must have refused."""
    for model in KEYED:
        with transaction.atomic():
            refused = refusals(model, *two)
            transaction.set_rollback(True)
        assert composite(model) <= refused, model


def refusals(model: Model, mine: World, theirs: World) -> set[str]:
    """Return the names of all keys that refuse to move a model's rows between organizations."""
    refused = set()
    with without_row_triggers(model):
        if model in (Invoice, CreditNote):  # its number series would be in the way before any key
            scoped_out(
                f"UPDATE {model._meta.db_table} SET sequence = sequence + 1000 WHERE organization_id = %s",
                [mine.organization.pk],
            )
        while (constraint := refusal(model, mine, theirs)) is not None:
            table, name = constraint
            assert constraint not in refused
            refused.add(constraint)
            scoped_out(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"', [])
    return {name for _, name in refused}


def refusal(model: Model, mine: World, theirs: World) -> tuple[str, str] | None:
    """Return the table and the name of the key that refuses to move a whole row between organizations."""
    sql = f'UPDATE "{model._meta.db_table}" SET organization_id = %s WHERE organization_id = %s'
    try:
        with transaction.atomic():
            scoped_out(sql, [theirs.organization.pk, mine.organization.pk])
    except IntegrityError as refused:
        said = refused.__cause__.diag  # type: ignore[union-attr]
        assert said.sqlstate == "23503", refused
        return str(said.table_name), str(said.constraint_name)
    return None


def scoped_out(sql: str, params: list[int]) -> None:
    """Run SQL, which no manager scopes."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@contextmanager
def without_row_triggers(model: Model) -> Iterator[None]:
    """Take the freezing triggers away, so that the keys stand alone; the test's rollback brings them back."""
    scoped_out("SET CONSTRAINTS ALL IMMEDIATE", [])
    scoped_out(f'ALTER TABLE "{model._meta.db_table}" DISABLE TRIGGER USER', [])
    yield
