"""Preview next invoice: as it stands and projected, side by side, and a word for what cannot be projected."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Customer
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address, text
from tests.builders import SEPTEMBER


@pytest.fixture
def office(db: None) -> Organization:
    """An organization in the middle of September."""
    return builders.organization(mode="test", clock_at=SEPTEMBER + timedelta(days=15))


def buyer(office: Organization, *quantities: str, **offered: Any) -> Customer:
    with scope.of(office):
        customer, offer = builders.customer(office), builders.usage_offer(office, **offered)
        builders.subscribed(customer, offer)
        for quantity in quantities:
            builders.used(customer, offer, quantity, at=SEPTEMBER + timedelta(days=3))
    return customer


def page(owner: Client, customer: Customer) -> str:
    return text(owner.get(address("accounts_customer_next_invoice", customer.pk)))


def test_it_stands_beside_what_it_will_be(owner: Client, office: Organization) -> None:
    shown = page(owner, buyer(office, "3"))
    assert "As it stands: $285.00" in shown
    assert "Projected: $570.00" in shown
    assert "6 calls $95.00 $570.00" in shown


def test_what_is_the_same_is_shown_once(owner: Client, office: Organization) -> None:
    shown = page(owner, buyer(office, "3", "1", aggregation="max"))
    assert "Projected to the end of its periods it is the same." in shown
    assert "Not projected: Coaching call: the greatest value so far stays." in shown
    assert "As it stands" not in shown


def test_more_than_an_invoice_can_say_is_said(owner: Client, office: Organization) -> None:
    huge = {"model": "per_unit", "unit_amount": "500"}
    shown = page(owner, buyer(office, "99999999999999", form=huge))
    assert "it would come to more than an invoice can say" in shown
