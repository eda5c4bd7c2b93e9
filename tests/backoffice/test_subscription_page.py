"""The page of a subscription: where it stands, its time line, its items, its invoices, its history."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.catalog import operations as catalog
from apps.invoicing.lifecycle import changing, ending, items, pausing
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item, Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, text
from tests.backoffice.test_staying_quick import queries
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day

NOW = NOVEMBER + timedelta(days=9)


@pytest.fixture
def office(db: None) -> Organization:
    """An organization whose clock stands at 10 November."""
    return builders.organization(mode="test", clock_at=NOW)


@pytest.fixture
def held(office: Organization) -> Subscription:
    """Coaching with a base fee since September, billed to November."""
    with scope.of(office):
        offer = builders.usage_offer(office, base="100")
        buyer = builders.customer(office)
        held = builders.subscribed(buyer, offer)
        builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=3))
        builders.close(office, OCTOBER)
        builders.close(office, NOVEMBER)
    return held


def page_of(client: Client, held: Subscription) -> str:
    response = client.get(address("subscriptions_subscription_change", held.pk))
    assert response.status_code == 200
    return text(response)


def test_it_says_where_the_subscription_stands_and_what_is_next(owner: Client, held: Subscription) -> None:
    page = page_of(owner, held)
    assert "Coaching plan Active" in page
    assert "next invoice 1 Dec · $100.00 so far" in page
    assert "Active since 1 Sep." in page


def test_periods_and_invoices_are_drawn_and_told_in_a_table(owner: Client, held: Subscription) -> None:
    response = owner.get(address("subscriptions_subscription_change", held.pk))
    picture = response.context["picture"]
    whole, base, use, invoices = picture.lanes.lanes
    assert [mark.title for mark in whole.marks] == ["1 Sep 2026, 00:00: started Coaching plan, from 2026-09-01 00:00."]
    assert (base.name, use.name, invoices.name) == ("Coaching plan (base fee)", "Coaching call", "Invoices")
    for lane in (base, use):
        assert [bar.kind for bar in lane.stretches] == ["recorded", "recorded", "current"]
    assert [mark.title for mark in invoices.marks] == [
        "1 Sep 2026: INV-0001: $100.00, Open",
        "1 Oct 2026: INV-0002: $290.00, Open",
        "1 Nov 2026: INV-0003: $100.00, Open",
    ]
    told = [(row.when, row.what, row.words) for row in picture.rows]
    assert ("1 Sep 2026 – 1 Oct 2026", "Coaching call", "closed, billed on INV-0002") in told
    assert ("1 Nov 2026 – 1 Dec 2026", "Coaching call", "collecting") in told
    assert len(told) == 10
    assert 'href="/admin/invoicing/invoice/' in response.content.decode()


def test_changes_are_marked(owner: Client, held: Subscription, office: Organization) -> None:
    with scope.of(office):
        item = Item.objects.get(add_on__isnull=False)
        subscriptions.negotiate(item=item, form={"model": "per_unit", "unit_amount": "80"}, now=NOW)
        builders.close(office, datetime(2026, 12, 1, tzinfo=UTC))
        Organization.objects.update(clock_at=datetime(2026, 12, 5, tzinfo=UTC))
    response = owner.get(address("subscriptions_subscription_change", held.pk))
    marks = [mark.title for lane in response.context["picture"].lanes.lanes[1:3] for mark in lane.marks]
    assert marks == ["1 Dec 2026, 00:00: price 95 per call → 80 per call"]
    assert "own price" in text(response)


def test_a_whole_life_is_drawn_and_told(owner: Client, office: Organization) -> None:
    with scope.of(office):
        world = worlds.world(office, trial_days=10)
        held = world.start(add_ons=[world.support])
        support = worlds.item_of(held, world.support)
        items.set_quantity(item=support, quantity=Decimal(3), now=day("2026-09-20"), actor=WHO)
        pausing.pause(subscription=held, now=day("2026-10-05"), actor=WHO)
        pausing.resume(subscription=held, now=day("2026-10-08"), actor=WHO)
        items.remove_item(item=support, when="now", now=day("2026-10-20"), actor=WHO, reason="too dear")
        changing.change_plan(subscription=held, plan=world.pro, when="period_end", now=NOW, actor=WHO)
    page = owner.get(address("subscriptions_subscription_change", held.pk))
    assert "Changes to Pro plan on 11 Nov. Until then that can be taken back." in text(page)
    told = [(row.what, row.words) for row in page.context["picture"].rows]
    for expected in (
        ("Basic plan (base fee)", "trial, not billed"),
        ("Basic plan (base fee)", "not billed"),
        ("Support", "quantity 1 → 3"),
        ("Support", "ended"),
        ("Subscription", "paused"),
        ("Subscription", "plan change planned To Pro plan, at 2026-11-11 00:00."),
    ):
        assert expected in told, told
    with scope.of(office):
        ending.reactivate(subscription=held, now=NOW, actor=WHO)
        ending.cancel(subscription=held, now=NOW, actor=WHO)
    assert "Ends on 11 Nov. Until then the cancellation can be taken back." in page_of(owner, held)
    with scope.of(office):
        ending.cancel(subscription=held, when="now", now=NOW, actor=WHO, reason="gone")
    assert "Ended on 10 Nov. It began on 1 Sep." in page_of(owner, held)
    assert "Reason: gone" in page_of(owner, held)


def test_the_history_tells_what_changed_in_the_rows_too(
    owner: Client, held: Subscription, office: Organization
) -> None:
    with scope.of(office):
        subscriptions.park(subscription=held, now=NOW, reason="it failed")
    assert "parked reason: nothing → it failed" in page_of(owner, held)
    assert "Parked since 10 Nov 2026 and not billed: it failed" in page_of(owner, held)
    owner.post(address("subscriptions_subscription_retry", held.pk))
    page = page_of(owner, held)
    assert "owner@northwind.example Coaching plan for Fabrikam unparked it failed" in page
    assert "parked reason: it failed → nothing" in page


def test_one_that_begins_later_and_one_without_items_are_shown(owner: Client, office: Organization) -> None:
    with scope.of(office):
        buyer = builders.customer(office)
        later = builders.subscribed(buyer, builders.usage_offer(office, base="10"), now=NOW + timedelta(days=30))
        product = catalog.create_product(organization=office, key="free", name="Free", now=SEPTEMBER)
        plan = builders.plan_of(office, product, key="free", base=None, timing="advance", now=SEPTEMBER)
        empty = builders.subscribed(buyer, builders.Offer(plan), now=SEPTEMBER)
    page_of(owner, later)
    page = page_of(owner, empty)
    assert "nothing due" in page
    assert "This plan has neither a base fee nor add-ons, so nothing is billed." in page


def test_it_is_linked_from_the_customers_page(owner: Client, held: Subscription) -> None:
    customer = owner.get(address("accounts_customer_subscription", held.customer_id))
    assert address("subscriptions_subscription_change", held.pk) in customer.content.decode()


def test_nothing_is_sent_to_it(sign_in: SignIn, held: Subscription) -> None:
    assert sign_in(Role.OWNER).post(address("subscriptions_subscription_change", held.pk)).status_code == 405
    assert "Retry" not in page_of(sign_in(Role.VIEWER), held)


def test_a_long_life_costs_no_more_queries(owner: Client, held: Subscription, office: Organization) -> None:
    few = queries(owner, address("subscriptions_subscription_change", held.pk))
    with scope.of(office):
        for month in range(12, 24):
            builders.close(office, datetime(2026 + month // 12, month % 12 + 1, 1, tzinfo=UTC))
        Organization.objects.update(clock_at=datetime(2027, 12, 10, tzinfo=UTC))
    assert queries(owner, address("subscriptions_subscription_change", held.pk)) <= few
    assert few <= 30
