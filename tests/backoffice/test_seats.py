"""The page of a subscription's seats."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.invoicing.lifecycle import ending, starting
from apps.subscriptions import operations
from apps.subscriptions.models import Seat, Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.builders import SEPTEMBER


@pytest.fixture
def subscription(office: Organization) -> Subscription:
    with scope.of(office):
        offer = builders.usage_offer(office, base="12")
        buyer = builders.customer(office)
        return starting.start(organization=office, customer=buyer, plan=offer.plan, now=SEPTEMBER, quantity=Decimal(3))


def address(subscription: Subscription) -> str:
    return f"/admin/subscriptions/seat/of-subscription/{subscription.pk}/"


def text(client: Client, subscription: Subscription) -> str:
    return client.get(address(subscription)).content.decode()


def seated(office: Organization) -> list[str]:
    with scope.of(office):
        return sorted(Seat.objects.filter(unassigned_at__isnull=True).values_list("grantee", flat=True))


def test_seats_are_assigned_by_lines_and_taken_away(
    owner: Client, office: Organization, subscription: Subscription
) -> None:
    assert "0 of 3 seats assigned" in text(owner, subscription)
    answer = owner.post(address(subscription), {"grantees": " ann \r\n\r\nbob\n"}, follow=True)
    assert "2 seats are assigned." in answer.content.decode()
    assert seated(office) == ["ann", "bob"]
    answer = owner.post(address(subscription), {"take_away": "ann"}, follow=True)
    assert "The seat of ann is taken away." in answer.content.decode()
    assert "1 of 3 seats assigned" in text(owner, subscription)


def test_a_refusal_stands_at_the_field_and_keeps_what_was_typed(
    owner: Client, office: Organization, subscription: Subscription
) -> None:
    answer = owner.post(address(subscription), {"grantees": "a\nb\nc\nd"}).content.decode()
    assert "3 seats are bought, and 0 assigned: 3 left for 4 more. Buy more first." in answer
    assert "a\nb\nc\nd" in answer
    assert "This field is required" in owner.post(address(subscription), {"grantees": " \n"}).content.decode()
    assert seated(office) == []


def test_taken_away_twice_it_says_so(owner: Client, subscription: Subscription) -> None:
    answer = owner.post(address(subscription), {"take_away": "ann"}, follow=True)
    assert "No seat is assigned to ann." in answer.content.decode()


def test_after_the_end_nobody_can_be_added(owner: Client, office: Organization, subscription: Subscription) -> None:
    with scope.of(office):
        operations.change_seats(subscription=subscription, now=SEPTEMBER, actor="it", assign=["ann"])
        ending.cancel(subscription=subscription, now=SEPTEMBER, actor="it", when="now")
    shown = text(owner, subscription)
    assert "nobody can be given a seat" in shown and "Take away" in shown and "<textarea" not in shown


def test_who_only_reads_sees_and_changes_nothing(sign_in: SignIn, subscription: Subscription) -> None:
    viewer = sign_in("viewer")
    shown = text(viewer, subscription)
    assert "0 of 3 seats assigned" in shown and "<textarea" not in shown
    assert viewer.post(address(subscription), {"grantees": "ann"}).status_code == 403


def test_the_list_finds_a_grantee(owner: Client, office: Organization, subscription: Subscription) -> None:
    owner.post(address(subscription), {"grantees": "ann\nbob"})
    found = owner.get("/admin/subscriptions/seat/", {"q": "ann"}).content.decode()
    assert "Fabrikam" in found and "bob" not in found


def test_the_page_takes_as_many_queries_for_many_seats(
    owner: Client, office: Organization, subscription: Subscription, django_assert_max_num_queries: Any
) -> None:
    with scope.of(office):
        free = builders.usage_offer(office, key="free")
        many = builders.subscribed(builders.customer(office, "Adventure"), free, now=SEPTEMBER)
        operations.change_seats(
            subscription=many, now=SEPTEMBER, actor="it", assign=[f"user-{number}" for number in range(300)]
        )
    with django_assert_max_num_queries(16):
        shown = text(owner, many)
    assert "300 seats are assigned." in shown and "These are the 200 that were assigned last" in shown
