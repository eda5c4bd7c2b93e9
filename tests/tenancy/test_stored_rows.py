"""Stored rows of organizations are what Django would make of them."""

import pytest
from django.db import models

from apps.accounts.models import Customer
from apps.tenancy.models import Organization
from tests import builders


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller, cc_emails=["books@fabrikam.example"], country="US")


def test_a_stored_row_is_the_one_that_django_makes(buyer: Customer) -> None:
    names = [field.attname for field in Customer._meta.concrete_fields]
    values = [getattr(buyer, name) for name in names]
    made = Customer.from_db("default", names, values)
    plain = models.Model.from_db.__func__(Customer, "default", names, values)  # type: ignore[attr-defined]
    assert {name: getattr(made, name) for name in names} == {name: getattr(plain, name) for name in names}
    assert (made, made._state.adding, made._state.db) == (plain, plain._state.adding, plain._state.db)


def test_it_is_changed_and_saved_like_any_other(buyer: Customer) -> None:
    held = Customer.objects.select_related("organization").get(pk=buyer.pk)
    held.name = "Fabrikam Ltd"
    held.save()
    held.refresh_from_db()
    assert (held.name, held.organization, held.cc_emails) == ("Fabrikam Ltd", buyer.organization, buyer.cc_emails)


def test_columns_that_are_left_for_later_are_read_then(buyer: Customer) -> None:
    held = Customer.objects.only("name").get(pk=buyer.pk)
    assert held.get_deferred_fields()
    assert held.country == "US"
    assert Customer.objects.defer("name").get(pk=buyer.pk).name == buyer.name
