"""Whoever changes the catalog leaves one row of history, whichever way it is written."""

from collections.abc import Callable
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from apps.accounts import operations as accounts
from apps.catalog.models import Product
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders

ACTOR = 4711


def save(product: Product) -> None:
    product.name = "New"
    product.save()


def update(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(name="New")


def bulk_update(product: Product) -> None:
    product.name = "New"
    Product.objects.bulk_update([product], ["name"])


def sql(product: Product) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_product SET name = 'New' WHERE id = %s", [product.pk])


def history(product: Product) -> list[Any]:
    """Return what was kept of a product, oldest first, with who did it."""
    model = apps.get_model("catalog", "ProductHistory")
    return list(model._default_manager.filter(id=product.pk).select_related("pgh_context").order_by("pgh_id"))


@pytest.fixture
def product(seller: Organization) -> Product:
    return Product.objects.create(
        organization=seller, key="api", name="Old", currency="USD", created_at=builders.SEPTEMBER
    )


@pytest.mark.parametrize("write", [save, update, bulk_update, sql])
def test_each_way_of_writing_leaves_one_row_with_the_actor(product: Product, write: Callable[[Product], None]) -> None:
    (made,) = history(product)
    with pghistory.context(user=ACTOR):
        write(product)
    _, changed = history(product)
    assert (made.pgh_label, made.name) == ("insert", "Old")
    assert (changed.pgh_label, changed.name) == ("update", "New")
    assert changed.pgh_context.metadata == {"user": ACTOR}
    assert changed.organization_id == product.organization_id


def test_writing_the_same_again_leaves_none(product: Product) -> None:
    product.save()
    assert len(history(product)) == 1


def test_deleting_leaves_one_row(product: Product) -> None:
    with pghistory.context(user=ACTOR):
        Product.objects.filter(pk=product.pk).delete()
    assert [row.pgh_label for row in history(product)] == ["insert", "delete"]


def test_a_form_of_the_office_leaves_one_row_with_the_person(product: Product) -> None:
    person = builders.member(product.organization).user
    client = Client()
    client.force_login(person)
    page = f"/admin/catalog/product/{product.pk}/change/"
    with scope.fresh():
        sent = client.post(page, {"name": "New", "currency": "USD", "tax_category": "standard"})
        archived = client.post(f"/admin/catalog/product/{product.pk}/archive/")
    assert (sent.status_code, archived.status_code) == (302, 302)
    _, changed, archiving = history(product)
    assert changed.name == "New"
    assert changed.pgh_context.metadata == {"user": person.pk, "url": page}
    assert archiving.archived_at is not None
    assert archiving.pgh_context.metadata["user"] == person.pk


def test_a_program_leaves_one_row_with_its_key(product: Product) -> None:
    key, secret = accounts.create_api_key(
        organization=product.organization, name="CRM", role="admin", now=builders.SEPTEMBER
    )
    with scope.fresh():
        answer = Client().patch(
            f"/api/v1/products/{product.public_id}",
            '{"name": "New"}',
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
    assert answer.status_code == 200, answer.content
    _, changed = history(product)
    assert changed.name == "New"
    assert changed.pgh_context.metadata["api_key"] == key.public_id
    assert changed.pgh_context.metadata["user"] is None
