"""Limits: which one holds, what a hard one lets through, and what cannot be set up."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps as registry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog import operations as catalog
from apps.core.refusals import Conflict, Refusal
from apps.rating.numbers import plain
from apps.subscriptions.models import Period
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage import rules
from apps.usage.models import Event, Limit
from apps.usage.models.limits import MOST
from apps.usage.rules import Where
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.usage.limits import NOON, World, world


@pytest.fixture
def calls(seller: Organization) -> World:
    return world(seller)


def test_a_hard_limit_refuses_what_would_pass_it(calls: World) -> None:
    calls.limit("7")
    calls.post("5")
    with pytest.raises(Conflict) as refused:
        calls.post("3", idempotency_key="big")
    assert (refused.value.code, refused.value.field) == ("usage_limit_reached", "quantity")
    assert refused.value.extra == {"limit": "7", "used": "5", "left": "2"}
    assert calls.used() == 5


def test_a_smaller_one_may_pass_later_and_the_refused_key_stays_free(calls: World) -> None:
    calls.limit("7")
    calls.post("5")
    with pytest.raises(Conflict):
        calls.post("3", idempotency_key="call")
    assert not calls.post("2", idempotency_key="call").repeated
    assert calls.used() == 7
    with pytest.raises(Conflict):
        calls.post("0.000000000001")


@pytest.mark.parametrize("kind", ["soft", "notify"])
def test_other_limits_refuse_nothing(calls: World, kind: str) -> None:
    calls.limit("7", kind)
    calls.post("100")
    assert calls.used() == 100


def test_in_a_batch_each_event_is_decided_in_order(calls: World) -> None:
    calls.limit("10")
    outcomes = calls.post_all(["4", "5", "3", "1", "-6", "7", "-100", "106"])
    refused = [outcome.refusal is not None for outcome in outcomes]
    assert refused == [False, False, True, False, False, True, False, False]
    assert outcomes[5].refusal is not None
    assert outcomes[5].refusal.extra == {"limit": "10", "used": "4", "left": "6"}
    assert calls.used() == 10


def test_a_refused_event_of_a_batch_leaves_its_key_to_a_later_one(calls: World) -> None:
    calls.limit("1")
    events = [calls.new("2", idempotency_key="same"), calls.new("1", idempotency_key="same")]
    outcomes = usage.record_batch(organization=calls.seller, events=events, now=NOON, source="api", actor="k")
    assert [outcome.refusal is None for outcome in outcomes] == [False, True]
    assert calls.used() == 1


def test_a_batch_that_is_stored_whole_or_not_at_all_is_refused_whole(calls: World) -> None:
    calls.limit("2")
    with pytest.raises(Conflict):
        usage.record_events(
            organization=calls.seller,
            events=[calls.new("1"), calls.new("2")],
            now=NOON,
            source="import",
            actor="somebody",
        )
    assert not Event.objects.exists()


def test_a_repeat_is_answered_though_the_limit_is_reached(calls: World) -> None:
    calls.limit("1")
    first = calls.post("1", idempotency_key="call")
    again = calls.post("1", idempotency_key="call")
    assert (again.repeated, again.event) == (True, first.event)


def test_a_reversal_makes_room(calls: World) -> None:
    calls.limit("1")
    event = calls.post("1").event
    usage.reverse_event(
        organization=calls.seller, public_id=event.public_id, reason="wrong", now=NOON, source="api", actor="k"
    )
    calls.post("1")
    assert calls.used() == 1


def test_a_count_is_limited_by_events(seller: Organization) -> None:
    visits = world(seller, aggregation="count")
    visits.limit("2")
    outcomes = visits.post_all(["50", "1", "1"])
    assert [outcome.refusal is None for outcome in outcomes] == [True, True, False]


def test_each_period_has_a_limit_of_its_own(calls: World) -> None:
    calls.limit("1")
    events = [
        calls.new("1", idempotency_key="september", occurred_at=OCTOBER - timedelta(seconds=1)),
        calls.new("1", idempotency_key="october", occurred_at=OCTOBER),
        calls.new("1", idempotency_key="more", occurred_at=OCTOBER),
    ]
    outcomes = usage.record_batch(organization=calls.seller, events=events, now=OCTOBER, source="api", actor="k")
    assert [outcome.refusal is None for outcome in outcomes] == [True, True, False]


def test_late_events_neither_count_nor_fail(calls: World) -> None:
    calls.limit("5")
    calls.post("5")
    builders.close(calls.seller, OCTOBER)
    assert calls.post("100", now=OCTOBER).event.late
    calls.post("5", now=OCTOBER, occurred_at=OCTOBER)
    assert calls.used(OCTOBER) == 5


def test_a_trial_is_limited_too(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    catalog.update(row=offer.plan, trial_days=30)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    calls = World(seller, offer, buyer)
    calls.limit("1")
    calls.post("1")
    assert not Period.objects.get().billable
    with pytest.raises(Conflict):
        calls.post("1")


def test_a_limit_below_what_is_used_lets_through_what_lowers_it(calls: World) -> None:
    calls.post("9")
    calls.limit("5")
    outcomes = calls.post_all(["1", "0", "-3", "1"])
    assert [outcome.refusal is None for outcome in outcomes] == [False, True, True, False]


def test_a_limit_is_exact_at_the_widest_quantities(calls: World) -> None:
    widest = "999999999999999.999999999999"
    calls.limit(widest)
    outcomes = calls.post_all([widest, "0.000000000001", "-0.000000000001", "0.000000000001"])
    assert [outcome.refusal is None for outcome in outcomes] == [True, False, True, True]


def test_other_items_of_a_batch_are_not_limited(calls: World) -> None:
    other = builders.customer(calls.seller, "Contoso")
    builders.subscribed(other, calls.offer)
    calls.limit("1")
    free = World(calls.seller, calls.offer, other)
    events = [calls.new("2", idempotency_key="a"), *(free.new("9", idempotency_key=f"b-{n}") for n in range(3))]
    outcomes = usage.record_batch(organization=calls.seller, events=events, now=NOON, source="api", actor="k")
    assert [outcome.refusal is None for outcome in outcomes] == [False, True, True, True]


QUANTITIES = st.lists(st.sampled_from(["-3", "-1", "0", "0.5", "1", "2", "5"]), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quantities=QUANTITIES, cut=st.integers(0, 12))
def test_batches_decide_as_single_posts_do(calls: World, quantities: Sequence[str], cut: int) -> None:
    calls.limit("4")
    buyers = [builders.customer(calls.seller, f"Buyer {n} {Event.objects.count()}") for n in range(2)]
    alike = [World(calls.seller, calls.offer, buyer) for buyer in buyers]
    for each in alike:
        builders.subscribed(each.buyer, calls.offer)
        each.limit("4")
    mark = Event.objects.count()
    singly = [taken(alike[0], quantity) for quantity in quantities]
    batched = [
        outcome.refusal is None
        for part, chunk in enumerate((quantities[:cut], quantities[cut:]))
        if chunk
        for outcome in alike[1].post_all(chunk, prefix=f"{mark}-{part}")
    ]
    assert singly == batched
    assert sum(Event.objects.filter(item=alike[0].item).values_list("quantity", flat=True)) == sum(
        Event.objects.filter(item=alike[1].item).values_list("quantity", flat=True)
    )


def taken(calls: World, quantity: str) -> bool:
    try:
        calls.post(quantity)
    except Conflict:
        return False
    return True


@pytest.mark.parametrize(
    ("item", "plan", "add_on", "holds"),
    [
        (None, None, None, None),
        (None, None, "3", "3"),
        (None, "2", None, "2"),
        (None, "2", "3", "2"),
        ("1", None, None, "1"),
        ("1", None, "3", "1"),
        ("1", "2", None, "1"),
        ("1", "2", "3", "1"),
        ("none", "2", "3", None),
        ("none", None, None, None),
        (None, "none", "3", None),
        ("1", "none", "3", "1"),
    ],
)
def test_the_most_specific_limit_holds(calls: World, item: Any, plan: Any, add_on: Any, holds: str | None) -> None:
    for at, quantity in (("item", item), ("plan", plan), ("add_on", add_on)):
        if quantity == "none":
            calls.limit(None, "none", at=at)
        elif quantity is not None:
            calls.limit(quantity, at=at)
    limit = rules.limit_for(calls.places["item"])
    assert (limit and limit.quantity and plain(limit.quantity)) == holds
    accepted = sum(outcome.refusal is None for outcome in calls.post_all(["1"] * 5))
    assert accepted == int(holds or 5)


def test_a_limit_of_another_plan_or_organization_does_not_hold(calls: World, db: None) -> None:
    other_plan = builders.plan_of(
        calls.seller, calls.offer.plan.product, key="other", base=None, timing="advance", now=SEPTEMBER
    )
    assert calls.offer.add_on is not None
    catalog.enable_add_on(plan=other_plan, add_on=calls.offer.add_on)
    elsewhere = Where(plan=other_plan, add_on=calls.offer.add_on)
    usage.set_limit(organization=calls.seller, at=elsewhere, kind="hard", quantity=Decimal(1), now=SEPTEMBER)
    calls.post("5")


def test_taking_a_limit_away_lets_the_default_hold_again(calls: World) -> None:
    calls.limit("1", at="add_on")
    calls.limit("5")
    calls.post("3")
    assert usage.clear_limit(at=calls.places["item"])
    assert not usage.clear_limit(at=calls.places["item"])
    with pytest.raises(Conflict):
        calls.post("1")


def test_setting_a_limit_again_changes_it_and_history_keeps_both(calls: World) -> None:
    first, second = calls.limit("1"), calls.limit("2", "soft")
    assert first.public_id == second.public_id
    usage.clear_limit(at=calls.places["item"])
    assert not Limit.objects.exists()
    kept = registry.get_model("usage", "LimitHistory").objects.order_by("pgh_id")
    assert list(kept.values_list("kind", "quantity")) == [("hard", 1), ("soft", 2), ("soft", 2)]


@pytest.mark.parametrize(
    ("at", "kind", "quantity", "field", "code"),
    [
        ("item", "hard", None, "quantity", "required"),
        ("item", "hard", "-1", "quantity", "quantity_out_of_range"),
        ("item", "hard", str(MOST), "quantity", "quantity_out_of_range"),
        ("item", "none", "1", "quantity", "quantity_not_wanted"),
        ("item", "strict", "1", "kind", "invalid_choice"),
        ("add_on", "none", None, "kind", "nothing_to_lift"),
    ],
)
def test_what_is_not_a_limit_is_refused(
    calls: World, at: str, kind: str, quantity: str | None, field: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        calls.limit(quantity, kind, at=at)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert not Limit.objects.exists()


@pytest.mark.parametrize("aggregation", ["max", "latest", "unique"])
@pytest.mark.parametrize("at", ["item", "plan", "add_on"])
def test_only_a_sum_or_a_count_has_a_hard_limit(seller: Organization, aggregation: str, at: str) -> None:
    calls = world(seller, aggregation=aggregation)
    with pytest.raises(Refusal) as refused:
        calls.limit("1", at=at)
    assert (refused.value.field, refused.value.code) == ("kind", "hard_limit_not_additive")
    calls.limit("1", "soft", at=at)


def test_only_usage_is_limited(seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="10")
    buyer = builders.customer(seller)
    fee = builders.subscribed(buyer, offer).items.get(add_on=None)
    with pytest.raises(Refusal) as refused:
        usage.set_limit(organization=seller, at=Where(item=fee), kind="hard", quantity=Decimal(1), now=NOON)
    assert (refused.value.field, refused.value.code) == ("item", "not_metered")


def test_a_plan_limits_only_what_it_offers(calls: World) -> None:
    other = builders.usage_offer(calls.seller, key="storage")
    with pytest.raises(Refusal) as refused:
        usage.set_limit(
            organization=calls.seller,
            at=Where(plan=calls.offer.plan, add_on=other.add_on),
            kind="hard",
            quantity=Decimal(1),
            now=NOON,
        )
    assert (refused.value.field, refused.value.code) == ("add_on", "add_on_not_enabled")


def test_another_organization_has_limits_of_its_own(calls: World) -> None:
    calls.limit("1")
    with scope.fresh():
        other = builders.organization("contoso")
        with scope.of(other):
            assert not Limit.objects.exists()
