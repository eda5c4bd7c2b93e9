"""Customers in the office: changed by the rules of the API, put away, taken back, and their history."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Customer, Role
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, said, text

SENT = {"name": "Fabrikam", "email": "pay@fabrikam.example", "currency": "USD", "tax_category": "standard"}


@pytest.fixture
def buyer(office: Organization) -> Customer:
    with scope.of(office):
        return builders.customer(office, email="pay@fabrikam.example")


def put(owner: Client, buyer: Customer, **changes: Any) -> Any:
    return owner.post(address("accounts_customer_change", buyer.pk), {**SENT, **changes})


def test_a_change_is_told_on_the_history_tab(owner: Client, buyer: Customer) -> None:
    assert put(owner, buyer, name="Contoso", city="Oslo").status_code == 302
    page = text(owner.get(address("accounts_customer_history", buyer.pk)))
    assert "owner@northwind.example Contoso changed name: Fabrikam → Contoso city: nothing → Oslo" in page


def test_the_currency_changes_until_something_is_subscribed(
    owner: Client, buyer: Customer, office: Organization
) -> None:
    assert put(owner, buyer, currency="EUR").status_code == 302
    with scope.of(office):
        buyer.refresh_from_db()
        assert buyer.currency == "EUR"
        assert put(owner, buyer, currency="USD").status_code == 302
        builders.subscribed(Customer.objects.get(), builders.usage_offer(office))
    assert put(owner, buyer, currency="EUR", name="Contoso").status_code == 302
    with scope.of(office):
        buyer.refresh_from_db()
    assert (buyer.currency, buyer.name) == ("USD", "Contoso")


def test_what_is_wrong_is_said_at_its_field(owner: Client, buyer: Customer, office: Organization) -> None:
    with scope.of(office):
        builders.customer(office, "Other", external_id="crm-1")
    response = put(owner, buyer, external_id="crm-1", locale="xx_YY", country="gb")
    assert errors(response) == {
        "external_id": ["Another customer has this external id."],
        "locale": ["This is no known locale. Write it like en_GB or de_DE."],
        "country": ["Use the two-letter country code, such as US."],
    }


def test_a_customer_is_put_away_and_taken_back(owner: Client, buyer: Customer) -> None:
    assert "Archive" in text(owner.get(address("accounts_customer_change", buyer.pk)))
    asked = owner.get(address("accounts_customer_archive", buyer.pk))
    assert "cannot start on a plan until you restore it" in text(asked)
    done = owner.post(address("accounts_customer_archive", buyer.pk))
    assert said(done) == ["Fabrikam is archived."]
    assert "archived since" in text(owner.get(address("accounts_customer_subscription", buyer.pk)))
    listed = address("accounts_customer_changelist")
    assert "Fabrikam" in text(owner.get(listed, {"archived": "yes"}))
    assert "pay@fabrikam.example" not in text(owner.get(listed, {"archived": "no"}))
    assert said(owner.post(address("accounts_customer_restore", buyer.pk)))[-1] == "Fabrikam is restored."
    history = text(owner.get(address("accounts_customer_history", buyer.pk)))
    assert "Fabrikam restored" in history
    assert "Fabrikam archived" in history


def test_nobody_on_a_plan_is_put_away(owner: Client, buyer: Customer, office: Organization) -> None:
    with scope.of(office):
        held = builders.subscribed(buyer, builders.usage_offer(office))
    done = owner.post(address("accounts_customer_archive", buyer.pk))
    assert said(done) == [f"Fabrikam is on Coaching plan ({held.public_id}). Cancel that first."]
    with scope.of(office):
        buyer.refresh_from_db()
    assert buyer.archived_at is None


def test_an_archived_customer_starts_on_no_plan(owner: Client, buyer: Customer, office: Organization) -> None:
    with scope.of(office):
        plan = builders.usage_offer(office).plan
    owner.post(address("accounts_customer_archive", buyer.pk))
    sent = {"plan": plan.public_id, "starts_on": "2026-11-25"}
    page = owner.post(address("accounts_customer_start_subscription", buyer.pk), sent)
    assert "Fabrikam is archived. Restore it first." in text(page)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DEVELOPER])
def test_who_may_only_read_puts_nobody_away(sign_in: SignIn, buyer: Customer, role: str) -> None:
    client = sign_in(role)
    for deed in ("archive", "restore"):
        assert client.post(address(f"accounts_customer_{deed}", buyer.pk)).status_code == 403
    assert "Archive" not in text(client.get(address("accounts_customer_usage", buyer.pk)))
