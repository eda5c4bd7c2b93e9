"""Owned rows are read for one organization, or not at all."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import Customer
from apps.catalog.models import Plan
from apps.invoicing.models import Invoice
from apps.tenancy import queries, scope
from apps.tenancy.models import Organization
from tests import builders


@pytest.fixture
def two(db: None) -> tuple[Customer, Customer]:
    """A customer of each of two organizations, with no scope open."""
    buyers = []
    for key in ("northwind", "southwind"):
        seller = builders.organization(key)
        with scope.of(seller):
            buyers.append(builders.customer(seller, f"Buyer of {key}"))
    return buyers[0], buyers[1]


def test_a_scope_shows_its_own_rows_alone(two: tuple[Customer, Customer]) -> None:
    mine, theirs = two
    with scope.of(mine.organization):
        assert list(Customer.objects.all()) == [mine]
        assert not Customer.objects.filter(pk=theirs.pk).exists()
        assert list(Organization.objects.all()) == [mine.organization]


@pytest.mark.parametrize("model", [Customer, Plan, Invoice, Organization])
def test_reading_without_a_scope_raises(db: None, model: type[Customer]) -> None:
    with pytest.raises(scope.Unscoped, match=model.__name__):
        model.objects.count()


def test_the_scope_of_another_organization_cannot_be_opened(two: tuple[Customer, Customer]) -> None:
    mine, theirs = two
    with scope.of(mine.organization):
        with pytest.raises(scope.CrossedScope), scope.of(theirs.organization):
            pass
        with pytest.raises(scope.CrossedScope):
            scope.activate(theirs.organization)
        assert list(Customer.objects.all()) == [mine]


def test_scopes_nest_and_close(two: tuple[Customer, Customer]) -> None:
    mine, theirs = two
    assert scope.current() is None
    with scope.of(mine.organization):
        with scope.of(mine.organization):
            assert scope.current() == mine.organization.pk
        with scope.everywhere():
            assert set(Customer.objects.all()) == {mine, theirs}
            with scope.of(theirs.organization):
                assert list(Customer.objects.all()) == [theirs]
        assert scope.current() == mine.organization.pk
        with scope.fresh():
            with pytest.raises(scope.Unscoped):
                Customer.objects.count()
            scope.activate(theirs.organization)
            assert list(Customer.objects.all()) == [theirs]
        assert list(Customer.objects.all()) == [mine]
    assert scope.current() is None


def test_a_scope_closes_when_its_work_fails(two: tuple[Customer, Customer]) -> None:
    for opened in (scope.of(two[0].organization), scope.everywhere(), scope.fresh()):
        with pytest.raises(ZeroDivisionError), opened:
            raise ZeroDivisionError
    assert scope.current() is None


def test_reverse_accessors_are_scoped(two: tuple[Customer, Customer]) -> None:
    mine, theirs = two
    with scope.of(theirs.organization):
        plan = builders.usage_offer(theirs.organization, base="10").plan
        assert plan.prices.count() == 1
    with scope.of(mine.organization):
        assert plan.prices.count() == 0
        assert plan.product.plans.count() == 0


def test_aggregates_bulk_writes_and_deletes_are_scoped(two: tuple[Customer, Customer]) -> None:
    mine, theirs = two
    with scope.of(mine.organization):
        assert Customer.objects.count() == 1
        assert Customer.objects.update(city="Lyon") == 1
        assert Customer.objects.filter(pk=theirs.pk).update(city="Lyon") == 0
    with scope.of(theirs.organization):
        assert Customer.objects.get().city == ""


def choosing() -> type[forms.ModelForm]:  # type: ignore[type-arg]
    """Make a form as Django makes it, with nothing done for tenancy."""
    return forms.modelform_factory(Invoice, fields=["customer"])


def test_a_plain_form_offers_and_accepts_own_rows_alone(two: tuple[Customer, Customer]) -> None:
    mine, theirs = two
    with scope.of(mine.organization):
        form = choosing()
        refusal = ["Select a valid choice. That choice is not one of the available choices."]
        assert form({"customer": theirs.pk}).errors["customer"] == refusal
        assert "customer" not in form({"customer": mine.pk}).errors
        assert "Buyer of southwind" not in str(form())
        assert "Buyer of northwind" in str(form())


def test_a_form_made_without_a_scope_fails_closed(db: None) -> None:
    with pytest.raises(scope.Unscoped):
        choosing()
    with pytest.raises(scope.Unscoped):
        forms.ModelChoiceField(queryset=Customer.objects.all())


def test_unique_checks_look_at_own_rows_alone(two: tuple[Customer, Customer]) -> None:
    mine, _ = two
    for buyer in two:
        with scope.of(buyer.organization):
            Customer.objects.update(external_id="crm-1")
    with scope.of(mine.organization):
        again = Customer(organization=mine.organization, name="B", email="b@b.example", currency="USD")
        again.external_id, again.created_at = "crm-1", builders.SEPTEMBER
        with pytest.raises(ValidationError):
            again.full_clean()


def test_the_machinery_reads_every_organization(two: tuple[Customer, Customer]) -> None:
    assert queries.organizations() == [buyer.organization for buyer in two]
    assert scope.current() is None
