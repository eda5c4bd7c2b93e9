"""Changing the plan: what is cut, what goes on untouched, and what it costs."""

from decimal import Decimal

import pytest

from apps.catalog import operations as catalog
from apps.core.refusals import Conflict, Refusal
from apps.invoicing.lifecycle import changing, ending, foreseeing
from apps.invoicing.models import Invoice
from apps.outbox.models import Message
from apps.rating.money import Money
from apps.subscriptions.models import Item, PlanChange
from apps.tenancy.models import AuditEntry, Organization
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, charged, credited, day, item_of, spans


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


def test_an_upgrade_is_prorated_and_usage_goes_on_untouched(world: worlds.World) -> None:
    subscription = world.start()
    world.use("100", "2026-09-05")
    calls = item_of(subscription, world.calls)
    changed = changing.change_plan(
        subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO, reason="they grow"
    )
    assert (charged(changed), credited(changed)) == ([("Pro plan", "45.00")], [("Basic plan", "15.00")])
    assert changed.invoice is not None and changed.invoice.cause == "change"
    first = Invoice.objects.get(cause="start")  # it was not paid, so what is given back settles a part of it
    assert (changed.invoice.amount_due.text(), first.amount_due.text()) == ("45.00", "15.00")
    assert item_of(subscription, world.calls) == calls
    assert spans(calls) == [("09-01", "10-01", "current", True)]
    base, newer = Item.objects.filter(subscription=subscription, add_on=None).order_by("pk")
    assert spans(base) == [("09-01", "09-16", "final", True)]
    assert spans(newer) == [("09-16", "10-01", "current", True)]
    assert world.close("2026-10-01") == ["100.00"]  # 90.00 for October, 10.00 for September's calls


def test_every_change_is_put_on_record(world: worlds.World) -> None:
    subscription = world.start()
    changing.change_plan(
        subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO, reason="they grow"
    )
    message = Message.objects.get(topic="subscription.plan_changed")
    assert message.payload["plan"] == "pro"
    entry = AuditEntry.objects.get(verb="plan changed")
    assert (entry.actor, entry.summary) == (WHO, "From Basic plan to Pro plan. Reason: they grow")


def test_without_proration_the_old_fee_stands_and_the_new_one_begins_after_it(world: worlds.World) -> None:
    subscription = world.start()
    changed = changing.change_plan(
        subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO, proration="none"
    )
    assert (charged(changed), credited(changed)) == ([], [])
    assert world.close("2026-10-01") == ["90.00"]


def test_usage_that_goes_on_at_another_price_keeps_its_item_and_begins_afresh(
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
    calls = item_of(subscription, world.calls)
    world.use("100", "2026-09-05")
    changed = changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO)
    assert charged(changed) == [("Call", "10.00"), ("Pro plan", "45.00")]
    assert spans(calls) == [("09-01", "09-16", "final", True), ("09-16", "10-01", "current", True)]
    world.use("100", "2026-09-20")
    assert world.close("2026-10-01") == ["95.00"]


def test_another_interval_begins_a_cycle_of_its_own(world: worlds.World, seller: Organization) -> None:
    yearly = catalog.create_plan(
        organization=seller,
        product=world.pro.product,
        key="yearly",
        name="Yearly plan",
        interval_unit="year",
        now=day("2026-09-01"),
    )
    catalog.set_price(
        organization=seller, plan=yearly, currency="USD", form=worlds.per_unit("300"), now=day("2026-09-01")
    )
    catalog.enable_add_on(plan=yearly, add_on=world.calls)
    subscription = world.start()
    world.use("100", "2026-09-05")
    changed = changing.change_plan(subscription=subscription, plan=yearly, now=day("2026-09-16"), actor=WHO)
    assert charged(changed) == [("Call", "10.00"), ("Yearly plan", "300.00")]
    assert credited(changed) == [("Basic plan", "15.00")]
    base = item_of(subscription)
    assert spans(base) == [("09-16", "09-16", "current", True)]
    assert base.periods.get().ends_at == day("2027-09-16")


def test_a_monthly_add_on_of_a_yearly_plan_is_kept_through_an_upgrade(seller: Organization) -> None:
    world = worlds.world(seller, interval_unit="year")
    type(world.calls).objects.filter(pk=world.calls.pk).update(interval_unit="month")
    subscription = world.start()
    world.use("100", "2026-09-05")
    calls = item_of(subscription, world.calls)
    changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO)
    world.use("100", "2026-09-20")
    assert spans(calls) == [("09-01", "10-01", "current", True)]
    assert world.close("2026-10-01") == ["20.00"]


def test_what_was_chosen_goes_along_and_what_is_not_offered_ends(world: worlds.World, seller: Organization) -> None:
    extra = worlds.add_on(seller, "extra", [world.basic], price="6")
    subscription = world.start(add_ons=[world.support, extra])
    support = item_of(subscription, world.support)
    changed = changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO)
    assert credited(changed) == [("Basic plan", "15.00"), ("Extra", "3.00")]
    assert spans(support) == [("09-01", "10-01", "current", True)]
    assert item_of(subscription, extra).ends_at == day("2026-09-16")


def test_a_kept_item_pays_its_setup_fee_once(world: worlds.World, seller: Organization) -> None:
    extra = worlds.add_on(seller, "extra", [world.basic, world.pro], price="6", setup_fee="20")
    catalog.set_price(
        organization=seller,
        plan=world.pro,
        add_on=extra,
        currency="USD",
        form=worlds.per_unit("8"),
        setup_fee=Money(2000, "USD"),
        now=day("2026-09-01"),
    )
    subscription = world.start(add_ons=[extra])
    changed = changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO)
    assert charged(changed) == [("Extra", "4.00"), ("Pro plan", "45.00")]


def test_the_base_fee_keeps_its_quantity_unless_another_is_said(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(3))
    changed = changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO)
    assert charged(changed) == [("Pro plan", "135.00")]
    changed = changing.change_plan(
        subscription=subscription, plan=world.basic, now=day("2026-09-21"), actor=WHO, quantity=Decimal(1)
    )
    assert (charged(changed), credited(changed)) == ([("Basic plan", "10.00")], [("Pro plan", "90.00")])


def test_at_the_end_of_the_cycle_it_changes_by_itself(world: worlds.World) -> None:
    subscription = world.start()
    changed = changing.change_plan(
        subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO, when="period_end"
    )
    assert (changed.at, changed.invoice) == (day("2026-10-01"), None)
    subscription.refresh_from_db()
    assert subscription.plan == world.basic
    assert world.close("2026-10-01") == ["90.00"]
    subscription.refresh_from_db()
    assert subscription.plan == world.pro
    assert PlanChange.objects.get().done_at is not None
    assert world.close("2026-11-01") == ["90.00"]


def test_what_is_planned_happens_on_time_though_billing_waits_for_grace(seller: Organization) -> None:
    world = worlds.world(seller)
    type(seller).objects.update(usage_grace="2 days")
    seller.refresh_from_db()
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
    world.use("100", "2026-10-01T10:00:00")
    calls = item_of(subscription, world.calls)
    assert calls.periods.latest("pk").price.form["unit_amount"] == "0.05"
    assert world.close("2026-10-02") == []
    assert world.close("2026-10-03") == ["90.00"]
    assert world.close("2026-11-03") == ["95.00"]


def test_a_planned_change_can_be_taken_back(world: worlds.World) -> None:
    subscription = world.start()
    changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO, when="period_end")
    ending.reactivate(subscription=subscription, now=day("2026-09-17"), actor=WHO)
    assert world.close("2026-10-01") == ["30.00"]


def test_during_grace_a_change_waits_for_nothing(seller: Organization) -> None:
    world = worlds.world(seller)
    type(seller).objects.update(usage_grace="5 days")
    seller.refresh_from_db()
    subscription = world.start()
    world.use("100", "2026-09-05")
    changed = changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-10-02"), actor=WHO)
    assert charged(changed) == [("Basic plan", "0.97"), ("Pro plan", "87.10")]  # a day, and thirty, of October
    assert world.close("2026-10-06") == ["10.00"]


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("same plan", "same_plan"),
        ("archived", "plan_archived"),
        ("no price", "no_price"),
        ("not offered", "add_on_not_enabled"),
        ("ended", "ended"),
        ("ending", "ending"),
    ],
)
def test_what_cannot_be_changed_is_refused_and_changes_nothing(
    world: worlds.World, seller: Organization, case: str, code: str
) -> None:
    subscription = world.start()
    plan, add_ons = world.pro, []
    if case == "same plan":
        plan = world.basic
    elif case == "archived":
        catalog.archive(row=plan, now=day("2026-09-02"))
    elif case == "no price":
        plan = catalog.create_plan(
            organization=seller, product=world.pro.product, key="new", name="New", now=day("2026-09-01")
        )
    elif case == "not offered":
        add_ons = [worlds.add_on(seller, "extra", [world.basic], price="6")]
    elif case in ("ended", "ending"):
        when = "now" if case == "ended" else "period_end"
        ending.cancel(subscription=subscription, now=day("2026-09-10"), actor=WHO, when=when)
    before = Invoice.objects.count(), Item.objects.count()
    with pytest.raises((Refusal, Conflict)) as refused:
        changing.change_plan(subscription=subscription, plan=plan, add_ons=add_ons, now=day("2026-09-16"), actor=WHO)
    assert refused.value.code == code
    assert (Invoice.objects.count(), Item.objects.count()) == before


def test_the_next_invoice_is_foreseen_with_the_change_that_lies_ahead(world: worlds.World) -> None:
    subscription = world.start()
    world.use("100", "2026-09-05")
    changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO, when="period_end")
    subscription.refresh_from_db()
    preview = foreseeing.next_invoice(subscription=subscription)
    assert preview is not None
    assert [(line.description, line.amount_minor) for line in preview.lines] == [("Call", 1000), ("Pro plan", 9000)]
    assert (Invoice.objects.count(), PlanChange.objects.get().done_at) == (1, None)
    assert world.close("2026-10-01") == [preview.invoice.total.text()]
