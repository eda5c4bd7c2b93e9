"""Ending a subscription: now or later, with or without giving back, and taking it back."""

import pytest

from apps.core.refusals import Conflict
from apps.invoicing.lifecycle import ending, items
from apps.invoicing.models import Invoice
from apps.outbox.models import Message
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, charged, credited, day, item_of, spans


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


def test_canceled_now_everything_open_is_billed_on_a_last_invoice(world: worlds.World) -> None:
    subscription = world.start()
    world.use("100", "2026-09-05")
    changed = ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO, when="now")
    assert (charged(changed), credited(changed)) == ([("Call", "10.00")], [])
    assert changed.invoice is not None and changed.invoice.cause == "end"
    subscription.refresh_from_db()
    assert (subscription.status, subscription.ends_at) == ("canceled", day("2026-09-16"))
    assert (subscription.next_boundary_at, subscription.bills_at) == (None, None)
    assert spans(item_of(subscription)) == [("09-01", "09-16", "final", True)]
    assert world.close("2026-12-01") == []
    topics = list(
        Message.objects.filter(topic__startswith="subscription.").order_by("id").values_list("topic", flat=True)
    )
    assert topics == ["subscription.started", "subscription.canceled", "subscription.ended"]


def test_prorated_the_rest_of_the_fee_is_given_back(world: worlds.World) -> None:
    subscription = world.start()
    changed = ending.cancel(
        subscription=subscription, now=day("2026-09-16"), actor=WHO, when="now", proration="prorate"
    )
    assert credited(changed) == [("Basic plan", "15.00")]


def test_a_fee_in_arrears_is_charged_for_the_part_used(seller: Organization) -> None:
    world = worlds.world(seller, timing="arrears")
    subscription = world.start()
    changed = ending.cancel(subscription=subscription, now=day("2026-09-11"), actor=WHO, when="now")
    assert charged(changed) == [("Basic plan", "10.00"), ("Call", "0.00")]


def test_what_waits_for_its_grace_is_on_the_last_invoice(seller: Organization) -> None:
    world = worlds.world(seller)
    type(seller).objects.update(usage_grace="5 days")
    seller.refresh_from_db()
    subscription = world.start()
    world.use("100", "2026-09-05")
    world.use("50", "2026-10-02")
    changed = ending.cancel(subscription=subscription, now=day("2026-10-03"), actor=WHO, when="now")
    assert charged(changed) == [("Basic plan", "30.00"), ("Call", "10.00"), ("Call", "5.00")]


def test_at_the_end_of_the_cycle_it_ends_by_itself(world: worlds.World) -> None:
    subscription = world.start()
    world.use("100", "2026-09-05")
    changed = ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO)
    assert (changed.at, changed.invoice) == (day("2026-10-01"), None)
    subscription.refresh_from_db()
    assert subscription.status == "active"
    world.use("100", "2026-09-30")
    assert world.close("2026-10-01") == ["20.00"]
    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    assert world.close("2026-12-01") == []
    assert spans(item_of(subscription)) == [("09-01", "10-01", "final", True)]


def test_until_then_it_can_be_taken_back(world: worlds.World) -> None:
    subscription = world.start(add_ons=[world.support])
    items.remove_item(item=item_of(subscription, world.support), now=day("2026-09-10"), actor=WHO)
    ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO)
    ending.reactivate(subscription=subscription, now=day("2026-09-20"), actor=WHO)
    assert world.close("2026-10-01") == ["30.00"]  # what was taken off by itself stays off
    with pytest.raises(Conflict):
        ending.reactivate(subscription=subscription, now=day("2026-10-02"), actor=WHO)


def test_a_yearly_plan_ends_with_its_year_and_its_monthly_usage_is_billed_until_then(seller: Organization) -> None:
    world = worlds.world(seller, interval_unit="year")
    type(world.calls).objects.filter(pk=world.calls.pk).update(interval_unit="month")
    subscription = world.start()
    changed = ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO)
    assert changed.at == day("2027-09-01")
    world.use("10", "2027-08-31")
    assert world.close("2027-09-01") == ["0.00"] * 11 + ["1.00"]
    subscription.refresh_from_db()
    assert subscription.status == "canceled"


def test_a_plan_without_a_fee_ends_with_its_cycle_too(seller: Organization) -> None:
    world = worlds.world(seller, is_free=True)
    subscription = world.start()
    assert ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO).at == day("2026-10-01")


def test_what_has_ended_is_not_ended_again(world: worlds.World) -> None:
    subscription = world.start()
    ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO)
    with pytest.raises(Conflict, match="already"):
        ending.cancel(subscription=subscription, now=day("2026-09-17"), actor=WHO)
    ending.cancel(subscription=subscription, now=day("2026-09-17"), actor=WHO, when="now")
    with pytest.raises(Conflict, match="has ended"):
        ending.cancel(subscription=subscription, now=day("2026-09-18"), actor=WHO, when="now")


def test_what_has_not_begun_ends_without_a_bill(world: worlds.World) -> None:
    subscription = world.start("2026-09-01", starts_at=day("2026-10-01"))
    assert (subscription.status, Invoice.objects.count()) == ("scheduled", 0)
    ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO, when="now")
    assert world.close("2026-12-01") == []
    assert Subscription.objects.get().status == "canceled"


def test_a_start_ahead_is_billed_when_it_comes(world: worlds.World) -> None:
    world.start("2026-09-01", starts_at=day("2026-10-01"))
    assert world.close("2026-09-30") == []
    assert world.close("2026-10-01") == ["30.00"]
    assert Subscription.objects.get().status == "active"
    assert Message.objects.filter(topic="subscription.activated").count() == 1


def test_a_trial_may_end_the_subscription(seller: Organization) -> None:
    world = worlds.world(seller, trial_days=14, after_trial="cancel")
    subscription = world.start()
    world.use("100", "2026-09-05")
    assert subscription.status == "trialing"
    assert world.close("2026-12-01") == []
    subscription.refresh_from_db()
    assert (subscription.status, subscription.ends_at) == ("canceled", day("2026-09-15"))
    assert not Invoice.objects.exists()


def test_a_trial_that_was_to_end_it_may_be_turned_into_a_subscription(seller: Organization) -> None:
    world = worlds.world(seller, trial_days=14, after_trial="cancel")
    subscription = world.start()
    ending.reactivate(subscription=subscription, now=day("2026-09-10"), actor=WHO)
    assert world.close("2026-09-15") == ["30.00"]
    assert Message.objects.filter(topic="subscription.trial_ended").count() == 1
