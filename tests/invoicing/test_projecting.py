"""The next invoice projected: what adds up is scaled by the part of its period that is over, and nothing else is."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.invoicing.lifecycle import changing, foreseeing
from apps.invoicing.models import Charge, Invoice
from apps.invoicing.previews import Preview
from apps.rating.money import AmountTooLarge
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day

TENTH = SEPTEMBER + timedelta(days=10)  # a third of September is over
NOON = SEPTEMBER + timedelta(days=3, hours=12)


def projected(subscription: Subscription, now: datetime = TENTH) -> Preview:
    fresh = Subscription.objects.select_related("organization", "customer", "plan").get(pk=subscription.pk)
    preview = foreseeing.projected(subscription=fresh, now=now)
    assert preview is not None
    return preview


def used(seller: Organization, *quantities: str, **offered: Any) -> Subscription:
    buyer, offer = builders.customer(seller), builders.usage_offer(seller, **offered)
    subscription = builders.subscribed(buyer, offer)
    for quantity in quantities:
        builders.used(buyer, offer, quantity, at=NOON)
    return subscription


def test_a_third_of_the_period_becomes_three_times_as_much(seller: Organization) -> None:
    subscription = used(seller, "3", "1", base="20")
    preview = projected(subscription)
    amounts = {(line.kind, line.quantity): line.amount_minor for line in preview.lines}
    assert amounts == {("flat", Decimal(1)): 2000, ("usage", Decimal(12)): 12 * 9500}
    assert (preview.bills_at, preview.kept) == (OCTOBER, ())
    assert not Invoice.objects.filter(cause="cycle").exists()


def test_whole_numbers_stay_whole_and_decimals_keep_their_places(seller: Organization) -> None:
    eleventh = SEPTEMBER + timedelta(days=11)
    assert projected(used(seller, "4"), eleventh).lines[0].quantity == Decimal(11)
    assert projected(used(seller, "4.5", key="b"), eleventh).lines[0].quantity == Decimal("12.3")


@pytest.mark.parametrize(
    ("aggregation", "quantity", "kept"),
    [
        ("count", 6, ""),
        ("max", 3, "the greatest value so far stays"),
        ("latest", 1, "the latest value stays"),
        ("unique", 0, "the distinct values so far stay"),
    ],
)
def test_what_does_not_add_up_stays_and_that_is_said(
    seller: Organization, aggregation: str, quantity: int, kept: str
) -> None:
    preview = projected(used(seller, "3", "1", aggregation=aggregation))
    assert preview.lines[0].quantity == quantity
    assert [each.reason for each in preview.kept] == ([kept] if kept else [])


def test_it_is_never_below_what_is_recorded(seller: Organization) -> None:
    subscription = used(seller, "3", "-5")
    assert projected(subscription).lines[0].quantity == Decimal(-2)
    assert projected(subscription, SEPTEMBER).lines[0].quantity == Decimal(-2)
    assert projected(subscription, OCTOBER).lines[0].quantity == Decimal(-2)


def test_transactions_come_again_in_their_order(seller: Organization) -> None:
    form = {"model": "percentage", "rate_percent": "2", "fixed_amount": "0.30", "free_transactions": "1"}
    preview = projected(used(seller, "40", "10", form=form))
    assert preview.lines[0].quantity == Decimal(150)  # 40 10 40 10 40 10, the first of them free
    assert preview.lines[0].amount_minor == 5 * 30 + 220


def test_too_many_transactions_stay(seller: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.invoicing.projecting.MOST_TRANSACTIONS", 5)
    form = {"model": "percentage", "rate_percent": "2"}
    preview = projected(used(seller, "40", "10", form=form))
    assert (preview.lines[0].quantity, len(preview.kept)) == (Decimal(50), 1)


def test_a_change_of_plan_ahead_is_foreseen(seller: Organization) -> None:
    world = worlds.world(seller)
    subscription = world.start()
    world.use("10", "2026-09-03")
    changing.change_plan(subscription=subscription, plan=world.pro, when="period_end", now=day("2026-09-04"), actor=WHO)
    charges = Charge.objects.count()
    preview = projected(subscription)
    amounts = sorted((line.kind, line.amount_minor) for line in preview.lines)
    assert amounts == [("flat", 9000), ("usage", 300)]
    assert Charge.objects.count() == charges


def test_more_than_an_invoice_can_say_is_refused(seller: Organization) -> None:
    subscription = used(seller, "99999999999999", form={"model": "per_unit", "unit_amount": "900"})
    with pytest.raises(AmountTooLarge):
        projected(subscription, SEPTEMBER + timedelta(days=3, hours=13))
