"""GET /api/v1/invoices/preview: the next invoice as it stands, and projected."""

from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.invoicing.models import Invoice
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import move_clock
from tests.builders import SEPTEMBER


@pytest.fixture
def subscription(buyer: Customer) -> Subscription:
    return Subscription.objects.get(customer=buyer)


def test_it_tells_what_stands_and_what_will_be(
    program: Program, seller: Organization, subscription: Subscription
) -> None:
    program.post("usage", {"customer": "crm-1", "metric": "coaching-metric", "quantity": "3"})
    move_clock(seller, SEPTEMBER.replace(day=16))
    answer = program.get("invoices/preview", subscription=subscription.public_id).json()
    assert (answer["total"], answer["bills_at"], answer["currency"]) == ("330.00", "2026-10-01T00:00:00Z", "USD")
    assert [(line["kind"], line["amount"]) for line in answer["lines"]] == [("usage", "285.00"), ("setup", "45.00")]
    assert answer["lines"][0]["steps"][0]["words"] == "3 × 95 = 285"
    assert (answer["projected"]["total"], answer["projected"]["kept"]) == ("615.00", [])
    assert answer["projected"]["lines"][0]["quantity"] == "6"
    assert not Invoice.objects.exists()


def test_another_subscription_is_not_found(
    program: Program, subscription: Subscription, other_seller: Organization
) -> None:
    with scope.fresh(), scope.of(other_seller):
        other = builders.subscribed(builders.customer(other_seller), builders.usage_offer(other_seller))
    for asked in (other.public_id, "sub_nothing"):
        refused = program.get("invoices/preview", subscription=asked)
        assert fault(refused) == (400, "unknown_subscription", "subscription")
    assert fault(program.get("invoices/preview"))[2] == "subscription"


def test_where_nothing_is_ever_due_it_says_so(program: Program, subscription: Subscription) -> None:
    Subscription.objects.update(next_boundary_at=None, bills_at=None)
    refused = program.get("invoices/preview", subscription=subscription.public_id)
    assert fault(refused)[:2] == (409, "nothing_due")


def test_it_costs_few_queries(program: Program, subscription: Subscription, django_assert_max_num_queries: Any) -> None:
    program.post("usage", {"customer": "crm-1", "metric": "coaching-metric", "quantity": "3"})
    with django_assert_max_num_queries(36):
        program.get("invoices/preview", subscription=subscription.public_id)
