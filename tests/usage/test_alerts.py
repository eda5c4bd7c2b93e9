"""Alerts: what fires, how often, in which order, with which numbers; and what cannot be set up."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.catalog import operations as catalog
from apps.core.refusals import Conflict
from apps.outbox.models import Job, Message
from apps.outbox.work import work
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import handlers
from apps.usage import operations as usage
from apps.usage.models import AlertFiring, LimitFiring
from tests import builders
from tests.builders import OCTOBER
from tests.usage.limits import INCLUDED, NOON, World, world

REACHED = ("usage.alert_reached", "usage.limit_reached")


@pytest.fixture
def calls(seller: Organization) -> World:
    return world(seller, key="calls", name="API call", form=INCLUDED)


def look(now: datetime = NOON) -> list[tuple[str, str]]:
    """Do what the worker does; return what was told since, in order."""
    seen = list(Message.objects.filter(position__isnull=False).values_list("pk", flat=True))
    work(clock=lambda: now)
    told = Message.objects.filter(topic__in=REACHED).exclude(pk__in=seen).order_by("pk")
    return [(row.topic.split(".")[1], row.payload.get("threshold") or row.payload["limit"]) for row in told]


def test_an_alert_fires_once_its_threshold_is_reached(calls: World) -> None:
    calls.alert("included", "80")
    calls.post("7999.999")
    assert look() == []
    calls.post("0.001")
    assert look() == [("alert_reached", "80")]
    firing = AlertFiring.objects.get()
    assert (firing.quantity, firing.amount_minor, firing.currency, firing.at) == (8000, 0, "USD", NOON)
    message = Message.objects.get(topic="usage.alert_reached")
    period = Period.objects.get()
    assert message.payload == {
        "customer": calls.buyer.public_id,
        "subscription": calls.item.subscription.public_id,
        "item": calls.item.public_id,
        "add_on": "calls-use",
        "period": period.public_id,
        "period_starts_at": "2026-09-01T00:00:00+00:00",
        "period_ends_at": "2026-10-01T00:00:00+00:00",
        "alert": firing.alert.public_id,
        "basis": "included",
        "threshold": "80",
        "level": "8000",
        "quantity": "8000",
        "amount": "0.00",
        "currency": "USD",
        "included_units": "10000",
        "limit": None,
    }


def test_one_batch_may_jump_over_several_which_fire_in_rising_order(calls: World) -> None:
    calls.limit("20000", "soft")
    for basis, threshold in (("amount", "50"), ("quantity", "12000"), ("included", "80"), ("limit", "45")):
        calls.alert(basis, threshold)
    calls.alert("included", "200")
    calls.post_all(["9000", "6000"])
    assert look() == [("alert_reached", threshold) for threshold in ("80", "45", "12000", "50")]
    assert {firing.quantity for firing in AlertFiring.objects.all()} == {15000}


def test_an_alert_does_not_fire_again_whatever_is_reversed(calls: World) -> None:
    calls.alert("quantity", "5")
    event = calls.post("5").event
    assert look() == [("alert_reached", "5")]
    usage.reverse_event(
        organization=calls.seller, public_id=event.public_id, reason="wrong", now=NOON, source="api", actor="k"
    )
    calls.post("9")
    assert look() == []
    calls.post("5", now=OCTOBER, occurred_at=OCTOBER)
    assert look(OCTOBER) == [("alert_reached", "5")], "the next period has its own"


def test_an_alert_of_money_looks_at_the_very_amount_that_is_billed(calls: World) -> None:
    calls.alert("amount", "20.01")
    calls.post("12000.4")
    assert look() == [], "20.004 is billed as 20.00"
    calls.post("0.1")
    assert look() == [("alert_reached", "20.01")], "20.005 is billed as 20.01"
    assert AlertFiring.objects.get().amount_minor == 2001
    (invoice,) = builders.close(calls.seller, OCTOBER)
    assert invoice.total.text() == "20.01"


def test_money_is_prorated_and_bounded_as_it_is_billed(seller: Organization) -> None:
    form = {"model": "percentage", "rate_percent": "10", "fixed_amount": "1", "minimum_amount": "5"}
    calls = world(seller, key="cards", form=form)
    calls.alert("amount", "5", tells_customer=True)
    calls.alert("amount", "7")
    calls.post("10")
    assert look() == [("alert_reached", "5")]
    calls.post_all(["10", "20"])
    assert look() == [("alert_reached", "7")]
    assert [firing.amount_minor for firing in AlertFiring.objects.order_by("pk")] == [500, 700]


def test_an_amount_beyond_all_invoices_reaches_every_alert(seller: Organization) -> None:
    calls = world(seller, key="dear", form={"model": "per_unit", "unit_amount": "999999999999999"})
    calls.alert("amount", "999999999999999")
    calls.post("999999999999999")
    assert look() == [("alert_reached", "999999999999999")]
    assert AlertFiring.objects.get().amount_minor is None


def test_a_trial_costs_nothing_and_still_counts(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    catalog.update(row=offer.plan, trial_days=30)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    calls = World(seller, offer, buyer)
    calls.alert("amount", "1")
    calls.alert("quantity", "3")
    calls.post("3")
    assert look() == [("alert_reached", "3")]


def test_late_events_fire_nothing(calls: World) -> None:
    calls.alert("quantity", "5")
    calls.post("4")
    builders.close(calls.seller, OCTOBER)
    assert calls.post("4", now=OCTOBER).event.late
    assert look(OCTOBER) == []
    assert Message.objects.filter(topic="usage.recorded").count() == 1


def test_what_was_reached_in_time_fires_though_the_period_was_closed_meanwhile(calls: World) -> None:
    calls.alert("quantity", "5")
    calls.post("5")
    builders.close(calls.seller, OCTOBER)
    calls.post("100", now=OCTOBER)
    assert look(OCTOBER) == [("alert_reached", "5")]
    assert AlertFiring.objects.get().quantity == 5


@pytest.mark.parametrize("aggregation", ["max", "latest", "unique", "count"])
def test_every_aggregation_may_have_alerts(seller: Organization, aggregation: str) -> None:
    calls = world(seller, aggregation=aggregation)
    calls.alert("quantity", "2")
    events = [calls.new("2", idempotency_key=f"k{n}", properties={"room": f"room {n}"}) for n in range(2)]
    usage.record_batch(organization=seller, events=events, now=NOON, source="api", actor="k")
    assert look() == [("alert_reached", "2")]


def test_items_without_rules_write_no_message(calls: World) -> None:
    other = builders.customer(calls.seller, "Contoso")
    builders.subscribed(other, calls.offer)
    calls.alert("quantity", "5")
    World(calls.seller, calls.offer, other).post("100")
    assert not Message.objects.filter(topic="usage.recorded").exists()


def test_one_message_names_all_periods_of_a_batch(calls: World) -> None:
    calls.alert("quantity", "5")
    events = [calls.new("1", idempotency_key="a"), calls.new("1", idempotency_key="b", occurred_at=OCTOBER)]
    usage.record_batch(organization=calls.seller, events=events, now=OCTOBER, source="api", actor="k")
    (message,) = Message.objects.filter(topic="usage.recorded")
    assert message.payload == {"periods": list(Period.objects.order_by("pk").values_list("public_id", flat=True))}


def test_once_all_is_told_no_message_is_written_any_more(calls: World) -> None:
    calls.alert("quantity", "5")
    calls.limit("6", "notify")
    calls.post("6")
    look()
    calls.post("1")
    assert Message.objects.filter(topic="usage.recorded").count() == 1


def test_a_look_that_is_taken_again_tells_nothing_again(calls: World) -> None:
    """As after a crash between the look and the note that its job is done."""
    calls.alert("quantity", "5")
    calls.limit("5", "soft")
    calls.post("5")
    assert look() == [("alert_reached", "5"), ("limit_reached", "5")]
    message = Message.objects.get(topic="usage.recorded")
    handlers.look_for_alerts(message, NOON)
    assert look() == []
    assert (AlertFiring.objects.count(), LimitFiring.objects.count()) == (1, 1)


def test_a_look_that_dies_half_way_leaves_nothing_and_is_taken_again(calls: World) -> None:
    calls.alert("quantity", "5")
    calls.alert("quantity", "6")
    calls.post("6")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        usage.look(periods=[Period.objects.get().public_id], now=NOON)
        assert AlertFiring.objects.count() == 2
        raise ZeroDivisionError
    assert not AlertFiring.objects.exists()
    assert look() == [("alert_reached", "5"), ("alert_reached", "6")]


def test_the_database_keeps_a_firing_single(calls: World) -> None:
    calls.alert("quantity", "5")
    calls.post("5")
    look()
    firing = AlertFiring.objects.get()
    firing.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        firing.save()


@pytest.mark.parametrize("kind", ["hard", "soft", "notify"])
def test_a_limit_that_is_reached_is_told_once(calls: World, kind: str) -> None:
    calls.limit("5", kind)
    calls.post("4")
    assert look() == []
    calls.post("1")
    assert look() == [("limit_reached", "5")]
    firing = LimitFiring.objects.get()
    assert (firing.kind, firing.quantity, firing.refused, firing.at) == (kind, 5, False, NOON)


def test_a_refusal_is_told_once_though_the_limit_was_not_met(calls: World) -> None:
    calls.limit("5")
    calls.post("4")
    for _ in range(3):
        with pytest.raises(Conflict):
            calls.post("2")
    assert look() == [("limit_reached", "5")]
    assert calls.post_all(["2", "1"])[0].refusal is not None
    assert look() == []
    firing = LimitFiring.objects.get()
    assert (firing.quantity, firing.refused) == (4, True)


def test_a_refusal_in_a_batch_is_told_with_what_the_batch_stored(calls: World) -> None:
    calls.limit("5")
    calls.post_all(["4", "2", "-1"])
    assert look() == [("limit_reached", "5")]
    assert Message.objects.get(topic="usage.limit_reached").payload["refused"] is True
    assert calls.used() == 3


def test_a_refusal_that_would_have_opened_its_period_stays_untold(calls: World) -> None:
    calls.limit("5")
    with pytest.raises(Conflict):
        calls.post("6", now=OCTOBER, occurred_at=OCTOBER)
    assert (Period.objects.count(), look(OCTOBER)) == (1, [])


def test_a_raised_limit_is_told_anew(calls: World) -> None:
    calls.limit("5", "soft")
    calls.post("5")
    calls.limit("9", "soft")
    calls.post("4")
    assert look() == [("limit_reached", "9")]


def test_a_limit_of_nothing_is_reached_by_use_alone(calls: World) -> None:
    calls.limit("0", "notify")
    calls.post("0")
    assert look() == []
    calls.post("1")
    assert look() == [("limit_reached", "0")]


def test_defaults_hold_together_and_an_equal_threshold_gives_way_to_the_more_specific(calls: World) -> None:
    calls.alert("quantity", "1", at="add_on")
    calls.alert("quantity", "2", at="plan")
    own = calls.alert("quantity", "1", at="item", tells_customer=True)
    calls.post("2")
    assert look() == [("alert_reached", "1"), ("alert_reached", "2")]
    assert AlertFiring.objects.filter(alert=own).count() == 1


def test_a_default_in_another_currency_never_fires(calls: World) -> None:
    catalog.set_price(organization=calls.seller, add_on=calls.offer.add_on, currency="EUR", form=INCLUDED, now=NOON)
    calls.alert("amount", "1", at="add_on", currency="EUR")
    calls.post("20000")
    assert look() == []


def test_a_removed_alert_fires_no_more(calls: World) -> None:
    first = calls.alert("quantity", "5")
    assert usage.remove_alert(alert=first, now=NOON)
    assert not usage.remove_alert(alert=first, now=NOON)
    calls.post("5")
    assert look() == []
    calls.alert("quantity", "5")
    calls.post("1")
    assert look() == [("alert_reached", "5")]


def test_taking_a_negative_quantity_back_may_reach_an_alert(calls: World) -> None:
    calls.alert("quantity", "5")
    calls.post("4")
    event = calls.post("-1").event
    calls.post("1")
    assert look() == []
    usage.reverse_event(
        organization=calls.seller, public_id=event.public_id, reason="wrong", now=NOON, source="api", actor="k"
    )
    assert look() == [("alert_reached", "5")]


def test_no_look_fails(calls: World) -> None:
    calls.alert("quantity", "5")
    calls.post("5", now=NOON + timedelta(days=1))
    look()
    assert not Job.objects.filter(handler="usage.look_for_alerts").exclude(status="done").exists()
