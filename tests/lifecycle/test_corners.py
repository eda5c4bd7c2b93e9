"""Verbs that meet: at one instant, ahead of their time, on drafts, and with intervals that differ."""

from decimal import Decimal

import pytest

from apps.catalog import operations as catalog
from apps.catalog.models import Plan
from apps.core.refusals import Conflict
from apps.invoicing import issuing
from apps.invoicing.lifecycle import changing, ending, items, pausing
from apps.invoicing.models import CreditNote, Invoice
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, charged, credited, day, item_of, spans


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


def yearly_plan(world: worlds.World, **fields: str) -> Plan:
    plan = catalog.create_plan(
        organization=world.seller,
        product=world.pro.product,
        key="yearly",
        name="Yearly plan",
        interval_unit="year",
        now=day("2026-09-01"),
        **fields,
    )
    catalog.set_price(
        organization=world.seller, plan=plan, currency="USD", form=worlds.per_unit("365"), now=day("2026-09-01")
    )
    catalog.enable_add_on(plan=plan, add_on=world.calls)
    catalog.enable_add_on(plan=plan, add_on=world.support, automatic=False)
    return plan


def without_calls_soon(world: worlds.World) -> tuple[Subscription, Item]:
    """Start on the basic plan and remove the calls, of which some are recorded a few minutes ahead."""
    subscription = world.start()
    world.use("10", "2026-09-16T00:04:00", now=day("2026-09-16"))
    items.remove_item(item=item_of(subscription, world.calls), now=day("2026-09-16"), actor=WHO, when="now")
    return subscription, item_of(subscription, world.calls)


def test_what_is_canceled_before_it_begins_has_no_period_and_no_bill(world: worlds.World) -> None:
    subscription = world.start("2026-09-01", starts_at=day("2026-10-01"))
    changed = ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO, when="now")
    assert (charged(changed), Subscription.objects.get().status) == ([], "canceled")
    assert not Period.objects.exists() and not Invoice.objects.exists()


def test_by_the_calendar_a_fee_that_goes_on_yearly_begins_with_the_rest_of_the_year(seller: Organization) -> None:
    world = worlds.world(seller, alignment="calendar")
    yearly = yearly_plan(world, alignment="calendar")
    subscription = world.start(add_ons=[world.support])
    changing.change_plan(subscription=subscription, plan=yearly, now=day("2026-09-16"), actor=WHO, when="period_end")
    assert world.close("2026-10-01") == ["95.02"]  # 92 of 365 days: 92.00 for the plan, 3.02 for support
    assert spans(item_of(subscription, world.support))[-1] == ("10-01", "01-01", "current", True)


def test_usage_that_is_ahead_of_a_planned_change_is_recorded_at_the_new_price(
    world: worlds.World, seller: Organization
) -> None:
    catalog.set_price(
        organization=seller,
        plan=world.pro,
        add_on=world.calls,
        currency="USD",
        form=worlds.per_unit("0.05"),
        now=day("2026-09-01"),
    )
    subscription = world.start()
    changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO, when="period_end")
    world.use("100", "2026-10-01T00:01:00", now=day("2026-09-30T23:58:00"))
    assert world.close("2026-10-01") == ["90.00"]
    assert world.close("2026-11-01") == ["95.00"]


def test_what_is_removed_from_a_subscription_that_is_to_end_ends_with_it(
    world: worlds.World, seller: Organization
) -> None:
    domain = worlds.add_on(seller, "domain", [world.basic], price="120", interval_unit="year")
    subscription = world.start(add_ons=[domain])
    ending.cancel(subscription=subscription, now=day("2026-09-10"), actor=WHO)
    changed = items.remove_item(item=item_of(subscription, domain), now=day("2026-09-11"), actor=WHO)
    assert changed.at == item_of(subscription, domain).ends_at == day("2026-10-01")
    world.close("2026-10-01")
    assert not Period.objects.filter(status="current").exists()


def test_the_cycle_of_a_free_plan_is_its_own_and_not_that_of_the_fee_before(world: worlds.World) -> None:
    free = catalog.create_plan(
        organization=world.seller,
        product=world.pro.product,
        key="free",
        name="Free plan",
        interval_unit="year",
        is_free=True,
        now=day("2026-09-01"),
    )
    subscription = world.start()
    changing.change_plan(subscription=subscription, plan=free, now=day("2026-09-16"), actor=WHO)
    changed = ending.cancel(subscription=subscription, now=day("2026-09-20"), actor=WHO)
    assert changed.at == day("2027-09-16")


def test_fees_that_stay_owed_are_for_as_many_as_there_were(world: worlds.World) -> None:
    subscription = world.start()
    pausing.pause(subscription=subscription, now=day("2026-09-11"), actor=WHO)
    pausing.resume(subscription=subscription, now=day("2026-09-21"), actor=WHO)
    items.set_quantity(item=item_of(subscription), quantity=Decimal(3), now=day("2026-09-26"), actor=WHO)
    assert world.close("2026-10-01") == ["90.00"]


def test_a_change_at_the_end_of_the_cycle_gives_no_cycle_away(world: worlds.World) -> None:
    subscription = world.start()
    changing.change_plan(
        subscription=subscription,
        plan=world.pro,
        now=day("2026-09-16"),
        actor=WHO,
        when="period_end",
        proration="none",
    )
    assert world.close("2026-10-01") == ["90.00"]


def test_a_kept_fee_covers_the_rest_of_its_interval_whatever_follows(world: worlds.World) -> None:
    subscription = world.start()
    for plan, now, proration in ((world.pro, "2026-09-11", "none"), (world.basic, "2026-09-21", "prorate")):
        changed = changing.change_plan(
            subscription=subscription, plan=plan, now=day(now), actor=WHO, proration=proration
        )
        assert (charged(changed), credited(changed)) == ([("Call", "0.00")] if changed.lines else [], [])
    assert world.close("2026-10-01") == ["30.00"]


def test_a_kept_fee_of_a_month_does_not_cover_a_year(world: worlds.World) -> None:
    yearly = yearly_plan(world)
    subscription = world.start(add_ons=[world.support])
    changing.change_plan(subscription=subscription, plan=yearly, now=day("2026-09-16"), actor=WHO, proration="none")
    pausing.pause(subscription=subscription, now=day("2026-09-21"), actor=WHO, proration="prorate")
    pausing.resume(subscription=subscription, now=day("2026-09-26"), actor=WHO)
    assert spans(item_of(subscription, world.support))[-1] == ("09-26", "10-01", "current", False)
    world.close("2026-10-01")
    assert spans(item_of(subscription, world.support))[-1] == ("10-01", "09-16", "current", True)


def test_three_verbs_of_one_instant_follow_each_other(world: worlds.World) -> None:
    """The clock of a test organization stands still; each verb leaves a moment of what the one before began."""
    subscription = world.start()
    now = day("2026-09-11")
    pausing.pause(subscription=subscription, now=now, actor=WHO, proration="prorate")
    pausing.resume(subscription=subscription, now=now, actor=WHO)
    changing.change_plan(subscription=subscription, plan=world.pro, now=now, actor=WHO)
    ending.cancel(subscription=subscription, now=now, actor=WHO, when="now", proration="prorate")
    assert worlds.balance(world.buyer) == "10.00"
    assert not Period.objects.filter(status="current").exists()


def test_a_cut_waits_while_usage_is_ahead_of_the_end_of_another_period(
    world: worlds.World, seller: Organization
) -> None:
    """Calls are metered by the week: one is ahead of the month's end, at which the fee's period ends."""
    type(world.calls).objects.filter(pk=world.calls.pk).update(interval_unit="week")
    subscription = world.start()
    world.close("2026-09-29")
    world.use("100", "2026-10-01T00:01:00", now=day("2026-09-30T23:58:00"))
    with pytest.raises(Conflict) as refused:
        ending.cancel(subscription=subscription, now=day("2026-09-30T23:58:30"), actor=WHO, when="now")
    assert refused.value.code == "usage_ahead"
    world.close("2026-10-01")
    ending.cancel(subscription=subscription, now=day("2026-10-01T00:00:30"), actor=WHO, when="now")
    assert not Period.objects.filter(status="current").exists()


def test_what_was_canceled_while_its_fee_stood_on_a_draft_is_given_back_when_it_is_issued(
    world: worlds.World, seller: Organization
) -> None:
    type(seller).objects.update(auto_finalize=False)
    seller.refresh_from_db()
    subscription = world.start()
    changed = ending.cancel(
        subscription=subscription, now=day("2026-09-01"), actor=WHO, when="now", proration="prorate"
    )
    assert credited(changed) == []
    issuing.issue(invoice=Invoice.objects.get(cause="start"), now=day("2026-09-02"))
    assert [note.total.text() for note in CreditNote.objects.all()] == ["30.00"]
    assert worlds.balance(world.buyer) == "0.00"


def test_during_grace_what_is_added_is_billed_at_once_though_a_usage_system_is_waited_for(
    world: worlds.World, seller: Organization
) -> None:
    type(seller).objects.update(usage_grace="5 days")
    seller.refresh_from_db()
    subscription = world.start()
    usage.set_source(item=item_of(subscription, world.calls), url="https://usage.example/calls", now=day("2026-09-02"))
    changed = items.add_item(subscription=subscription, add_on=world.support, now=day("2026-10-02"), actor=WHO)
    assert charged(changed) == [("Support", "11.61")]


def test_what_was_removed_at_the_same_instant_does_not_hold_up_a_change_of_plan(world: worlds.World) -> None:
    """What is added and removed at one instant lives for a moment, in which it cannot be cut again."""
    yearly = yearly_plan(world)
    subscription = world.start()
    now = day("2026-09-16")
    items.add_item(subscription=subscription, add_on=world.support, now=now, actor=WHO)
    support = item_of(subscription, world.support)
    items.remove_item(item=support, now=now, actor=WHO, when="now", proration="prorate")
    changed = changing.change_plan(subscription=subscription, plan=yearly, now=now, actor=WHO)
    assert charged(changed) == [("Call", "0.00"), ("Yearly plan", "365.00")]
    assert (item_of(subscription, world.support), spans(support)) == (support, [("09-16", "09-16", "final", True)])


def test_what_was_removed_with_usage_ahead_can_be_chosen_again_with_another_plan(world: worlds.World) -> None:
    yearly = yearly_plan(world)
    subscription, calls = without_calls_soon(world)
    changed = changing.change_plan(subscription=subscription, plan=yearly, now=day("2026-09-16"), actor=WHO)
    assert calls.ends_at == changed.at == day("2026-09-16T00:04:00.000001")
    afresh = item_of(subscription, world.calls)
    assert (afresh.starts_at, spans(calls)) == (changed.at, [("09-01", "09-16 00:04", "final", True)])
    assert afresh != calls


@pytest.mark.parametrize("verb", ["pause", "cancel"])
def test_what_was_removed_with_usage_ahead_is_not_paused_or_ended_before(world: worlds.World, verb: str) -> None:
    subscription, calls = without_calls_soon(world)
    if verb == "pause":
        changed = pausing.pause(subscription=subscription, now=day("2026-09-16"), actor=WHO)
    else:
        changed = ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO, when="now")
    assert item_of(subscription, world.calls).ends_at == changed.at == calls.periods.get().ends_at


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_what_is_to_end_costs_a_part_of_the_interval_that_a_change_of_plan_gives_it(
    world: worlds.World, seller: Organization, when: str
) -> None:
    """It is removed at the end of its period already: no year of it is charged, nor does one collect."""
    yearly = yearly_plan(world)
    weekly = worlds.add_on(seller, "weekly", [world.basic, yearly], price="7", interval_unit="week")
    subscription = world.start(add_ons=[world.support, weekly])
    world.close("2026-09-29")
    now = day("2026-09-30")
    support, week = item_of(subscription, world.support), item_of(subscription, weekly)
    items.remove_item(item=support, now=now, actor=WHO)
    items.remove_item(item=week, now=now, actor=WHO)
    changed = changing.change_plan(subscription=subscription, plan=yearly, now=now, actor=WHO, when=when)
    if when == "now":  # a day of 365 of support, and six of seven of the week
        parts = [("Support", "0.03"), ("Weekly", "6.00")]
        assert charged(changed) == [("Call", "0.00"), *parts, ("Yearly plan", "365.00")]
    else:  # support is over by then; five of the seven days are left of the week
        assert world.close("2026-10-01") == ["370.00"]
    assert world.close("2027-01-01") == []
    assert not Period.objects.filter(item__in=[support, week], status="current").exists()
    assert (spans(support)[-1][1], spans(week)[-1][1]) == ("10-01", "10-06")
