"""The whole life of a subscription through the API, each answer held against the published description."""

from decimal import Decimal
from typing import Any

import pytest

from apps.invoicing.models import Invoice
from apps.outbox.models import Message
from apps.subscriptions.models import Subscription
from apps.tenancy.models import AuditEntry, Organization
from tests.api.calling import Program, fault
from tests.api.conftest import move_clock
from tests.lifecycle import worlds
from tests.lifecycle.worlds import day, item_of


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


@pytest.fixture
def started(keeper: Program, world: worlds.World) -> dict[str, Any]:
    """A subscription to the basic plan from 1 September on, seen on the sixteenth."""
    move_clock(world.seller, day("2026-09-01"))
    answer = keeper.post("subscriptions", {"customer": world.buyer.public_id, "plan": "basic"})
    assert answer.status_code == 201, answer.content
    move_clock(world.seller, day("2026-09-16"))
    return dict(answer.json()["subscription"])


def test_one_is_started_with_what_it_costs_at_once(
    keeper: Program, world: worlds.World, started: dict[str, Any]
) -> None:
    invoice = Invoice.objects.get()
    assert (started["status"], started["plan"]["key"], started["next_invoice_at"]) == (
        "active",
        "basic",
        "2026-10-01T00:00:00Z",
    )
    assert invoice.total.text() == "30.00"
    shown = keeper.get(f"subscriptions/{started['id']}").json()
    assert [(item["add_on"] and item["add_on"]["key"], item["quantity"]) for item in shown["items"]] == [
        (None, "1"),
        ("basic-use", None),
    ]
    assert shown["planned_change"] is None
    (period,) = shown["items"][0]["periods"]
    assert (period["starts_at"], period["ends_at"], period["status"], period["billable"]) == (
        "2026-09-01T00:00:00Z",
        "2026-10-01T00:00:00Z",
        "current",
        True,
    )


def test_the_same_key_starts_one_only(keeper: Program, world: worlds.World) -> None:
    body = {"customer": world.buyer.public_id, "plan": "basic"}
    first = keeper.post("subscriptions", body, Idempotency_Key="order-7")
    again = keeper.post("subscriptions", body, Idempotency_Key="order-7")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Subscription.objects.count() == Invoice.objects.count() == 1
    other = keeper.post("subscriptions", {**body, "plan": "pro"}, Idempotency_Key="order-7")
    assert fault(other)[0] == 409


def test_a_start_ahead_with_add_ons_and_seats(keeper: Program, world: worlds.World) -> None:
    body = {
        "customer": world.buyer.public_id,
        "plan": world.pro.public_id,
        "add_ons": ["support"],
        "quantity": "3",
        "starts_at": "2026-12-01T00:00:00Z",
        "alignment": "calendar",
    }
    answer = keeper.post("subscriptions", body).json()
    assert (answer["subscription"]["status"], answer["invoice"]) == ("scheduled", None)
    assert answer["takes_effect_at"] == "2026-12-01T00:00:00Z"


def test_a_preview_says_what_an_upgrade_costs_and_does_nothing(keeper: Program, started: dict[str, Any]) -> None:
    told = keeper.post(f"subscriptions/{started['id']}/change-plan", {"plan": "pro", "preview": True})
    assert told.status_code == 200
    answer = told.json()
    assert answer["preview"] is True
    assert answer["invoice"]["total"] == "45.00"
    assert [(line["description"], line["amount"]) for line in answer["invoice"]["lines"]] == [("Pro plan", "45.00")]
    assert [(note["total"], note["lines"][0]["description"]) for note in answer["credit_notes"]] == [
        ("15.00", "Basic plan")
    ]
    assert answer["subscription"]["plan"]["key"] == "pro"
    assert (Invoice.objects.count(), Subscription.objects.get().plan.key) == (1, "basic")


def test_an_upgrade_costs_what_its_preview_said(keeper: Program, started: dict[str, Any]) -> None:
    address = f"subscriptions/{started['id']}/change-plan"
    foreseen = keeper.post(address, {"plan": "pro", "preview": True}).json()
    done = keeper.post(address, {"plan": "pro", "reason": "they grow"}, Idempotency_Key="up-1")
    again = keeper.post(address, {"plan": "pro", "reason": "they grow"}, Idempotency_Key="up-1")
    assert (done.status_code, again.status_code, done.json()) == (200, 200, again.json())
    assert done.json()["invoice"]["total"] == foreseen["invoice"]["total"]
    assert done.json()["invoice"]["number"] == foreseen["invoice"]["number"]
    assert AuditEntry.objects.get(verb="plan changed").summary == "From Basic plan to Pro plan. Reason: they grow"


def test_a_change_at_the_end_of_the_cycle_is_shown_and_taken_back(keeper: Program, started: dict[str, Any]) -> None:
    address = f"subscriptions/{started['id']}"
    answer = keeper.post(f"{address}/change-plan", {"plan": "pro", "when": "period_end"}).json()
    assert answer["takes_effect_at"] == "2026-10-01T00:00:00Z"
    assert keeper.get(address).json()["planned_change"]["plan"]["key"] == "pro"
    keeper.post(f"{address}/reactivate", {})
    assert keeper.get(address).json()["planned_change"] is None


def test_cancel_and_reactivate(keeper: Program, started: dict[str, Any]) -> None:
    address = f"subscriptions/{started['id']}"
    canceled = keeper.post(f"{address}/cancel", {"reason": "too dear"}).json()
    assert (canceled["subscription"]["status"], canceled["subscription"]["ends_at"]) == (
        "active",
        "2026-10-01T00:00:00Z",
    )
    back = keeper.post(f"{address}/reactivate", {}).json()
    assert back["subscription"]["ends_at"] is None
    now = keeper.post(f"{address}/cancel", {"when": "now", "proration": "prorate"}).json()
    assert (now["subscription"]["status"], now["credit_notes"][0]["total"]) == ("canceled", "15.00")
    assert fault(keeper.post(f"{address}/cancel", {"when": "now"})) == (409, "ended", "status")


def test_pause_resume_suspend_and_restore(keeper: Program, started: dict[str, Any]) -> None:
    address = f"subscriptions/{started['id']}"
    standing = [
        keeper.post(f"{address}/{verb}", {}).json()["subscription"]["status"]
        for verb in ("suspend", "restore", "pause", "resume")
    ]
    assert standing == ["suspended", "active", "paused", "active"]
    told = set(Message.objects.filter(topic__startswith="subscription.").values_list("topic", flat=True))
    assert told == {f"subscription.{verb}" for verb in ("started", "suspended", "restored", "paused", "resumed")}


def test_items_are_added_counted_and_removed(keeper: Program, world: worlds.World, started: dict[str, Any]) -> None:
    added = keeper.post(f"subscriptions/{started['id']}/items", {"add_on": "support", "quantity": "2"})
    assert (added.status_code, added.json()["invoice"]["total"]) == (201, "12.00")
    support = item_of(Subscription.objects.get(), world.support)
    more = keeper.post(f"items/{support.public_id}/quantity", {"quantity": "4", "invoice_now": True})
    assert more.json()["invoice"]["total"] == "12.00"
    (shown,) = [item for item in more.json()["subscription"]["items"] if item["id"] == support.public_id]
    assert shown["quantity"] == "4"
    gone = keeper.post(f"items/{support.public_id}/remove", {"when": "now", "proration": "prorate"})
    assert sum(Decimal(note["total"]) for note in gone.json()["credit_notes"]) == 24


def test_the_list_is_narrowed(keeper: Program, world: worlds.World, started: dict[str, Any]) -> None:
    def found(**query: str) -> list[str]:
        return [row["id"] for row in keeper.get("subscriptions", **query).json()["results"]]

    assert found(customer=world.buyer.public_id, plan="basic", status="active", parked="false") == [started["id"]]
    assert found(plan="pro") == found(status="canceled") == found(parked="true") == []


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("subscriptions", {"customer": "nobody", "plan": "basic"}, (400, "unknown_customer", "customer")),
        ("subscriptions", {"customer": "{buyer}", "plan": "none"}, (400, "unknown_plan", "plan")),
        (
            "subscriptions",
            {"customer": "{buyer}", "plan": "pro", "add_ons": ["no"]},
            (400, "unknown_add_ons", "add_ons"),
        ),
        ("subscriptions", {"customer": "{buyer}", "plan": "basic"}, (400, "on_this_plan", "plan")),
        (
            "subscriptions",
            {"customer": "{buyer}", "plan": "pro", "quantity": "0"},
            (400, "quantity_out_of_range", "quantity"),
        ),
        (
            "subscriptions",
            {"customer": "{buyer}", "plan": "pro", "starts_at": "2020-01-01T00:00:00Z"},
            (400, "starts_too_early", "starts_at"),
        ),
        ("subscriptions/{id}/change-plan", {"plan": "basic"}, (400, "same_plan", "plan")),
        ("subscriptions/{id}/change-plan", {"plan": "pro", "when": "soon"}, (400, "invalid_choice", "when")),
        ("subscriptions/{id}/cancel", {"now": True}, (400, "unknown", "now")),
        ("subscriptions/{id}/items", {"add_on": "basic-use"}, (409, "item_exists", "add_on")),
        ("subscriptions/{id}/resume", {}, (409, "not_paused", "status")),
        ("items/{base}/remove", {}, (400, "base_fee", "item")),
        ("items/{base}/quantity", {"quantity": "none"}, (400, "invalid_number", "quantity")),
    ],
)
def test_what_cannot_be_done_names_the_member(
    keeper: Program,
    world: worlds.World,
    started: dict[str, Any],
    path: str,
    body: dict[str, Any],
    expected: tuple[int, str, str],
) -> None:
    named = {"id": started["id"], "buyer": world.buyer.public_id, "base": item_of(Subscription.objects.get()).public_id}
    sent = {name: value.format(**named) if isinstance(value, str) else value for name, value in body.items()}
    assert fault(keeper.post(path.format(**named), sent)) == expected
    assert Invoice.objects.count() == 1


def test_the_number_of_queries_does_not_grow(
    keeper: Program, world: worlds.World, started: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        keeper.post("subscriptions", {"customer": world.buyer.public_id, "plan": "pro", "again": True})
    with django_assert_max_num_queries(2):
        assert len(keeper.get("subscriptions").json()["results"]) == 6
    with django_assert_max_num_queries(8):
        keeper.get(f"subscriptions/{started['id']}")
    address = f"subscriptions/{started['id']}/change-plan"
    with django_assert_max_num_queries(95):
        keeper.post(address, {"plan": "pro"})
