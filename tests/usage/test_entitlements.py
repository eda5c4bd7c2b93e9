"""What a grantee or a customer may do."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.catalog.models import Metric, Plan
from apps.invoicing.lifecycle import changing, ending, pausing, starting
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Period, Subscription
from apps.tenancy.models import Organization
from apps.usage import access, entitlements, measuring
from apps.usage import operations as usage
from apps.usage.entitlements import Entitlement
from apps.usage.recording import NewEvent
from apps.usage.rules import Where
from tests import builders
from tests.builders import Offer
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day, item_of

NOON = day("2026-09-10 12:00")
INCLUDING = {"model": "per_unit", "unit_amount": "0.10", "included_units": "100"}


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


def ask(seller: Organization, at: Any = NOON, **who: str) -> Entitlement:
    return entitlements.merged(access.used_by(organization=seller, now=at, **who))


def seat(subscription: Subscription, *grantees: str) -> None:
    subscriptions.change_seats(subscription=subscription, now=NOON, actor=WHO, assign=grantees)


def feature(plan: Plan, key: str, value: Any, kind: str = "number") -> None:
    made = catalog_features(plan).get(key) or catalog.create_feature(
        organization=plan.organization, product=plan.product, key=key, name=key, kind=kind, now=NOON
    )
    catalog.set_feature(plan=plan, feature=made, value=value)


def catalog_features(plan: Plan) -> dict[str, Any]:
    return {feature.key: feature for feature in plan.product.features.all()}


def test_a_grantee_may_do_what_its_plan_says(world: worlds.World, seller: Organization) -> None:
    feature(world.pro, "projects", "10")
    feature(world.pro, "priority", True, "boolean")
    subscription = world.start(plan=world.pro)
    seat(subscription, "ann")
    world.use("30", "2026-09-05")
    answer = ask(seller, grantee="ann")
    assert (answer.access, answer.expires_at, answer.plans) == (True, None, ["pro"])
    assert answer.features == {"basic": {"priority": True, "projects": "10"}}
    (balance,) = answer.balances
    assert (balance.metric, balance.used, balance.included, balance.limit, balance.left) == (
        "basic-metric",
        Decimal(30),
        Decimal(0),
        None,
        None,
    )
    assert balance.resets_at == day("2026-10-01")


def test_who_has_no_seat_has_nothing(world: worlds.World, seller: Organization) -> None:
    seat(world.start(), "ann")
    answer = ask(seller, grantee="bob")
    assert (answer.access, answer.plans, answer.features, answer.balances, answer.uses) == (False, [], {}, [], [])


def test_a_seat_that_was_taken_away_gives_nothing(world: worlds.World, seller: Organization) -> None:
    subscription = world.start(quantity=Decimal(2))
    seat(subscription, "ann", "bob")
    subscriptions.change_seats(subscription=subscription, now=NOON, actor=WHO, unassign=["ann"])
    assert [ask(seller, grantee=who).access for who in ("ann", "bob")] == [False, True]


def test_until_somebody_has_a_seat_the_customer_itself_is_the_grantee(
    world: worlds.World, seller: Organization
) -> None:
    Customer.objects.filter(pk=world.buyer.pk).update(external_id="crm-1")
    subscription = world.start()
    assert ask(seller, grantee="crm-1").access
    assert ask(seller, grantee=world.buyer.public_id).access
    seat(subscription, "ann")
    assert not ask(seller, grantee="crm-1").access
    assert ask(seller, customer="crm-1").access and ask(seller, customer=world.buyer.public_id).access


def test_a_grantee_is_asked_for_within_a_customer(world: worlds.World, seller: Organization) -> None:
    other = builders.customer(seller, "Adventure", external_id="crm-2")
    mine = world.start()
    theirs = starting.start(organization=seller, customer=other, plan=world.pro, now=day("2026-09-01"))
    seat(mine, "42")
    seat(theirs, "42")
    assert ask(seller, grantee="42").plans == ["basic", "pro"]
    assert ask(seller, grantee="42", customer="crm-2").plans == ["pro"]
    assert not ask(seller, grantee="41", customer="crm-2").access


def test_features_of_several_subscriptions_are_merged(world: worlds.World, seller: Organization) -> None:
    for key, kind, basic, pro in (
        ("priority", "boolean", True, False),
        ("projects", "number", "9", "10"),
        ("storage", "number", "100.5", "20"),
        ("colour", "text", "blue", "red"),
    ):
        feature(world.basic, key, basic, kind)
        feature(world.pro, key, pro, kind)
    feature(world.basic, "beta", False, "boolean")
    later = world.start(plan=world.basic, at="2026-09-02")
    earlier = world.start(plan=world.pro)
    seat(later, "ann")
    seat(earlier, "ann")
    assert ask(seller, grantee="ann").features == {
        "basic": {"beta": False, "colour": "blue", "priority": True, "projects": "10", "storage": "100.5"}
    }


def test_only_the_product_that_is_asked_for(world: worlds.World, seller: Organization) -> None:
    other = builders.usage_offer(seller, key="other", base="5")
    seat(world.start(), "ann")
    seat(starting.start(organization=seller, customer=world.buyer, plan=other.plan, now=NOON), "ann")
    assert ask(seller, grantee="ann").plans == ["basic", "other"]
    for name in ("other", other.plan.product.public_id):
        assert ask(seller, grantee="ann", product=name).plans == ["other"]
    assert not ask(seller, grantee="ann", product="none").access


def test_balances_say_what_is_included_limited_and_left(world: worlds.World, seller: Organization) -> None:
    catalog.set_price(organization=seller, add_on=world.calls, currency="USD", form=INCLUDING, now=day("2026-09-01"))
    subscription = world.start()
    seat(subscription, "ann")
    world.use("130", "2026-09-05")
    at_add_on = Where(add_on=world.calls)
    usage.set_limit(organization=seller, at=at_add_on, kind="soft", quantity=Decimal(150), now=NOON)

    def told() -> tuple[Any, ...]:
        (one,) = ask(seller, grantee="ann").balances
        return one.used, one.included, one.included_left, one.limit_kind, one.limit, one.left

    assert told() == (130, 100, 0, "soft", 150, 20)
    own = Where(item=item_of(subscription, world.calls))
    usage.set_limit(organization=seller, at=own, kind="hard", quantity=Decimal(120), now=NOON)
    assert told() == (130, 100, 0, "hard", 120, 0)
    usage.set_limit(organization=seller, at=own, kind="notify", quantity=Decimal(120), now=NOON)
    assert told() == (130, 100, 0, None, None, None)
    usage.set_limit(organization=seller, at=own, kind="none", quantity=None, now=NOON)
    assert told() == (130, 100, 0, None, None, None)


def test_lines_of_one_metric_are_added_up(world: worlds.World, seller: Organization) -> None:
    other = builders.customer(seller, "Adventure")
    mine = world.start()
    theirs = starting.start(organization=seller, customer=other, plan=world.basic, now=day("2026-09-01"))
    for one in (mine, theirs):
        seat(one, "ann")
        where = Where(item=item_of(one, world.calls))
        usage.set_limit(organization=seller, at=where, kind="hard", quantity=Decimal(100), now=NOON)
    world.use("90.5", "2026-09-05")
    builders.used(other, world.offer(world.basic), "20", at=day("2026-09-06"))
    (balance,) = ask(seller, grantee="ann").balances
    assert (balance.used, balance.limit, balance.left) == (Decimal("110.5"), 200, Decimal("89.5"))
    assert len(balance.items) == 2
    usage.clear_limit(at=Where(item=item_of(theirs, world.calls)))
    (balance,) = ask(seller, grantee="ann").balances
    assert (balance.limit, balance.left) == (None, None)


@pytest.mark.parametrize("aggregation", Metric.Aggregation.values)
def test_used_is_what_measuring_says(seller: Organization, aggregation: str) -> None:
    offer = builders.usage_offer(seller, key="calls", aggregation=aggregation)
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, offer)
    events = [record(buyer, offer, quantity, hour) for hour, quantity in enumerate(("3", "9", "4", "5"))]
    period = Period.objects.select_related("item__add_on__metric", "item__organization").get()
    if aggregation in measuring.ADDED_UP:
        usage.advance(period=period)
    record(buyer, offer, "6", 5)
    for event in (events[1], events[3]):
        usage.reverse_event(
            organization=seller, public_id=event.public_id, reason="twice", now=NOON, source="api", actor=WHO
        )
    (balance,) = ask(seller, customer="crm-1").balances
    assert balance.used == measuring.so_far(periods=[period])[period.pk].quantity
    assert balance.used == {"sum": 13, "count": 3, "max": 6, "latest": 6, "unique": 3}[aggregation]


def record(buyer: Customer, offer: Offer, quantity: str, hour: int) -> Any:
    assert offer.add_on is not None
    event = NewEvent(
        quantity=Decimal(quantity),
        customer=buyer.public_id,
        add_on=offer.add_on.key,
        occurred_at=day("2026-09-05") + timedelta(hours=hour),
        properties={"room": f"r{quantity}"},
    )
    (recorded,) = usage.record_events(
        organization=buyer.organization, events=[event], now=NOON, source="api", actor="key_1"
    )
    return recorded.event


def test_the_status_says_why_there_is_no_access(world: worlds.World, seller: Organization) -> None:
    subscription = world.start()
    seat(subscription, "ann")

    def told(at: Any = NOON) -> tuple[bool, str]:
        answer = ask(seller, at, grantee="ann")
        (use,) = answer.uses
        assert answer.access == use.access == bool(answer.plans) == bool(answer.balances)
        return use.access, use.status

    assert told() == (True, "active")
    assert told(day("2026-08-31")) == (False, "scheduled")
    pausing.suspend(subscription=subscription, now=NOON, actor=WHO)
    assert told() == (False, "suspended")
    pausing.restore(subscription=subscription, now=NOON, actor=WHO)
    pausing.pause(subscription=subscription, now=NOON, actor=WHO)
    assert told() == (False, "paused")


def test_a_trial_gives_access(world: worlds.World, seller: Organization) -> None:
    Plan.objects.filter(pk=world.basic.pk).update(trial_days=14)
    world.basic.refresh_from_db()
    seat(world.start(), "ann")
    answer = ask(seller, grantee="ann")
    assert (answer.access, answer.uses[0].status) == (True, "trialing")


def test_canceled_at_the_end_it_says_until_when(world: worlds.World, seller: Organization) -> None:
    subscription = world.start()
    seat(subscription, "ann")
    ending.cancel(subscription=subscription, now=NOON, actor=WHO)
    answer = ask(seller, grantee="ann")
    assert (answer.access, answer.expires_at, answer.uses[0].ends_at) == (True, day("2026-10-01"), day("2026-10-01"))
    assert ask(seller, day("2026-09-30 23:59"), grantee="ann").access
    assert Subscription.objects.get().status == "active"  # nobody has closed it yet
    assert ask(seller, day("2026-10-01"), grantee="ann").uses == []
    seat_of_another = world.start(plan=world.pro, at="2026-09-02")
    subscriptions.change_seats(subscription=seat_of_another, now=NOON, actor=WHO, assign=["ann"])
    assert ask(seller, grantee="ann").expires_at is None


def test_days_of_grace_go_on_after_the_end(world: worlds.World, seller: Organization) -> None:
    Organization.objects.filter(pk=seller.pk).update(access_grace_days=3)
    seller.refresh_from_db()
    subscription = world.start()
    seat(subscription, "ann")
    ending.cancel(subscription=subscription, now=NOON, actor=WHO)
    world.close("2026-10-01")
    assert Subscription.objects.get().status == "canceled"
    answer = ask(seller, day("2026-10-03 23:59"), grantee="ann")
    assert (answer.access, answer.expires_at, answer.plans) == (True, day("2026-10-04"), ["basic"])
    assert (answer.uses[0].status, answer.balances) == ("canceled", [])
    assert not ask(seller, day("2026-10-04"), grantee="ann").access


def test_who_ends_suspended_gets_no_days_of_grace(world: worlds.World, seller: Organization) -> None:
    Organization.objects.filter(pk=seller.pk).update(access_grace_days=3)
    seller.refresh_from_db()
    subscription = world.start()
    seat(subscription, "ann")
    pausing.suspend(subscription=subscription, now=NOON, actor=WHO)
    ending.cancel(subscription=subscription, now=NOON, actor=WHO)
    answer = ask(seller, day("2026-10-02"), grantee="ann")
    assert (answer.access, answer.expires_at, [use.status for use in answer.uses]) == (False, None, ["canceled"])


def test_what_was_canceled_before_it_began_is_not_told(world: worlds.World, seller: Organization) -> None:
    subscription = world.start(starts_at=day("2026-09-20"))
    ending.cancel(subscription=subscription, now=day("2026-09-02"), actor=WHO, when="now")
    assert ask(seller, customer=world.buyer.public_id).uses == []


def test_a_planned_change_holds_from_its_instant_on(world: worlds.World, seller: Organization) -> None:
    """Closing may come later, by the grace for usage."""
    seat(world.start(), "ann")
    changing.change_plan(
        subscription=Subscription.objects.get(), plan=world.pro, now=NOON, actor=WHO, when="period_end"
    )
    assert ask(seller, day("2026-09-30 23:59"), grantee="ann").plans == ["basic"]
    assert ask(seller, day("2026-10-01"), grantee="ann").plans == ["pro"]
    world.close("2026-10-01")
    assert ask(seller, day("2026-10-01"), grantee="ann").plans == ["pro"]


def test_one_statement_tells_it_all(world: worlds.World, seller: Organization, django_assert_num_queries: Any) -> None:
    world.start(plan=world.pro)
    seat(world.start(), "ann")
    with django_assert_num_queries(1):
        ask(seller, grantee="ann", customer=world.buyer.public_id, product="basic")


def test_another_organization_is_never_seen(world: worlds.World, seller: Organization) -> None:
    seat(world.start(), "ann")
    other = builders.organization("contoso")
    assert ask(other, grantee="ann").uses == [] and ask(other, customer=world.buyer.public_id).uses == []
