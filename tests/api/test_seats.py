"""Programs assign the seats of a subscription."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.invoicing.lifecycle import starting
from apps.subscriptions.models import Seat, Subscription
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON, MakeProgram, move_clock


@pytest.fixture
def subscription(seller: Organization) -> Subscription:
    offer = builders.usage_offer(seller, key="team", base="12")
    buyer: Customer = builders.customer(seller, external_id="crm-7")
    return starting.start(organization=seller, customer=buyer, plan=offer.plan, now=NOON, quantity=Decimal(3))


def address(subscription: Subscription) -> str:
    return f"subscriptions/{subscription.public_id}/seats"


def test_seats_are_assigned_and_listed(keeper: Program, subscription: Subscription) -> None:
    answer = keeper.post(address(subscription), {"assign": ["user-1", "user-2"]})
    assert (answer.status_code, answer.json()) == (201, {"bought": 3, "assigned": 2, "left": 1})
    listed = keeper.get(address(subscription)).json()
    assert (listed["next"], listed["seats"]) == (None, {"bought": 3, "assigned": 2, "left": 1})
    assert [(seat["grantee"], seat["unassigned_at"]) for seat in listed["results"]] == [
        ("user-2", None),
        ("user-1", None),
    ]
    assert listed["results"][0]["assigned_at"] == "2026-09-10T12:00:00Z"
    assert AuditEntry.objects.get(verb="seats changed").actor.startswith("key_")


def test_all_kinds_of_changes_in_one_call(keeper: Program, subscription: Subscription, seller: Organization) -> None:
    keeper.post(address(subscription), {"assign": ["a", "b"]})
    move_clock(seller, NOON + timedelta(hours=1))
    sent = {"assign": ["c"], "unassign": ["a"], "replace": [{"from": "b", "to": "d"}]}
    assert keeper.post(address(subscription), sent).json()["assigned"] == 2
    now = keeper.get(address(subscription)).json()["results"]
    assert {seat["grantee"] for seat in now} == {"c", "d"}
    ever = keeper.get(address(subscription), ended="true").json()["results"]
    assert {seat["grantee"]: seat["unassigned_at"] for seat in ever}["a"] == "2026-09-10T13:00:00Z"
    of_a = keeper.get(address(subscription), ended="true", grantee="a").json()["results"]
    assert [seat["grantee"] for seat in of_a] == ["a"]


def test_a_page_leads_to_the_next(keeper: Program, subscription: Subscription) -> None:
    keeper.post(address(subscription), {"assign": ["a", "b", "c"]})
    first = keeper.get(address(subscription), limit="2").json()
    cursor = first["next"].partition("cursor=")[2]
    second = keeper.get(address(subscription), limit="2", cursor=cursor).json()
    assert [seat["grantee"] for seat in (*first["results"], *second["results"])] == ["c", "b", "a"]


def test_a_repeat_under_one_key_is_done_once(keeper: Program, subscription: Subscription) -> None:
    sent = {"assign": ["a"]}
    first = keeper.post(address(subscription), sent, Idempotency_Key="k-1")
    again = keeper.post(address(subscription), sent, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    assert Seat.objects.count() == 1
    other = keeper.post(address(subscription), {"assign": ["b"]}, Idempotency_Key="k-1")
    assert fault(other) == (409, "key_used_differently", "Idempotency-Key")


def test_more_than_bought_are_refused(keeper: Program, subscription: Subscription) -> None:
    answer = keeper.post(address(subscription), {"assign": ["a", "b", "c", "d"]})
    assert fault(answer) == (409, "no_seat_left", "assign")
    assert not Seat.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "assign"),
        ({"assign": []}, "assign"),
        ({"assign": "user-1"}, "assign"),
        ({"assign": [1]}, "assign.0"),
        ({"unassign": [""]}, "unassign.0"),
        ({"assign": ["x" * 201]}, "assign.0"),
        ({"assign": ["x"] * 501}, "assign"),
        ({"replace": [{"from": "a"}]}, "replace.0.to"),
        ({"replace": [{"from": "a", "to": "b", "at": "now"}]}, "replace.0.at"),
        ({"seats": ["a"]}, "seats"),
    ],
)
def test_bad_input_names_its_member(keeper: Program, subscription: Subscription, sent: Any, field: str) -> None:
    status, _, named = fault(keeper.post(address(subscription), sent))
    assert (status, named) == (400, field)


def test_who_may_only_read_assigns_nothing(program_as: MakeProgram, subscription: Subscription) -> None:
    for role in ("viewer", "developer"):
        program = program_as(role)
        assert program.get(address(subscription)).status_code == 200
        assert program.post(address(subscription), {"assign": ["a"]}).status_code == 403


def test_a_list_takes_few_queries(
    keeper: Program, subscription: Subscription, django_assert_max_num_queries: Any
) -> None:
    keeper.post(address(subscription), {"assign": ["a", "b", "c"]})
    with django_assert_max_num_queries(8):
        keeper.get(address(subscription))
