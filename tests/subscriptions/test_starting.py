"""Starting a subscription: what it takes with it, and what is refused before anything is written."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.catalog import operations as catalog
from apps.core.refusals import Refusal
from apps.invoicing.lifecycle import starting
from apps.invoicing.models import Invoice
from apps.outbox.models import Message
from apps.subscriptions.models import Item, Period, Quantity, Subscription
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER

FORM = {"model": "per_unit", "unit_amount": "10"}


def add_on(seller: Organization, key: str, kind: str = "fixed", **fields: Any) -> Any:
    made = catalog.create_add_on(
        organization=seller, key=key, name=key.capitalize(), kind=kind, unit="one", now=SEPTEMBER, **fields
    )
    catalog.set_price(organization=seller, add_on=made, currency="USD", form=FORM, now=SEPTEMBER)
    return made


def test_it_opens_the_first_period_of_every_item(seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="100")
    subscription = builders.subscribed(builders.customer(seller), offer)
    base, metered = Item.objects.order_by("pk")
    assert (base.add_on, metered.add_on) == (None, offer.add_on)
    assert (base.timing, metered.timing) == ("advance", "arrears")
    assert [(p.item, p.index, p.starts_at, p.ends_at, p.prev_ends_at) for p in Period.objects.order_by("pk")] == [
        (base, 0, SEPTEMBER, OCTOBER, None),
        (metered, 0, SEPTEMBER, OCTOBER, None),
    ]
    assert (subscription.status, subscription.next_boundary_at, subscription.bills_at) == ("active", OCTOBER, OCTOBER)
    assert Message.objects.get(topic="subscription.started").payload["subscription"] == subscription.public_id


def test_a_free_plan_has_no_base_item(seller: Organization) -> None:
    builders.subscribed(builders.customer(seller), builders.usage_offer(seller))
    assert Item.objects.get().add_on is not None
    assert not Quantity.objects.exists()


def test_a_quantity_multiplies_the_base_fee(seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="100")
    buyer = builders.customer(seller)
    starting.start(organization=seller, customer=buyer, plan=offer.plan, now=SEPTEMBER, quantity=Decimal(3))
    assert Invoice.objects.get().total.text() == "300.00"


def test_an_optional_add_on_comes_only_when_chosen(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    extra = add_on(seller, "support")
    catalog.enable_add_on(plan=offer.plan, add_on=extra, automatic=False)
    builders.subscribed(builders.customer(seller, "Without"), offer)
    assert Item.objects.filter(add_on=extra).count() == 0
    starting.start(
        organization=seller, customer=builders.customer(seller, "With"), plan=offer.plan, now=SEPTEMBER, add_ons=[extra]
    )
    assert Invoice.objects.get().total.text() == "10.00"


def test_a_one_time_add_on_is_billed_at_the_start_and_never_again(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    once = add_on(seller, "onboarding", kind="one_time")
    catalog.enable_add_on(plan=offer.plan, add_on=once)
    builders.subscribed(builders.customer(seller), offer)
    builders.close(seller, OCTOBER + timedelta(days=31))
    assert [invoice.total.text() for invoice in Invoice.objects.order_by("pk")] == ["10.00", "0.00", "0.00"]
    assert Period.objects.filter(item__add_on=once).count() == 1


def test_an_item_with_nothing_more_to_bill_leaves_the_subscription_at_rest(seller: Organization) -> None:
    product = catalog.create_product(organization=seller, key="p", name="P", now=SEPTEMBER)
    plan = builders.plan_of(seller, product, key="once", base=None, timing="advance", now=SEPTEMBER)
    catalog.enable_add_on(plan=plan, add_on=add_on(seller, "onboarding", kind="one_time"))
    builders.subscribed(builders.customer(seller), builders.Offer(plan))
    builders.close(seller, OCTOBER)
    assert Subscription.objects.get().bills_at is None


@pytest.mark.parametrize("case", ["no price", "not enabled", "too early", "too late"])
def test_what_cannot_be_started_is_refused_and_leaves_nothing(seller: Organization, case: str) -> None:
    offer = builders.usage_offer(seller, base="100")
    buyer = builders.customer(seller, currency="EUR" if case == "no price" else "USD")
    stranger = add_on(seller, "stranger")
    starts_at = {"too early": SEPTEMBER - timedelta(days=91), "too late": SEPTEMBER + timedelta(days=6 * 366)}.get(case)
    expected = {
        "no price": ("no_price", "plan", "Coaching plan has no price in EUR."),
        "not enabled": ("add_on_not_enabled", "add_ons", "Stranger cannot be chosen with Coaching plan."),
        "too early": ("starts_too_early", "starts_at", "A subscription can start at most 90 days back."),
        "too late": ("starts_too_late", "starts_at", "A subscription can start at most five years ahead."),
    }[case]
    with pytest.raises(Refusal) as refused:
        starting.start(
            organization=seller,
            customer=buyer,
            plan=offer.plan,
            now=SEPTEMBER,
            starts_at=starts_at,
            add_ons=[stranger] if case == "not enabled" else [],
        )
    assert (refused.value.code, refused.value.field, refused.value.sentence) == expected
    assert not Subscription.objects.exists()
    assert not Message.objects.exists()


def test_the_same_start_sent_twice_is_refused_unless_asked_for(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    with pytest.raises(Refusal) as refused:
        builders.subscribed(buyer, offer)
    assert (refused.value.code, refused.value.field) == ("on_this_plan", "plan")
    builders.subscribed(buyer, offer, again=True)
    assert Subscription.objects.count() == 2


def test_a_usage_add_on_without_a_price_in_the_currency_is_refused_by_name(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    with pytest.raises(Refusal, match=r"Coaching call has no price in EUR"):
        builders.subscribed(builders.customer(seller, currency="EUR"), offer)
