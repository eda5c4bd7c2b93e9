"""Recording usage: what is stored, what is refused, and that a retry stores nothing twice."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from apps.core.ids import new_public_id
from apps.core.refusals import Conflict, NotFound, Refusal
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

NOON = SEPTEMBER + timedelta(days=9, hours=12)


@pytest.fixture
def buyer(seller: Organization) -> Any:
    offer = builders.usage_offer(seller)
    customer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(customer, offer)
    return customer


def record(seller: Organization, *, now: Any = NOON, **event: Any) -> usage.Recorded:
    event.setdefault("customer", "crm-1")
    event.setdefault("add_on", "coaching-use")
    event["quantity"] = Decimal(event.get("quantity", "1"))
    new = NewEvent(**event)
    return usage.record_events(organization=seller, events=[new], now=now, source="api", actor="key_test")[0]


def test_an_event_lands_in_the_period_that_covers_its_instant(seller: Organization, buyer: Any) -> None:
    recorded = record(seller, occurred_at=NOON - timedelta(days=2))
    event = recorded.event
    assert not recorded.repeated
    assert (event.quantity, event.occurred_at, event.late) == (1, NOON - timedelta(days=2), False)
    assert event.period.covers(event.occurred_at)
    assert (event.source, event.actor) == ("api", "key_test")


@pytest.mark.parametrize(
    "line",
    [
        {"customer": "crm-1", "metric": "coaching-metric", "add_on": None},
        {"customer": "crm-1", "add_on": "coaching-use"},
    ],
)
def test_the_line_may_be_given_by_metric_or_add_on(seller: Organization, buyer: Any, line: dict[str, Any]) -> None:
    assert record(seller, **line).event.item.subscription.customer == buyer


def test_the_line_may_be_given_by_item(seller: Organization, buyer: Any) -> None:
    item = record(seller).event.item
    assert record(seller, item=item.public_id, customer=None, add_on=None).event.item == item


def test_the_instant_is_now_where_none_is_given(seller: Organization, buyer: Any) -> None:
    assert record(seller).event.occurred_at == NOON


def test_the_boundary_instant_belongs_to_the_later_period(seller: Organization, buyer: Any) -> None:
    before = record(seller, occurred_at=OCTOBER - timedelta(microseconds=1), now=OCTOBER).event
    after = record(seller, occurred_at=OCTOBER, now=OCTOBER).event
    assert before.period.ends_at == after.period.starts_at == OCTOBER
    assert after.period.prev_ends_at == OCTOBER


def test_a_missing_period_is_opened_by_the_event_itself(seller: Organization, buyer: Any) -> None:
    event = record(seller, occurred_at=NOVEMBER + timedelta(days=3), now=NOVEMBER + timedelta(days=3)).event
    assert (event.period.index, event.period.starts_at) == (2, NOVEMBER)
    assert event.item.periods.count() == 3


def test_an_event_of_a_closed_period_is_late(seller: Organization, buyer: Any) -> None:
    builders.close(seller, OCTOBER)
    event = record(seller, occurred_at=NOON, now=OCTOBER + timedelta(days=1)).event
    assert event.late
    assert event.period.ends_at == OCTOBER


@pytest.mark.parametrize(
    ("event", "code", "field"),
    [
        ({"occurred_at": NOON + timedelta(minutes=6)}, "occurred_in_future", "occurred_at"),
        ({"occurred_at": SEPTEMBER - timedelta(seconds=1)}, "outside_subscription", "occurred_at"),
        ({"occurred_at": NOON - timedelta(days=91)}, "occurred_too_early", "occurred_at"),
        ({"add_on": "unknown"}, "no_such_item", "customer"),
        ({"customer": "unknown"}, "no_such_item", "customer"),
        ({"item": "itm_unknown"}, "no_such_item", "item"),
    ],
)
def test_what_cannot_be_billed_is_refused_by_name(
    seller: Organization, buyer: Any, event: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        record(seller, **event)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Event.objects.exists()


def test_five_minutes_ahead_are_forgiven(seller: Organization, buyer: Any) -> None:
    assert record(seller, occurred_at=NOON + timedelta(minutes=5)).event.pk


def test_two_subscriptions_metering_the_same_key_are_ambiguous(seller: Organization, buyer: Any) -> None:
    item = record(seller).event.item
    builders.subscribed(buyer, builders.Offer(item.subscription.plan), again=True)
    with pytest.raises(Refusal) as refused:
        record(seller)
    assert refused.value.code == "ambiguous_item"
    assert item.public_id in refused.value.extra["items"]
    assert len(refused.value.extra["items"]) == 2
    assert record(seller, item=item.public_id, customer=None, add_on=None).event.item == item


def test_a_repeat_of_a_key_gives_the_first_answer(seller: Organization, buyer: Any) -> None:
    first = record(seller, idempotency_key="k1")
    again = record(seller, idempotency_key="k1")
    assert again.repeated
    assert again.event.pk == first.event.pk
    assert Event.objects.count() == 1


def test_a_repeat_without_an_instant_after_the_period_closed_gives_the_first_answer(
    seller: Organization, buyer: Any
) -> None:
    first = record(seller, idempotency_key="k1")
    builders.close(seller, OCTOBER)
    again = record(seller, idempotency_key="k1", now=OCTOBER + timedelta(hours=1))
    assert again.repeated
    assert (again.event.pk, again.event.late) == (first.event.pk, False)


def test_a_number_written_otherwise_is_the_same_content(seller: Organization, buyer: Any) -> None:
    record(seller, idempotency_key="k1", quantity="1.50")
    assert record(seller, idempotency_key="k1", quantity="1.5").repeated


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": "2"},
        {"occurred_at": NOON},
        {"properties": {"host": "b"}},
        {"customer": "crm-1", "metric": "coaching-metric", "add_on": None},
    ],
)
def test_a_key_with_other_content_is_a_conflict(seller: Organization, buyer: Any, other: dict[str, Any]) -> None:
    record(seller, idempotency_key="k1")
    with pytest.raises(Conflict) as refused:
        record(seller, idempotency_key="k1", **other)
    assert refused.value.field == "idempotency_key"
    assert Event.objects.count() == 1


def test_a_key_whose_digest_has_the_form_of_the_first_schema_gets_the_first_answer(
    seller: Organization, buyer: Any
) -> None:
    stored = record(seller).event
    stored.pk = None
    stored.public_id = new_public_id("evt")
    stored.idempotency_key = "k1"
    line = '"line":[null,"crm-1",null,"coaching-use"]'
    first_form = f'{{{line},"occurred_at":null,"properties":{{"a":1,"b":"\\u00e9"}},"quantity":"2"}}'
    stored.content_digest = sha256(first_form.encode()).hexdigest()
    stored.save(force_insert=True)
    again = record(seller, idempotency_key="k1", quantity="2.0", properties={"b": "é", "a": 1})
    assert (again.repeated, again.event.public_id) == (True, stored.public_id)
    with pytest.raises(Conflict):
        record(seller, idempotency_key="k1", quantity="3", properties={"b": "é", "a": 1})


def test_a_key_is_unique_within_its_organization_only(seller: Organization, buyer: Any) -> None:
    record(seller, idempotency_key="k1")
    with scope.fresh():
        other = builders.organization("southridge")
        with scope.of(other):
            offer = builders.usage_offer(other)
            builders.subscribed(builders.customer(other, external_id="crm-1"), offer)
            assert not record(other, idempotency_key="k1").repeated


def test_several_events_are_recorded_all_or_none(seller: Organization, buyer: Any) -> None:
    good = NewEvent(quantity=Decimal(1), customer="crm-1", add_on="coaching-use")
    bad = NewEvent(quantity=Decimal(1), customer="crm-1", add_on="unknown")
    with pytest.raises(NotFound):
        usage.record_events(organization=seller, events=[good, bad], now=NOON, source="api", actor="key_test")
    assert not Event.objects.exists()


def test_recording_asks_the_database_a_bounded_number_of_questions(
    seller: Organization, buyer: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(7):
        record(seller, idempotency_key="k1")
