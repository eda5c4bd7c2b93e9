"""The quick way to the periods of a request: it takes only what the full rules would take, and places it alike."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.subscriptions.models import Item, Period
from apps.tenancy.models import Organization
from apps.usage.operations import locating, placing
from apps.usage.operations.placing import NotPlain
from apps.usage.recording import NewEvent, Request
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.usage.limits import NOON, World

DAY = timedelta(days=1)


@pytest.fixture
def world(seller: Organization) -> World:
    offer = builders.usage_offer(seller, base="10")
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, offer)
    return World(seller, offer, buyer)


def event(quantity: str = "1", **sent: Any) -> NewEvent:
    line = {} if "item" in sent else {"customer": "crm-1", "metric": "coaching-metric"}
    return NewEvent(**{**line, "quantity": Decimal(quantity), **sent})


def request(world: World, *events: NewEvent, now: Any = NOON) -> Request:
    return Request(organization=world.seller, events=events, now=now, source="api", actor="key_test", whole=False)


def placed(world: World, *events: NewEvent, now: Any = NOON) -> Any:
    asked = request(world, *events, now=now)
    with transaction.atomic():
        return placing.place(asked, events)


def test_events_are_placed_as_the_full_rules_place_them(world: World) -> None:
    second = builders.customer(world.seller, "Second", external_id='odd "key" \\ {1,2}')
    builders.subscribed(second, world.offer)
    events = [
        event(),
        event(item=world.item.public_id, occurred_at=SEPTEMBER),
        event(customer=world.buyer.public_id, occurred_at=NOON - DAY),
        event(customer=second.external_id, metric=None, add_on="coaching-use"),
        event(occurred_at=NOON + timedelta(minutes=5)),
    ]
    quick = placed(world, *events)
    assert quick.places == locating.locate(request(world, *events), events).places
    assert len({place.period_id for place in quick.places}) == 2
    assert not quick.rules.watched


@pytest.mark.parametrize(
    "sent",
    [
        event("0"),
        event("-1"),
        event(customer="nobody"),
        event(metric="unknown"),
        event(item="itm_unknown"),
        event(occurred_at=NOON + timedelta(minutes=6)),
        event(occurred_at=SEPTEMBER - timedelta(seconds=1)),
        event(occurred_at=NOON - timedelta(days=91)),
    ],
)
def test_what_is_not_plain_is_left_to_the_full_rules(world: World, sent: NewEvent) -> None:
    assert placed(world, sent) is None


def test_one_that_is_not_plain_undoes_the_locks_of_the_others(world: World) -> None:
    with pytest.raises(NotPlain):
        placed(world, event(), event(customer="nobody"))


def test_a_base_fee_meters_nothing(world: World) -> None:
    fee = Item.objects.get(add_on__isnull=True)
    assert placed(world, event(item=fee.public_id)) is None


def test_another_organization_s_item_is_nobody_s(world: World) -> None:
    other = World(builders.organization("other"), world.offer, world.buyer)
    assert placed(other, event(item=world.item.public_id)) is None


def test_two_items_that_are_meant_are_not_plain_even_if_only_one_has_the_period(world: World) -> None:
    first = world.item
    builders.subscribed(world.buyer, world.offer, again=True)
    own = event(item=first.public_id, occurred_at=OCTOBER)
    locating.locate(request(world, own, now=OCTOBER + DAY), [own])  # opens October of the first alone
    assert placed(world, own, now=OCTOBER + DAY) is not None
    with pytest.raises(NotPlain):
        placed(world, event(occurred_at=OCTOBER), now=OCTOBER + DAY)


def test_a_period_that_is_missing_or_has_ended_or_is_closed_is_not_plain(world: World) -> None:
    assert placed(world, event(occurred_at=OCTOBER + DAY), now=OCTOBER + DAY) is None
    assert placed(world, event(occurred_at=NOON), now=OCTOBER) is None
    Period.objects.filter(item=world.item).update(status=Period.Status.RECORDED, closed_at=NOON)
    assert placed(world, event()) is None


def test_a_hard_limit_anywhere_is_not_plain_and_softer_rules_come_along(world: World) -> None:
    world.limit("10", "soft")
    assert placed(world, event()).rules.watched == {world.item.pk}
    world.limit("10", "hard")
    assert placed(world, event()) is None
