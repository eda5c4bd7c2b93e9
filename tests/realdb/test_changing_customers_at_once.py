"""A customer is changed or archived while it is put on a plan, each over a connection of its own."""

from functools import partial

import pytest

from apps.accounts.models import Customer
from apps.core.refusals import Refusal
from apps.invoicing import customers
from apps.subscriptions.models import Subscription
from apps.subscriptions.operations import archiving
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import SEPTEMBER, Offer
from tests.committing import at_once

WHO = "owner@northwind.example"
ROUNDS = 5


@pytest.fixture
def offer(seller: Organization) -> Offer:
    return builders.usage_offer(seller)


def test_it_is_archived_or_put_on_a_plan_never_both(seller: Organization, offer: Offer) -> None:
    for number in range(ROUNDS):
        buyer = builders.customer(seller, f"Customer {number}")
        results = at_once(
            partial(archiving.archive, customer=buyer, actor=WHO, now=SEPTEMBER),
            partial(builders.subscribed, buyer, offer),
        )
        refused = [result.code for result in results if isinstance(result, Refusal)]
        assert refused in (["has_subscriptions"], ["customer_archived"])
        buyer.refresh_from_db()
        assert (buyer.archived_at is None) == Subscription.objects.filter(customer=buyer).exists()


def test_a_subscription_starts_in_the_currency_that_the_customer_then_has(seller: Organization, offer: Offer) -> None:
    for number in range(ROUNDS):
        buyer = builders.customer(seller, f"Customer {number}")
        results = at_once(
            partial(customers.change, customer=buyer, currency="EUR", actor=WHO, now=SEPTEMBER),
            partial(builders.subscribed, buyer, offer),
        )
        refused = [result.code for result in results if isinstance(result, Refusal)]
        assert refused in (["currency_in_use"], ["no_price"])
        currency = Customer.objects.get(pk=buyer.pk).currency
        assert all(held.currency == currency for held in Subscription.objects.filter(customer=buyer))
