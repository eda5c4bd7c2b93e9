"""Reading usage: events, records of periods, current usage, and taking an event back."""

from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.models import Customer, Role
from apps.catalog.models import Metric
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import MakeProgram, move_clock
from tests.builders import OCTOBER

LINE = {"customer": "crm-1", "metric": "coaching-metric"}


@pytest.fixture(autouse=True)
def _subscribed(buyer: Customer) -> None:
    """Every test has a customer with a usage item."""


def record(program: Program, quantity: str = "1", **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = program.post("usage", {**LINE, "quantity": quantity, **more}).json()
    return answer


def test_events_are_listed_the_last_recorded_first_a_page_at_a_time(program: Program) -> None:
    made = [record(program, str(n))["id"] for n in range(1, 6)]
    first = program.get("usage", limit="2").json()
    second = program.get("usage", limit="2", cursor=first["results"][-1]["id"]).json()
    assert [each["id"] for each in first["results"] + second["results"]] == made[:0:-1]
    assert first["next"].endswith(f"cursor={made[3]}")


def test_events_are_filtered(program: Program, seller: Organization, buyer: Customer) -> None:
    early = record(program, occurred_at="2026-09-02T00:00:00Z", idempotency_key="early")
    late = record(program, occurred_at="2026-09-08T00:00:00Z")
    other = builders.customer(seller, "Contoso", external_id="crm-2")
    builders.subscribed(other, builders.usage_offer(seller, key="storage"))
    theirs = program.post("usage", {"customer": "crm-2", "add_on": "storage-use", "quantity": "1"}).json()

    def listed(**query: str) -> list[str]:
        return [each["id"] for each in program.get("usage", **query).json()["results"]]

    assert listed(customer="crm-1") == listed(customer=buyer.public_id) == [late["id"], early["id"]]
    assert listed(item=theirs["item"]) == listed(add_on="storage-use") == listed(metric="storage-metric")
    assert listed(customer="crm-2") == [theirs["id"]]
    assert listed(customer="nobody") == []
    assert listed(occurred_from="2026-09-08T00:00:00Z", customer="crm-1") == [late["id"]]
    assert listed(occurred_before="2026-09-08T00:00:00Z") == [early["id"]]
    assert listed(late="true") == []
    assert listed(idempotency_key="early") == [early["id"]]
    assert fault(program.get("usage", colour="red"))[:2] == (400, "unknown")
    assert fault(program.get("usage", occurred_from="yesterday")) == (400, "invalid", "occurred_from")


def test_one_event_is_read_by_its_id(program: Program) -> None:
    made = record(program)
    assert program.get(f"usage/{made['id']}").json() == made
    assert fault(program.get("usage/evt_00000000000000000000"))[:2] == (404, "not_found")


def test_an_event_is_taken_back_by_an_event_that_names_it(program: Program) -> None:
    made = record(program, "3")
    response = program.post(f"usage/{made['id']}/reverse", {"reason": "entered twice"})
    reversal = response.json()
    assert response.status_code == 201
    assert (reversal["reverses"], reversal["note"], reversal["quantity"]) == (made["id"], "entered twice", "3")
    assert reversal["occurred_at"] == made["occurred_at"]
    assert program.get(f"usage/{made['id']}").json()["reversed_by"] == reversal["id"]
    assert [each["id"] for each in program.get("usage").json()["results"]] == [reversal["id"], made["id"]]
    (current,) = program.get("usage/current", customer="crm-1").json()["results"]
    assert (current["quantity"], current["event_count"]) == ("0", 0)


def test_a_repeat_of_an_event_that_was_taken_back_says_so(program: Program) -> None:
    made = record(program, idempotency_key="k")
    reversal = program.post(f"usage/{made['id']}/reverse", {"reason": "wrong"}).json()
    assert record(program, idempotency_key="k") == {**made, "reversed_by": reversal["id"]}


def test_an_event_is_taken_back_once_and_a_reversal_never(program: Program) -> None:
    made = record(program)
    first = program.post(f"usage/{made['id']}/reverse", {"reason": "wrong"})
    again = program.post(f"usage/{made['id']}/reverse", {"reason": "wrong"})
    assert fault(again)[:2] == (409, "already_reversed")
    assert again.json()["reversal"] == first.json()["id"]
    assert fault(program.post(f"usage/{first.json()['id']}/reverse", {"reason": "x"}))[:2] == (400, "is_reversal")
    assert Event.objects.count() == 2


def test_a_reversal_may_be_repeated_under_its_key(program: Program) -> None:
    path = f"usage/{record(program)['id']}/reverse"
    first = program.post(path, {"reason": "wrong"}, Idempotency_Key="back-1")
    again = program.post(path, {"reason": "wrong", "idempotency_key": "back-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = program.post(path, {"reason": "other"}, Idempotency_Key="back-1")
    assert fault(other) == (409, "key_used_differently", "idempotency_key")


@pytest.mark.parametrize(("body", "code"), [({}, "required"), ({"reason": " "}, "blank"), ({"reason": 7}, "invalid")])
def test_a_reversal_says_why(program: Program, body: dict[str, Any], code: str) -> None:
    path = f"usage/{record(program)['id']}/reverse"
    assert fault(program.post(path, body)) == (400, code, "reason")
    assert Event.objects.count() == 1


def test_who_may_only_read_takes_nothing_back(program: Program, program_as: MakeProgram) -> None:
    viewer = program_as(Role.VIEWER)
    made = record(program)
    assert viewer.post(f"usage/{made['id']}/reverse", {"reason": "x"}).status_code == 403
    assert viewer.get("usage").status_code == viewer.get("usage-records").status_code == 200


def test_records_tell_what_periods_measured_and_what_of_it_came_late(program: Program, seller: Organization) -> None:
    record(program, "3")
    builders.close(seller, OCTOBER)
    move_clock(seller, OCTOBER + timedelta(days=3))
    record(program, "2", occurred_at="2026-09-20T00:00:00Z")
    record(program, "7")
    october, september = program.get("usage-records", customer="crm-1").json()["results"]
    assert (september["status"], september["quantity"], september["late_quantity"]) == ("recorded", "5", "2")
    assert (october["status"], october["quantity"], october["late_quantity"]) == ("current", "7", "0")
    assert (september["ends_at"], september["add_on"]) == ("2026-10-01T00:00:00Z", "coaching-use")
    assert [each["id"] for each in program.get("usage-records", status="recorded").json()["results"]] == [
        september["id"]
    ]
    (current,) = program.get("usage/current", item=october["item"]).json()["results"]
    assert current == october


@pytest.mark.parametrize(
    ("aggregation", "quantity", "late"), [("max", "9", "2"), ("latest", "9", "2"), ("count", "2", "1")]
)
def test_the_late_quantity_is_what_late_usage_made_of_the_whole(
    program: Program, seller: Organization, aggregation: str, quantity: str, late: str
) -> None:
    Metric.objects.update(aggregation=aggregation)
    record(program, "7")
    builders.close(seller, OCTOBER)
    move_clock(seller, OCTOBER + timedelta(days=3))
    record(program, "9", occurred_at="2026-09-20T00:00:00Z")
    (september,) = program.get("usage-records", status="recorded").json()["results"]
    assert (september["quantity"], september["late_quantity"]) == (quantity, late)


def test_current_usage_is_asked_of_somebody(program: Program) -> None:
    assert fault(program.get("usage/current")) == (400, "required", "customer")
    assert program.get("usage/current", customer="nobody").json() == {"results": []}


def test_lists_cost_the_same_whatever_they_hold(
    program: Program, seller: Organization, django_assert_max_num_queries: Any
) -> None:
    for n in range(4):
        made = record(program, str(n + 1))
    program.post(f"usage/{made['id']}/reverse", {"reason": "x"})
    with django_assert_max_num_queries(4):
        program.get("usage")
    with django_assert_max_num_queries(4):
        program.get("usage-records")
