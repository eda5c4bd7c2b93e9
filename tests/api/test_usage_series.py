"""Usage per day and hour: every bucket is there, on the organization's clock, and the span is bounded."""

from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.models import Customer, Role
from apps.catalog.models import Metric
from apps.subscriptions.models import Item, Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import MakeProgram, move_clock
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

LINE = {"customer": "crm-1", "metric": "coaching-metric"}


@pytest.fixture
def item(buyer: Customer) -> Item:
    return Item.objects.get(add_on__isnull=False)


def record(program: Program, quantity: str, at: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = program.post("usage", {**LINE, "quantity": quantity, "occurred_at": at, **more}).json()
    return answer


def test_the_current_period_by_day(program: Program, item: Item) -> None:
    record(program, "3", "2026-09-02T08:00:00Z")
    record(program, "4.5", "2026-09-02T23:59:59Z")
    taken_back = record(program, "100", "2026-09-03T00:00:00Z")
    program.post(f"usage/{taken_back['id']}/reverse", {"reason": "twice"})
    told = program.get("usage/series", item=item.public_id).json()
    buckets = told.pop("buckets")
    assert told == {
        "item": item.public_id,
        "metric": "coaching-metric",
        "aggregation": "sum",
        "unit": "call",
        "interval": "day",
        "timezone": "UTC",
        "from": "2026-09-01T00:00:00Z",
        "to": "2026-10-01T00:00:00Z",
    }
    assert len(buckets) == 30
    assert buckets[1] == {"starts_at": "2026-09-02T00:00:00Z", "on": "2026-09-02", "quantity": "7.5"}
    assert {bucket["quantity"] for bucket in buckets} == {"0", "7.5"}


def test_days_and_hours_follow_the_organizations_clock(program: Program, item: Item, seller: Organization) -> None:
    Organization.objects.update(timezone="Europe/Berlin")
    record(program, "3", "2026-09-02T22:30:00Z")
    span = {"from": "2026-09-02T22:00:00Z", "to": "2026-09-04T00:00:00+02:00"}
    (day,) = program.get("usage/series", item=item.public_id, **span).json()["buckets"]
    assert day == {"starts_at": "2026-09-02T22:00:00Z", "on": "2026-09-03", "quantity": "3"}
    hours = program.get("usage/series", item=item.public_id, interval="hour", **span).json()["buckets"]
    assert len(hours) == 24
    assert [hour["quantity"] for hour in hours[:2]] == ["3", "0"]


@pytest.mark.parametrize(
    ("aggregation", "quantity"), [("sum", "9"), ("count", "3"), ("max", "5"), ("latest", "1"), ("unique", "3")]
)
def test_a_day_in_which_a_period_ends_is_one(
    program: Program, item: Item, seller: Organization, aggregation: str, quantity: str
) -> None:
    Metric.objects.update(aggregation=aggregation, property="host" if aggregation == "unique" else "")
    move_clock(seller, OCTOBER + timedelta(days=1))
    Organization.objects.update(timezone="America/New_York")  # stored boundaries stand: 1 October, 8 p.m. before
    for number, at, host in (("5", "09-30T20", "a"), ("3", "09-30T22", "b"), ("1", "10-01T02", "a")):
        record(program, number, f"2026-{at}:00:00Z", properties={"host": host})
    span = {"from": "2026-09-30T04:00:00Z", "to": "2026-10-01T04:00:00Z"}
    (day,) = program.get("usage/series", item=item.public_id, **span).json()["buckets"]
    assert (day["on"], day["quantity"]) == ("2026-09-30", quantity)


def test_a_span_beyond_the_items_life_is_zero(program: Program, item: Item) -> None:
    span = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-03T12:00:00Z"}
    buckets = program.get("usage/series", item=item.public_id, **span).json()["buckets"]
    assert [bucket["quantity"] for bucket in buckets] == ["0", "0", "0"]


def test_an_item_that_ended_shows_its_last_period(program: Program, item: Item, seller: Organization) -> None:
    record(program, "1", "2026-09-02T08:00:00Z")
    Item.objects.filter(pk=item.pk).update(ends_at=OCTOBER)
    move_clock(seller, NOVEMBER)
    told = program.get("usage/series", item=item.public_id).json()
    assert (told["from"], told["to"]) == ("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z")


def test_an_item_that_has_not_begun_has_no_days(program: Program, seller: Organization, buyer: Customer) -> None:
    offer = builders.usage_offer(seller, key="later")
    builders.subscribed(buyer, offer, now=SEPTEMBER)
    later = Item.objects.get(add_on=offer.add_on)
    move_clock(seller, SEPTEMBER - timedelta(days=2))
    told = program.get("usage/series", item=later.public_id).json()
    assert (told["from"], told["buckets"]) == (told["to"], [])


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ({"item": ""}, "blank", "item"),
        ({"interval": "month"}, "invalid_choice", "interval"),
        ({"from": "2026-09-01T00:00:00Z"}, "required", "to"),
        ({"to": "2026-09-01T00:00:00Z"}, "required", "from"),
        ({"from": "2026-09-01", "to": "2026-09-02T00:00:00Z"}, "invalid", "from"),
        ({"from": "2026-09-01T00:00:00", "to": "2026-09-02T00:00:00Z"}, "naive", "from"),
        ({"from": "2026-09-02T00:00:00Z", "to": "2026-09-02T00:00:00Z"}, "not_after_from", "to"),
        ({"from": "0001-01-01T00:00:00Z", "to": "0001-01-02T00:00:00Z"}, "out_of_range", "from"),
        ({"from": "9998-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}, "out_of_range", "from"),
        ({"from": "2025-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z"}, "too_long", "to"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-02-02T00:00:00Z", "interval": "hour"}, "too_long", "to"),
        ({"colour": "red"}, "unknown", "colour"),
    ],
)
def test_what_cannot_be_asked(program: Program, item: Item, query: dict[str, str], code: str, field: str) -> None:
    assert fault(program.get("usage/series", **{"item": item.public_id, **query})) == (400, code, field)


def test_the_longest_spans_are_answered(program: Program, item: Item) -> None:
    year = {"from": "2024-01-01T00:00:00Z", "to": "2025-01-01T00:00:00Z"}
    assert len(program.get("usage/series", item=item.public_id, **year).json()["buckets"]) == 366
    Organization.objects.update(timezone="Europe/Berlin")
    month = {"from": "2026-10-01T00:00:00+02:00", "to": "2026-11-01T00:00:00+01:00", "interval": "hour"}
    assert len(program.get("usage/series", item=item.public_id, **month).json()["buckets"]) == 31 * 24 + 1


def test_whoever_may_read_may_ask(program_as: MakeProgram, item: Item) -> None:
    assert program_as(Role.VIEWER).get("usage/series", item=item.public_id).status_code == 200


def test_no_such_item(program: Program, buyer: Customer, seller: Organization) -> None:
    base = Subscription.objects.get()
    assert fault(program.get("usage/series"))[:2] == (400, "required")
    for unknown in ("itm_00000000000000000000", "nothing", base.public_id):
        assert fault(program.get("usage/series", item=unknown))[:2] == (404, "not_found")


def test_another_organizations_item_is_none(program: Program, other_seller: Organization) -> None:
    with scope.fresh(), scope.of(other_seller):
        builders.subscribed(builders.customer(other_seller), builders.usage_offer(other_seller))
        theirs = Item.objects.get(add_on__isnull=False).public_id
    assert fault(program.get("usage/series", item=theirs))[:2] == (404, "not_found")


def test_a_base_fee_has_no_usage(program: Program, seller: Organization, buyer: Customer) -> None:
    builders.subscribed(buyer, builders.usage_offer(seller, key="pro", base="10"))
    fee = Item.objects.get(add_on__isnull=True)
    assert fault(program.get("usage/series", item=fee.public_id))[:2] == (404, "not_found")


def test_a_series_costs_few_queries(
    program: Program, item: Item, seller: Organization, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, 8):
        record(program, "1", f"2026-09-0{day}T08:00:00Z")
    with django_assert_max_num_queries(6):
        program.get("usage/series", item=item.public_id)
    builders.close(seller, OCTOBER)
    builders.close(seller, NOVEMBER)
    move_clock(seller, NOVEMBER)
    span = {"from": "2026-09-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"}
    with django_assert_max_num_queries(6):
        program.get("usage/series", item=item.public_id, **span)
