"""Limits and alerts for programs: at an item and as defaults, what refuses an event, and what usage says of them."""

from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.subscriptions.models import Item
from apps.tenancy.models import Organization
from apps.usage.models import Alert, Event, Limit
from tests.api.calling import Program, fault
from tests.api.conftest import MakeProgram

LINE = {"customer": "crm-1", "metric": "coaching-metric"}
PLACES = ["items/{item}", "add-ons/coaching-use", "plans/coaching/add-ons/coaching-use"]


@pytest.fixture
def admin(buyer: Customer, program_as: MakeProgram) -> Program:
    return program_as("admin")


def at(place: str, what: str) -> str:
    return f"{place.format(item=Item.objects.get(add_on__isnull=False).public_id)}/{what}"


def test_a_hard_limit_is_set_refuses_and_is_seen(admin: Program, program: Program) -> None:
    response = admin.put(at(PLACES[0], "limit"), {"kind": "hard", "quantity": "5.50"})
    limit = {"kind": "hard", "quantity": "5.5", "stands_at": "item"}
    assert (response.status_code, response.json()) == (200, {"own": limit, "holds": limit})
    assert program.post("usage", {**LINE, "quantity": "4"}).status_code == 201
    refused = program.post("usage", {**LINE, "quantity": "2"}, Idempotency_Key="call-1")
    assert fault(refused) == (409, "usage_limit_reached", "quantity")
    assert {name: refused.json()[name] for name in ("limit", "used", "left")} == {
        "limit": "5.5",
        "used": "4",
        "left": "1.5",
    }
    (current,) = program.get("usage/current", customer="crm-1").json()["results"]
    assert (current["limit"], current["left"]) == (limit, "1.5")
    assert program.post("usage", {**LINE, "quantity": "1.5"}, Idempotency_Key="call-1").status_code == 201


def test_in_a_list_the_event_beyond_the_limit_is_rejected_alone(admin: Program, program: Program) -> None:
    admin.put(at(PLACES[0], "limit"), {"kind": "hard", "quantity": "3"})
    events = [{**LINE, "quantity": quantity, "idempotency_key": f"k{quantity}"} for quantity in ("2", "4", "1")]
    results = program.post("usage", {"events": events}).json()["results"]
    assert [result["status"] for result in results] == ["recorded", "rejected", "recorded"]
    assert results[1]["errors"][0]["code"] == "usage_limit_reached"
    assert (results[1]["limit"], results[1]["used"], results[1]["left"]) == ("3", "2", "1")
    assert Event.objects.count() == 2


def test_without_a_limit_usage_says_none(admin: Program, program: Program) -> None:
    program.post("usage", {**LINE, "quantity": "4"})
    (current,) = program.get("usage/current", customer="crm-1").json()["results"]
    assert (current["limit"], current["left"]) == (None, None)
    assert program.get(at(PLACES[0], "limit")).json() == {"own": None, "holds": None}


def test_the_most_specific_limit_holds(admin: Program) -> None:
    item, add_on, plan = (at(place, "limit") for place in PLACES)
    admin.put(add_on, {"kind": "soft", "quantity": "3"})
    assert admin.get(item).json()["holds"]["stands_at"] == "add_on"
    admin.put(plan, {"kind": "notify", "quantity": "2"})
    assert admin.get(item).json() == {
        "own": None,
        "holds": {"kind": "notify", "quantity": "2", "stands_at": "plan"},
    }
    lifted = admin.put(item, {"kind": "none"}).json()
    assert lifted == {"own": {"kind": "none", "quantity": None, "stands_at": "item"}, "holds": None}
    assert admin.change("DELETE", item).json()["holds"]["stands_at"] == "plan"
    assert admin.change("DELETE", plan).json()["holds"]["stands_at"] == "add_on"
    assert admin.change("DELETE", plan).status_code == 200


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({}, "required", "kind"),
        ({"kind": "strict"}, "invalid_choice", "kind"),
        ({"kind": "hard"}, "required", "quantity"),
        ({"kind": "hard", "quantity": "-1"}, "quantity_out_of_range", "quantity"),
        ({"kind": "hard", "quantity": "NaN"}, "invalid_number", "quantity"),
        ({"kind": "none", "quantity": "1"}, "quantity_not_wanted", "quantity"),
        ({"kind": "hard", "quantity": "1", "hardness": "9"}, "unknown", "hardness"),
    ],
)
def test_what_is_no_limit_is_refused(admin: Program, place: str, sent: Any, code: str, field: str) -> None:
    assert fault(admin.put(at(place, "limit"), sent)) == (400, code, field)
    assert not Limit.objects.exists()


@pytest.mark.parametrize("place", PLACES)
def test_alerts_are_set_listed_and_taken_away(admin: Program, place: str) -> None:
    sent = {"basis": "amount", "threshold": "95.00", "currency": "USD", "addresses": ["watch@example.com"]}
    made = admin.post(at(place, "alerts"), sent)
    assert made.status_code == 201
    alert = made.json()
    assert (alert["threshold"], alert["currency"], alert["tells_team"]) == ("95", "USD", True)
    assert admin.get(at(place, "alerts")).json()["results"] == [alert]
    assert fault(admin.post(at(place, "alerts"), sent)) == (409, "alert_exists", "threshold")
    assert admin.change("DELETE", f"alerts/{alert['id']}").json()["removed_at"] is not None
    assert admin.change("DELETE", f"alerts/{alert['id']}").status_code == 200
    assert admin.get(at(place, "alerts")).json()["results"] == []


def test_an_item_lists_its_defaults_too(admin: Program) -> None:
    for threshold, place in enumerate(PLACES, start=1):
        admin.post(at(place, "alerts"), {"basis": "quantity", "threshold": str(threshold)})
    listed = admin.get(at(PLACES[0], "alerts")).json()["results"]
    assert [(alert["threshold"], alert["stands_at"]) for alert in listed] == [
        ("1", "item"),
        ("3", "plan"),
        ("2", "add_on"),
    ]


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"basis": "often", "threshold": "1"}, "invalid_choice", "basis"),
        ({"basis": "included", "threshold": "80"}, "percent_of_nothing", "basis"),
        ({"basis": "limit", "threshold": "80"}, "percent_of_nothing", "basis"),
        ({"basis": "quantity", "threshold": "0"}, "threshold_not_positive", "threshold"),
        ({"basis": "amount", "threshold": "1", "currency": "EUR"}, "other_currency", "currency"),
        ({"basis": "amount", "threshold": "1", "currency": "dollars"}, "currency", "currency"),
        ({"basis": "quantity", "threshold": "1", "tells_team": False}, "nobody_to_tell", "tells_team"),
        ({"basis": "quantity", "threshold": "1", "addresses": ["nobody"]}, "invalid_email", "addresses"),
        ({"basis": "quantity", "threshold": "1", "tells_team": "yes"}, "invalid", "tells_team"),
    ],
)
def test_what_is_no_alert_is_refused(admin: Program, sent: Any, code: str, field: str) -> None:
    assert fault(admin.post(at(PLACES[0], "alerts"), sent)) == (400, code, field)
    assert not Alert.objects.exists()


def test_what_is_not_metered_has_neither(seller: Organization, admin: Program) -> None:
    admin.post("add-ons", {"key": "seats", "name": "Seats", "kind": "fixed", "unit": "seat"})
    assert fault(admin.put("add-ons/seats/limit", {"kind": "soft", "quantity": "1"})) == (400, "not_metered", "add_on")
    assert admin.get("add-ons/seats/alerts").json() == {"results": []}
    answer = admin.get("add-ons/seats/limit")
    assert answer.json() == {"own": None, "holds": None}


def test_a_plan_that_does_not_offer_the_add_on_cannot_limit_it(admin: Program) -> None:
    admin.post("plans", {"key": "other", "name": "Other", "product": "coaching", "is_free": True})
    refused = admin.put("plans/other/add-ons/coaching-use/limit", {"kind": "soft", "quantity": "1"})
    assert fault(refused) == (400, "add_on_not_enabled", "add_on")


@pytest.mark.parametrize("role", ["viewer", "developer"])
def test_whoever_only_reads_or_records_changes_nothing(admin: Program, program_as: MakeProgram, role: str) -> None:
    reader = program_as(role)
    assert reader.get(at(PLACES[0], "limit")).status_code == 200
    assert reader.put(at(PLACES[0], "limit"), {"kind": "none"}).status_code == 403
    assert reader.post(at(PLACES[0], "alerts"), {"basis": "quantity", "threshold": "1"}).status_code == 403
    assert reader.change("DELETE", "alerts/alr_00000000000000000000").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "items/itm_00000000000000000000/limit",
        "items/itm_00000000000000000000/alerts",
        "add-ons/nothing/limit",
        "plans/coaching/add-ons/nothing/limit",
        "plans/nothing/add-ons/coaching-use/alerts",
    ],
)
def test_what_is_not_there_is_not_found(admin: Program, path: str) -> None:
    assert admin.get(path).status_code == 404
