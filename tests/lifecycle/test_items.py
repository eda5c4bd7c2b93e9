"""Items of a subscription: added, removed, and how many of them."""

from decimal import Decimal

import pytest

from apps.core.refusals import Conflict, Refusal
from apps.invoicing.lifecycle import holding, items
from apps.invoicing.models import Charge, CreditNote, Invoice
from apps.subscriptions.models import Item, Quantity
from apps.tenancy.models import Organization
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, charged, credited, day, item_of, spans


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


def test_added_in_the_midst_of_a_cycle_it_begins_with_a_part(world: worlds.World) -> None:
    subscription = world.start()
    changed = items.add_item(subscription=subscription, add_on=world.support, now=day("2026-09-11"), actor=WHO)
    assert charged(changed) == [("Support", "8.00")]
    assert changed.lines[0].steps[-1] == {"kind": "part", "amount": "-4", "quantity": "20", "up_to": "30"}
    assert spans(item_of(subscription, world.support)) == [("09-11", "10-01", "current", True)]
    assert world.close("2026-10-01") == ["42.00"]


def test_what_is_billed_once_is_never_a_part(world: worlds.World, seller: Organization) -> None:
    once = worlds.add_on(seller, "onboarding", [world.basic], price="50", kind="one_time")
    subscription = world.start()
    changed = items.add_item(subscription=subscription, add_on=once, now=day("2026-09-11"), actor=WHO)
    assert charged(changed) == [("Onboarding", "50.00")]
    assert world.close("2026-11-01") == ["30.00", "30.00"]


def test_removed_at_the_end_of_its_period_it_is_not_billed_again(world: worlds.World) -> None:
    subscription = world.start(add_ons=[world.support])
    support = item_of(subscription, world.support)
    changed = items.remove_item(item=support, now=day("2026-09-11"), actor=WHO)
    assert (changed.at, changed.invoice) == (day("2026-10-01"), None)
    assert world.close("2026-10-01") == ["30.00"]


def test_removed_now_it_gives_back_what_was_paid_if_wanted(world: worlds.World) -> None:
    subscription = world.start(add_ons=[world.support])
    support = item_of(subscription, world.support)
    changed = items.remove_item(item=support, now=day("2026-09-16"), actor=WHO, when="now", proration="prorate")
    assert credited(changed) == [("Support", "6.00")]


def test_a_usage_item_that_is_removed_bills_its_usage_and_its_setup_fee(
    world: worlds.World, seller: Organization
) -> None:
    metered = worlds.add_on(
        seller, "sms", [world.basic], price="0.5", kind="usage", setup_fee="20", metric=world.calls.metric
    )
    type(metered).objects.exclude(pk=metered.pk).filter(kind="usage").update(archived_at=day("2026-09-01"))
    subscription = world.start(add_ons=[metered])
    changed = items.remove_item(item=item_of(subscription, metered), now=day("2026-09-11"), actor=WHO, when="now")
    assert charged(changed) == [("Sms", "0.00"), ("Sms: setup fee, charged once", "20.00")]


def test_added_again_it_pays_its_setup_fee_again(world: worlds.World, seller: Organization) -> None:
    extra = worlds.add_on(seller, "extra", [world.basic], price="6", setup_fee="20")
    subscription = world.start(add_ons=[extra])
    items.remove_item(item=item_of(subscription, extra), now=day("2026-09-11"), actor=WHO, when="now")
    changed = items.add_item(subscription=subscription, add_on=extra, now=day("2026-09-21"), actor=WHO)
    assert charged(changed) == [("Extra", "2.00"), ("Extra: setup fee, charged once", "20.00")]


def test_more_seats_count_from_their_instant_on_the_next_invoice(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(2))
    changed = items.set_quantity(item=item_of(subscription), quantity=Decimal(5), now=day("2026-09-16"), actor=WHO)
    assert changed.invoice is None
    assert world.close("2026-10-01") == ["195.00"]  # 3 more for half of September, and 5 for October
    line = Invoice.objects.get(cause="cycle").lines.order_by("position")[0]
    assert (line.description, line.quantity, line.amount_minor) == ("Basic plan: change of quantity", Decimal(3), 4500)


def test_more_seats_can_be_billed_at_once(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(2))
    base = item_of(subscription)
    changed = items.set_quantity(item=base, quantity=Decimal(5), now=day("2026-09-16"), actor=WHO, invoice_now=True)
    assert charged(changed) == [("Basic plan: change of quantity", "45.00")]
    assert world.close("2026-10-01") == ["150.00"]


def test_fewer_seats_count_from_the_next_period(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(5))
    changed = items.set_quantity(item=item_of(subscription), quantity=Decimal(2), now=day("2026-09-16"), actor=WHO)
    assert (changed.at, changed.invoice) == (day("2026-10-01"), None)
    assert world.close("2026-10-01") == ["60.00"]
    assert not CreditNote.objects.exists()


def test_fewer_seats_can_be_given_back_at_once(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(5))
    base = item_of(subscription)
    changed = items.set_quantity(item=base, quantity=Decimal(2), now=day("2026-09-16"), actor=WHO, proration="prorate")
    assert credited(changed) == [("Basic plan", "45.00")]
    assert world.close("2026-10-01") == ["60.00"]


def test_what_was_said_last_holds(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(5))
    base = item_of(subscription)
    items.set_quantity(item=base, quantity=Decimal(2), now=day("2026-09-11"), actor=WHO)
    items.set_quantity(item=base, quantity=Decimal(6), now=day("2026-09-16"), actor=WHO)
    assert world.close("2026-10-01") == ["195.00"]  # one more for half of September, and 6 for October


def test_in_arrears_each_quantity_counts_for_its_time(seller: Organization) -> None:
    world = worlds.world(seller, timing="arrears")
    subscription = world.start(quantity=Decimal(2))
    items.set_quantity(item=item_of(subscription), quantity=Decimal(5), now=day("2026-09-11"), actor=WHO)
    assert world.close("2026-10-01") == ["120.00"]  # 20.00 for ten days of two, 100.00 for twenty of five
    charge = Charge.objects.get(kind="flat")
    assert [step["kind"] for step in charge.steps] == ["units", "part", "units", "part"]


def test_what_would_come_of_it_is_said_by_the_code_that_does_it_and_nothing_is_stored(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(2))
    base = item_of(subscription)
    changed = holding.foreseen(
        lambda: items.set_quantity(item=base, quantity=Decimal(5), now=day("2026-09-16"), actor=WHO, invoice_now=True)
    )
    assert charged(changed) == [("Basic plan: change of quantity", "45.00")]
    assert (Quantity.objects.count(), Invoice.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("quantity", "code"), [(Decimal(0), "quantity_out_of_range"), (Decimal(10) ** 15, "quantity_out_of_range")]
)
def test_nonsense_quantities_are_refused(world: worlds.World, quantity: Decimal, code: str) -> None:
    base = item_of(world.start())
    with pytest.raises(Refusal) as refused:
        items.set_quantity(item=base, quantity=quantity, now=day("2026-09-11"), actor=WHO)
    assert (refused.value.code, refused.value.field) == (code, "quantity")


def test_what_cannot_be_added_or_removed_is_refused(world: worlds.World, seller: Organization) -> None:
    subscription = world.start(add_ons=[world.support])
    stranger = worlds.add_on(seller, "stranger", [world.pro], price="6")
    with pytest.raises(Conflict, match="has Support already"):
        items.add_item(subscription=subscription, add_on=world.support, now=day("2026-09-11"), actor=WHO)
    with pytest.raises(Refusal, match="cannot be chosen"):
        items.add_item(subscription=subscription, add_on=stranger, now=day("2026-09-11"), actor=WHO)
    with pytest.raises(Refusal, match="goes with the plan"):
        items.remove_item(item=item_of(subscription), now=day("2026-09-11"), actor=WHO)
    with pytest.raises(Refusal, match="not bought in a quantity"):
        calls = item_of(subscription, world.calls)
        items.set_quantity(item=calls, quantity=Decimal(2), now=day("2026-09-11"), actor=WHO)
    support = item_of(subscription, world.support)
    items.remove_item(item=support, now=day("2026-09-12"), actor=WHO)
    with pytest.raises(Conflict, match="has ended"):
        items.remove_item(item=support, now=day("2026-09-13"), actor=WHO)
    assert Item.objects.count() == 3
