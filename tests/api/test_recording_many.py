"""POST /api/v1/usage with many events: one result each, in order, whatever became of the neighbours."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError, ValidationError

from apps.accounts.models import Customer
from apps.core.json_body import read_json
from apps.tenancy.models import Organization
from apps.usage.models import Event
from apps.usage.reading import MOST_BYTES, MOST_EVENTS, Many, One, _quick, read
from apps.usage.sent import UsageRequest, event_of
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON, move_clock
from tests.builders import OCTOBER

LINE = {"customer": "crm-1", "metric": "coaching-metric"}


def event(key: str, quantity: Any = "1", **more: Any) -> dict[str, Any]:
    return {**LINE, "quantity": quantity, "idempotency_key": key, **more}


def results(program: Program, *events: Any) -> list[dict[str, Any]]:
    response = program.post("usage", {"events": list(events)})
    assert response.status_code == 200, response.json()
    answered: list[dict[str, Any]] = response.json()["results"]
    return answered


@pytest.fixture(autouse=True)
def _subscribed(buyer: Customer) -> None:
    """Every test has a customer with a usage item."""


def test_each_event_gets_its_result_in_order(program: Program, seller: Organization) -> None:
    sent = [event(f"call-{n}", str(n), properties={"room": n}) for n in (3, 1, 2)]
    answered = results(program, *sent)
    stored = list(Event.objects.order_by("pk"))
    assert [(each.quantity, each.properties) for each in stored] == [(n, {"room": n}) for n in (3, 1, 2)]
    assert answered == [
        {"status": "recorded", "idempotency_key": row.idempotency_key, "id": row.public_id, "late": False}
        for row in stored
    ]
    assert {(row.source, row.actor[:4], row.recorded_at) for row in stored} == {("api", "key_", NOON)}


def test_a_bad_event_harms_no_other(program: Program) -> None:
    answered = results(
        program,
        event("good-1"),
        event("no number", "NaN"),
        event("unknown line", customer="nobody"),
        event("misspelt", quantitty="2"),
        "no object",
        {**LINE, "quantity": "1"},
        event("too early", occurred_at="2026-05-01T00:00:00Z"),
        event("good-2"),
    )
    assert [each["status"] for each in answered] == ["recorded", *["rejected"] * 6, "recorded"]
    assert [(error["code"], error["field"]) for each in answered for error in each.get("errors", [])] == [
        ("invalid_number", "quantity"),
        ("no_such_item", "customer"),
        ("unknown", "quantitty"),
        ("not_an_object", None),
        ("required", "idempotency_key"),
        ("occurred_too_early", "occurred_at"),
    ]
    assert list(Event.objects.order_by("pk").values_list("idempotency_key", flat=True)) == ["good-1", "good-2"]


def test_the_whole_list_may_be_sent_again(program: Program, seller: Organization) -> None:
    sent = [event(f"call-{n}") for n in range(5)]
    first = results(program, *sent[:3])
    move_clock(seller, OCTOBER + timedelta(days=2))
    again = results(program, *sent)
    assert [each["status"] for each in again] == [*["duplicate"] * 3, *["recorded"] * 2]
    assert [each["id"] for each in again[:3]] == [each["id"] for each in first]
    assert Event.objects.count() == 5


def test_a_key_used_with_other_content_is_refused_alone(program: Program) -> None:
    results(program, event("taken", "1"))
    answered = results(program, event("taken", "2"), event("free"))
    assert [each["status"] for each in answered] == ["rejected", "recorded"]
    assert answered[0]["errors"][0]["code"] == "key_used_differently"


def test_a_key_may_come_twice_in_one_list(program: Program) -> None:
    answered = results(program, event("twin"), event("twin"), event("twin", "2"))
    assert [each["status"] for each in answered] == ["recorded", "duplicate", "rejected"]
    assert answered[0]["id"] == answered[1]["id"]
    assert Event.objects.get().quantity == 1


def test_a_key_whose_first_event_is_refused_is_free_for_the_next(program: Program) -> None:
    answered = results(program, event("same", customer="nobody"), event("same"))
    assert [each["status"] for each in answered] == ["rejected", "recorded"]


def test_a_late_event_says_so(program: Program, seller: Organization) -> None:
    builders.close(seller, OCTOBER)
    move_clock(seller, OCTOBER + timedelta(days=3))
    late, on_time = results(program, event("late", occurred_at="2026-09-20T00:00:00Z"), event("on time"))
    assert (late["late"], on_time["late"]) == (True, False)


def test_several_lines_are_told_to_choose(program: Program, buyer: Customer) -> None:
    item = Event.objects.get(public_id=results(program, event("first"))[0]["id"]).item
    builders.subscribed(buyer, builders.Offer(item.subscription.plan), again=True)
    (ambiguous, by_item) = results(
        program, event("which"), {"item": item.public_id, "quantity": "1", "idempotency_key": "this"}
    )
    assert ambiguous["errors"][0]["code"] == "ambiguous_item"
    assert item.public_id in ambiguous["items"]
    assert by_item["status"] == "recorded"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ('{"events": []}', "empty", "events"),
        ('{"events": {}}', "not_a_list", "events"),
        ('{"events": null}', "not_a_list", "events"),
        ('{"events": [{}], "quantity": "1"}', "unknown", "quantity"),
        ('{"events": [], "events": [{}]}', "parse_error", None),
        (json.dumps({"events": [{}] * (MOST_EVENTS + 1)}), "too_many", "events"),
        ('{"events": [{]}', "parse_error", None),
    ],
)
def test_a_list_that_is_none_is_refused_whole(program: Program, body: str, code: str, field: str | None) -> None:
    assert fault(program.send("usage", body)) == (400, code, field)


@pytest.mark.parametrize("levels", [10, 1200])
def test_what_is_nested_too_deeply_is_refused_and_never_a_fault_of_ours(program: Program, levels: int) -> None:
    deep = json.dumps(event("deep"))[:-1] + ', "properties": {"a": ' + "[" * levels + "]" * levels + "}}"
    response = program.send("usage", f'{{"events": [{json.dumps(event("good"))}, {deep}]}}')
    single = program.send("usage", deep)
    assert single.status_code == 400
    if levels < 100:
        assert [each["status"] for each in response.json()["results"]] == ["recorded", "rejected"]
    else:
        assert fault(response)[:2] == (400, "parse_error")


def test_half_of_an_emoji_harms_no_other_event(program: Program) -> None:
    broken, named = json.dumps(event("broken", note="\ud83d")), json.dumps(event("named", **{"\ud83d": 1}))
    response = program.send("usage", f'{{"events": [{json.dumps(event("good"))}, {broken}, {named}]}}')
    assert [each["status"] for each in response.json()["results"]] == ["recorded", "rejected", "rejected"]
    fields = [each["errors"][0]["field"] for each in response.json()["results"][1:]]
    assert fields == ["note", "\\ud83d"]


def test_a_header_key_is_for_a_single_event(program: Program) -> None:
    response = program.post("usage", {"events": [event("k")]}, Idempotency_Key="k")
    assert fault(response) == (400, "not_for_many", "Idempotency-Key")
    assert not Event.objects.exists()


def test_a_larger_list_than_any_that_makes_sense_is_not_read(program: Program) -> None:
    assert fault(program.send("usage", b" " * (MOST_BYTES + 1)))[:2] == (413, "too_large")


def test_a_list_costs_as_many_queries_as_one_event(program: Program, django_assert_max_num_queries: Any) -> None:
    results(program, event("opens the period"))
    with django_assert_max_num_queries(8):
        results(program, *[event(f"call-{n}") for n in range(300)])
    assert Event.objects.count() == 301


TEXTS = st.text(max_size=6) | st.sampled_from(["crm-1", "x\0", " padded", "é", "a" * 60])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.fixed_dictionaries(
    {"quantity": st.sampled_from(["1", "-2.5", "0", "-0.0", "1e5", "NaN", "1_0", 3, 2.5, 10**15, None]) | VALUES},
    optional={
        "item": TEXTS | st.just("itm_1"),
        "customer": TEXTS,
        "metric": TEXTS,
        "add_on": TEXTS,
        "occurred_at": st.sampled_from(
            ["2026-09-01T00:00:00Z", "2026-09-01T02:00:00.123+02:00", "2026-02-30T00:00:00Z", "2026-09-01T00:00Z", ""]
        ),
        "idempotency_key": TEXTS,
        "properties": VALUES,
        "note": TEXTS,
        "other": VALUES,
    },
)


@given(sent=MEMBERS, spaces=st.booleans(), twice=st.booleans())
def test_the_quick_way_takes_only_what_the_strict_way_takes_and_takes_it_alike(
    sent: dict[str, Any], spaces: bool, twice: bool
) -> None:
    text = json.dumps(sent, separators=(" , ", " : ") if spaces else None)
    if twice:
        text = text[:-1] + ', "quantity": "7"}'
    quick = _quick(text.encode())
    if quick is None:
        return
    strict = UsageRequest(data=read_json(text.encode()))
    strict.is_valid(raise_exception=True)
    meant = event_of(strict.validated_data, header_key=None)
    assert quick == meant
    assert quick.digest() == meant.digest()


def test_the_quick_way_takes_what_programs_send() -> None:
    for sent in (
        event("k", "1.5"),
        event("k", 2, properties={"a": [1, None, "é"]}, occurred_at="2026-09-01T00:00:00Z"),
    ):
        assert _quick(json.dumps(sent).encode()) is not None
    assert isinstance(read(json.dumps({"events": [event("k")]}).encode(), header_key=None), Many)
    assert isinstance(read(json.dumps(event("k")).encode(), header_key="k"), One)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"quantity":"1","item":"i","quantity":"2"}',
        b'{"quantity":"1","item" :"i","quantity":"2"}',
        b'{"item":"i","quantity":1.}',
    ],
)
def test_what_is_ambiguous_or_no_json_is_refused(raw: bytes) -> None:
    assert _quick(raw) is None
    with pytest.raises((ParseError, ValidationError)):
        read(raw, header_key=None)


def test_a_list_read_at_once_is_read_as_event_by_event() -> None:
    plain = [event("k1"), event("k2", 2, properties={"a": {"b": 1}}), event("k3", occurred_at="2026-09-01T00:00:00Z")]
    many = read(json.dumps({"events": plain}).encode(), header_key=None)
    assert isinstance(many, Many)
    assert many.events == [_quick(json.dumps(each).encode()) for each in plain]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param('{"item":"i","quantity":"1","quantity":"2","idempotency_key":"k"}', id="a name given twice"),
        pytest.param('{"item":"i","quantity":"1","properties":{},"properties":{},"idempotency_key":"k"}', id="again"),
        pytest.param('{"item":"i","quantity":"1"}', id="no key"),
        pytest.param('{"item":"i","quantity":"1e5","idempotency_key":"k"}', id="no plain number"),
        pytest.param('{"item":"i","quantity":"1","idempotency_key":"k","other":1}', id="an unknown member"),
    ],
)
@pytest.mark.parametrize(
    "neighbour", ['{"item":"j","quantity":"1","idempotency_key":"l"}', '{"item" :"j","quantity":"1"}']
)
def test_an_odd_event_in_a_list_is_found_beside_any_neighbour(odd: str, neighbour: str) -> None:
    many = read(f'{{"events":[{neighbour},{odd}]}}'.encode(), header_key=None)
    assert isinstance(many, Many)
    assert isinstance(many.events[1], ValidationError)
