"""POST /api/v1/usage: what is stored, what a retry gets, what is refused and how it is named."""

import json
from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.models import Customer, Role
from apps.catalog.models import Metric
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from apps.usage.reading import MOST_BYTES
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import MakeProgram, move_clock
from tests.builders import OCTOBER

LINE = {"customer": "crm-1", "metric": "coaching-metric"}


@pytest.fixture(autouse=True)
def _subscribed(buyer: Customer) -> None:
    """Every test has a customer with a usage item."""


def test_an_event_is_recorded_and_shown(program: Program, buyer: Customer, seller: Organization) -> None:
    sent = {**LINE, "quantity": "1.50", "occurred_at": "2026-09-08T16:30:00+02:00", "idempotency_key": "call-81"}
    response = program.post("usage", {**sent, "properties": {"room": 7, "tags": ["a"]}, "note": "by phone"})
    event = Event.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": event.public_id,
        "item": event.item.public_id,
        "customer": buyer.public_id,
        "quantity": "1.5",
        "occurred_at": "2026-09-08T14:30:00Z",
        "recorded_at": "2026-09-10T12:00:00Z",
        "period": {"starts_at": "2026-09-01T00:00:00Z", "ends_at": "2026-10-01T00:00:00Z"},
        "late": False,
        "idempotency_key": "call-81",
        "properties": {"room": 7, "tags": ["a"]},
        "note": "by phone",
        "reverses": None,
        "reversed_by": None,
    }
    assert (event.source, event.actor[:4], event.organization) == ("api", "key_", seller)


@pytest.mark.parametrize("quantity", ['"3"', "3", "3.0", '"3.000"'])
def test_a_number_may_be_text_or_a_json_number(program: Program, quantity: str) -> None:
    body = json.dumps(LINE)[:-1] + f', "quantity": {quantity}}}'
    assert program.send("usage", body).json()["quantity"] == "3"


def test_digits_beyond_a_float_are_kept(program: Program) -> None:
    body = json.dumps(LINE)[:-1] + ', "quantity": 123456789012345.123456789012}'
    assert program.send("usage", body).json()["quantity"] == "123456789012345.123456789012"


def test_the_line_may_be_an_item_or_a_public_id_with_an_add_on(program: Program, buyer: Customer) -> None:
    first = program.post("usage", {"customer": buyer.public_id, "add_on": "coaching-use", "quantity": 1}).json()
    second = program.post("usage", {"item": first["item"], "customer": None, "quantity": 1})
    assert (second.status_code, second.json()["item"]) == (201, first["item"])


def test_an_event_of_a_closed_period_says_that_it_is_late(program: Program, seller: Organization) -> None:
    builders.close(seller, OCTOBER)
    move_clock(seller, OCTOBER + timedelta(days=3))
    answer = program.post("usage", {**LINE, "quantity": "1", "occurred_at": "2026-09-20T00:00:00Z"}).json()
    assert (answer["late"], answer["period"]["ends_at"]) == (True, "2026-10-01T00:00:00Z")


def test_a_retry_gets_the_first_answer_an_hour_later(program: Program, seller: Organization) -> None:
    sent = {**LINE, "quantity": "1", "idempotency_key": "k"}
    first = program.post("usage", sent)
    move_clock(seller, OCTOBER)
    again = program.post("usage", {**sent, "quantity": 1.0})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Event.objects.count() == 1


def test_the_same_instant_in_another_offset_is_the_same_content(program: Program) -> None:
    sent = {**LINE, "quantity": "1", "idempotency_key": "k"}
    assert program.post("usage", {**sent, "occurred_at": "2026-09-08T16:30:00+02:00"}).status_code == 201
    assert program.post("usage", {**sent, "occurred_at": "2026-09-08T14:30:00Z"}).status_code == 200


@pytest.mark.parametrize(
    "changed", [{"quantity": "2"}, {"occurred_at": "2026-09-08T00:00:00Z"}, {"properties": {"a": 1}}]
)
def test_the_same_key_with_other_content_is_a_conflict(program: Program, changed: dict[str, Any]) -> None:
    sent = {**LINE, "quantity": "1", "idempotency_key": "k"}
    program.post("usage", sent)
    assert fault(program.post("usage", {**sent, **changed})) == (409, "key_used_differently", "idempotency_key")
    assert Event.objects.count() == 1


def test_the_key_may_come_as_a_header(program: Program) -> None:
    sent = {**LINE, "quantity": "1"}
    assert program.post("usage", sent, Idempotency_Key="k").status_code == 201
    assert program.post("usage", {**sent, "idempotency_key": "k"}).status_code == 200
    assert program.post("usage", {**sent, "idempotency_key": "k"}, Idempotency_Key="k").status_code == 200
    different = program.post("usage", {**sent, "idempotency_key": "k"}, Idempotency_Key="other")
    assert fault(different) == (400, "two_keys", "idempotency_key")
    assert Event.objects.get().idempotency_key == "k"


def test_a_key_that_cannot_be_repeated_is_refused(program: Program) -> None:
    for key in ("", " padded", "ü", "a\tb", "k" * 256, "a\x00b", 7, True):
        response = program.post("usage", {**LINE, "quantity": "1", "idempotency_key": key})
        assert (response.status_code, fault(response)[2]) == (400, "idempotency_key"), key
    for key in ("", "ü", "k" * 256):
        response = program.post("usage", {**LINE, "quantity": "1"}, Idempotency_Key=key)
        assert fault(response) == (400, "invalid", "Idempotency-Key"), key
    assert not Event.objects.exists()


WORDS = (
    "NaN",
    "Infinity",
    "",
    "-",
    "1/2",
    "0x10",
    "1,5",
    ".5",
    "5.",
    "+1",
    " 1",
    "1 ",
    "1_000",
    "١٢",
    "１２",
    "1\u0000",
)
TOO_MUCH = ("1e5", "1E-3", "9" * 5000, "1" * 16, "0.1234567890123")


def quantity_sent(program: Program, literal: str) -> tuple[int, str, str | None]:
    """Send a quantity as it is written, and return how it was refused."""
    return fault(program.send("usage", json.dumps(LINE)[:-1] + f', "quantity": {literal}}}'))


def test_what_is_no_number_is_refused_at_its_field(program: Program) -> None:
    literals = [*map(json.dumps, WORDS), *map(json.dumps, TOO_MUCH), *TOO_MUCH, "true", "[1]", "[]", "{}"]
    for literal in literals:
        assert quantity_sent(program, literal) == (400, "invalid_number", "quantity"), literal[:50]
    assert quantity_sent(program, "null") == (400, "null", "quantity")
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("aggregation", "zero", "below"),
    [
        ("sum", None, None),
        ("count", "quantity_not_positive", "quantity_not_positive"),
        ("max", None, "quantity_negative"),
        ("latest", None, "quantity_negative"),
        ("unique", "quantity_not_positive", "quantity_not_positive"),
    ],
)
def test_only_a_sum_may_go_down_and_what_counts_as_one_is_something(
    program: Program, aggregation: str, zero: str | None, below: str | None
) -> None:
    Metric.objects.update(aggregation=aggregation, property="host" if aggregation == "unique" else "")
    for literals, code in ((('"-0"', "-0", '"0"', "0", "-0.0"), zero), (('"-1"', "-1"), below)):
        for literal in literals:
            response = program.send("usage", json.dumps(LINE)[:-1] + f', "quantity": {literal}}}')
            if code is None:
                assert response.status_code == 201, literal
            else:
                assert fault(response) == (400, code, "quantity"), literal


INSTANTS: list[tuple[Any, str]] = [
    ("2026-09-08T16:30:00", "naive"),
    ("2026-09-08T16:30", "naive"),
    ("2026-09-08", "invalid"),
    ("2026-09-08 16:30:00Z", "invalid"),
    ("2026-02-30T00:00:00Z", "invalid"),
    ("2026-09-08T24:00:00Z", "invalid"),
    ("2026-09-08T16:30:60Z", "invalid"),
    ("2026-09-08T16:30:00+25:00", "invalid"),
    ("0001-01-01T00:00:00+02:00", "invalid"),
    ("٢٠٢٦-09-08T16:30:00Z", "invalid"),
    ("20260908T163000Z", "invalid"),
    ("now", "invalid"),
    ("", "invalid"),
    (1789000000, "invalid"),
    (True, "invalid"),
    ("9999-12-31T23:59:59Z", "occurred_in_future"),
    ("0001-01-01T00:00:00Z", "occurred_too_early"),
]


def test_an_instant_must_be_one_and_carry_its_offset(program: Program) -> None:
    for text, code in INSTANTS:
        response = program.post("usage", {**LINE, "quantity": "1", "occurred_at": text})
        assert fault(response) == (400, code, "occurred_at"), text
    assert not Event.objects.exists()


def test_nanoseconds_are_cut_to_microseconds(program: Program) -> None:
    response = program.post("usage", {**LINE, "quantity": "1", "occurred_at": "2026-09-08T16:30:00.123456999Z"})
    assert response.json()["occurred_at"] == "2026-09-08T16:30:00.123456Z"


LINES: list[tuple[dict[str, Any], str, str]] = [
    ({}, "required", "item"),
    ({"customer": "crm-1"}, "required", "metric"),
    ({"metric": "coaching-metric"}, "required", "customer"),
    ({**LINE, "add_on": "coaching-use"}, "line_named_twice", "add_on"),
    ({**LINE, "item": "itm_00000000000000000000"}, "line_named_twice", "customer"),
    ({"item": 7}, "invalid", "item"),
    ({"item": "a\u0000b"}, "null_characters_not_allowed", "item"),
    ({"item": "\ud800"}, "surrogate_characters_not_allowed", "item"),
    ({"item": "i" * 41}, "max_length", "item"),
    ({"customer": ["crm-1"], "metric": "coaching-metric"}, "invalid", "customer"),
    ({**LINE, "note": "n" * 501}, "max_length", "note"),
    ({**LINE, "quantitty": "1"}, "unknown", "quantitty"),
]


def test_the_line_must_be_named_once_and_well(program: Program) -> None:
    for line, code, field in LINES:
        assert fault(program.post("usage", {**line, "quantity": "1"})) == (400, code, field), line
    assert not Event.objects.exists()


def test_every_fault_is_told_at_once(program: Program) -> None:
    errors = program.post("usage", {**LINE, "quantity": "x", "occurred_at": "y", "colour": "red"}).json()["errors"]
    assert [error["field"] for error in errors] == ["quantity", "occurred_at", "colour"]


PROPERTIES: list[tuple[Any, str]] = [
    ([1], "properties"),
    ("text", "properties"),
    (7, "properties"),
    ({"a": "x" * 5000}, "properties"),
    ({"a": {"b": 1.5}}, "properties.a.b"),
    ({"a": 2**53}, "properties.a"),
    ({"a": {"b": {"c": {"d": {}}}}}, "properties.a.b.c.d"),
    ({"a": ["ok", "\u0000"]}, "properties.a"),
    ({"a\ud800": 1}, "properties"),
]


def test_properties_are_small_and_exact(program: Program) -> None:
    for properties, field in PROPERTIES:
        response = program.post("usage", {**LINE, "quantity": "1", "properties": properties})
        assert (response.status_code, fault(response)[2]) == (400, field), field
    assert not Event.objects.exists()


BODIES = [
    (b"{", "line 1, column 2"),
    (b"", "required"),
    (b" ", "not JSON"),
    (b"\xff{}", "UTF-8"),
    (b'{"quantity": NaN}', "NaN"),
    (b'{"quantity": -Infinity}', "-Infinity"),
    (b'{"quantity": 01}', "not JSON"),
    (b'{"quantity": "1", "quantity": "2"}', '"quantity" twice'),
    (b"[" * 50_000, "too deeply"),
    (b"[]", "JSON object"),
    (b'"text"', "JSON object"),
    (b"null", "JSON object"),
    (b"7", "JSON object"),
]


def test_a_body_that_is_no_object_is_refused(program: Program) -> None:
    for body, said in BODIES:
        response = program.send("usage", body)
        assert response.status_code == 400
        assert said in response.json()["detail"], body[:50]
    assert not Event.objects.exists()


def test_a_large_body_is_not_read(program: Program) -> None:
    response = program.send("usage", b" " * (MOST_BYTES + 1))
    assert fault(response) == (413, "too_large", None)


def test_another_content_type_is_refused(program: Program) -> None:
    form, charset = "application/x-www-form-urlencoded", "application/json; charset=utf-16"
    for content_type in ("text/plain", form, "multipart/form-data; boundary=x", charset, ""):
        response = program.send("usage", json.dumps({**LINE, "quantity": "1"}), content_type=content_type)
        assert fault(response)[0] == 415, content_type
    assert not Event.objects.exists()


def test_two_subscriptions_are_told_apart_by_their_items(program: Program, buyer: Customer) -> None:
    item = program.post("usage", {**LINE, "quantity": "1"}).json()["item"]
    plan = Event.objects.get().item.subscription.plan
    builders.subscribed(buyer, builders.Offer(plan), again=True)
    response = program.post("usage", {**LINE, "quantity": "1"})
    assert fault(response) == (400, "ambiguous_item", "item")
    assert item in response.json()["items"]


def test_an_item_of_another_organization_does_not_exist(program: Program, other_seller: Organization) -> None:
    with scope.fresh(), scope.of(other_seller):
        theirs = builders.customer(other_seller, external_id="their-crm")
        subscription = builders.subscribed(theirs, builders.usage_offer(other_seller))
        item = subscription.items.get(add_on__isnull=False)
    foreign = program.post("usage", {"item": item.public_id, "quantity": "1"})
    unknown = program.post("usage", {"item": "itm_00000000000000000000", "quantity": "1"})
    assert fault(foreign) == (404, "no_such_item", "item")
    assert foreign.json() == unknown.json()
    assert fault(program.post("usage", {**LINE, "customer": "their-crm", "quantity": "1"}))[0] == 404
    with scope.fresh(), scope.everywhere():
        assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.DEVELOPER, 201), (Role.ADMIN, 201), (Role.OWNER, 201)]
)
def test_the_role_decides_who_may_record(program_as: MakeProgram, role: str, status: int) -> None:
    assert program_as(role).post("usage", {**LINE, "quantity": "1"}).status_code == status
    assert Event.objects.count() == (status == 201)


def test_recording_takes_few_queries(program: Program, django_assert_max_num_queries: Any) -> None:
    program.post("usage", {**LINE, "quantity": "1"})
    with django_assert_max_num_queries(8):
        program.post("usage", {**LINE, "quantity": "1", "idempotency_key": "k"})
    with django_assert_max_num_queries(4):
        program.post("usage", {**LINE, "quantity": "1", "idempotency_key": "k"})
