"""Pausing and resuming, suspending and restoring."""

from functools import partial

import pytest

from apps.core.refusals import Conflict
from apps.invoicing.lifecycle import changing, ending, pausing
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, charged, credited, day, item_of, spans


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


def test_a_pause_is_a_period_that_is_not_billed(world: worlds.World) -> None:
    subscription = world.start()
    world.use("100", "2026-09-05")
    changed = pausing.pause(subscription=subscription, now=day("2026-09-16"), actor=WHO, proration="prorate")
    assert (charged(changed), credited(changed)) == ([("Call", "10.00")], [("Basic plan", "15.00")])
    assert Subscription.objects.get().status == "paused"
    world.use("100", "2026-09-20")
    assert world.close("2026-11-01") == []
    changed = pausing.resume(subscription=subscription, now=day("2026-11-16"), actor=WHO)
    assert charged(changed) == [("Basic plan", "15.00")]
    assert Subscription.objects.get().status == "active"
    assert spans(item_of(subscription)) == [
        ("09-01", "09-16", "final", True),
        ("09-16", "10-01", "recorded", False),
        ("10-01", "11-01", "recorded", False),
        ("11-01", "11-16", "final", False),
        ("11-16", "12-01", "current", True),
    ]
    world.use("100", "2026-11-20")
    assert world.close("2026-12-01") == ["40.00"]


def test_without_giving_back_the_time_that_was_paid_is_not_paid_again(world: worlds.World) -> None:
    subscription = world.start()
    changed = pausing.pause(subscription=subscription, now=day("2026-09-11"), actor=WHO)
    assert (charged(changed), credited(changed)) == ([("Call", "0.00")], [])
    changed = pausing.resume(subscription=subscription, now=day("2026-09-21"), actor=WHO)
    assert charged(changed) == []
    assert world.close("2026-10-01") == ["30.00"]


def test_what_is_paused_can_be_canceled(world: worlds.World) -> None:
    subscription = world.start()
    pausing.pause(subscription=subscription, now=day("2026-09-16"), actor=WHO, proration="prorate")
    changed = ending.cancel(subscription=subscription, now=day("2026-09-20"), actor=WHO, when="now")
    assert (charged(changed), credited(changed)) == ([], [])
    assert Subscription.objects.get().status == "canceled"


def test_suspended_billing_runs_on(world: worlds.World) -> None:
    subscription = world.start()
    pausing.suspend(subscription=subscription, now=day("2026-09-10"), actor=WHO, reason="not paid")
    world.use("100", "2026-09-20")
    assert world.close("2026-10-01") == ["40.00"]
    assert Subscription.objects.get().status == "suspended"
    pausing.restore(subscription=subscription, now=day("2026-10-05"), actor=WHO)
    assert Subscription.objects.get().status == "active"


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        ("pause", "paused_already"),
        ("resume", "not_paused"),
        ("suspend", "suspended_already"),
        ("restore", "not_suspended"),
    ],
)
def test_what_stands_so_already_is_refused(world: worlds.World, verb: str, code: str) -> None:
    subscription = world.start()
    if verb in ("pause", "suspend"):
        getattr(pausing, verb)(subscription=subscription, now=day("2026-09-10"), actor=WHO)
    with pytest.raises(Conflict) as refused:
        getattr(pausing, verb)(subscription=subscription, now=day("2026-09-11"), actor=WHO)
    assert refused.value.code == code


def test_what_is_suspended_for_long_is_canceled_where_the_organization_says_so(world: worlds.World) -> None:
    subscription = world.start()
    pausing.suspend(subscription=subscription, now=day("2026-09-10"), actor=WHO)
    assert ending.cancel_long_suspended(organization=world.seller, now=day("2026-10-30")) == []
    world.seller.cancel_suspended_after_days = 30
    world.seller.save()
    assert ending.cancel_long_suspended(organization=world.seller, now=day("2026-10-09")) == []
    assert ending.cancel_long_suspended(organization=world.seller, now=day("2026-10-10")) == [subscription]
    assert ending.cancel_long_suspended(organization=world.seller, now=day("2026-10-11")) == []
    assert Subscription.objects.get().status == "canceled"


@pytest.mark.parametrize("suspended", [False, True])
def test_what_has_not_begun_is_neither_paused_nor_changed_even_where_it_is_suspended(
    world: worlds.World, suspended: bool
) -> None:
    subscription = world.start(starts_at=day("2026-09-20"))
    if suspended:
        pausing.suspend(subscription=subscription, now=day("2026-09-02"), actor=WHO)
    for refused in (
        partial(pausing.pause, subscription=subscription),
        partial(changing.change_plan, subscription=subscription, plan=world.pro),
    ):
        with pytest.raises(Conflict) as conflict:
            refused(now=day("2026-09-03"), actor=WHO)
        assert conflict.value.code == "not_begun"
