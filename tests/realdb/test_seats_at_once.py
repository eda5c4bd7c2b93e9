"""Twenty programs assign the last seats at the same moment, each over a connection of its own."""

from collections import Counter
from decimal import Decimal

import pytest

from apps.core.refusals import Conflict
from apps.invoicing.lifecycle import items
from apps.invoicing.lifecycle.holding import Changed
from apps.subscriptions import operations, seating
from apps.subscriptions.models import Seat, Subscription
from apps.subscriptions.seating import Seating
from apps.tenancy.models import Organization
from tests.committing import at_once
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day, item_of
from tests.overlapping import course, wait_for_line

ASSIGNERS = 20
BOUGHT = 7
NOW = day("2026-09-10")


@pytest.fixture
def subscription(seller: Organization) -> Subscription:
    return worlds.world(seller).start(quantity=Decimal(BOUGHT))


def assign(subscription: Subscription, grantee: str) -> Seating:
    return operations.change_seats(subscription=subscription, now=NOW, actor=WHO, assign=[grantee])


def test_of_twenty_assigners_as_many_get_a_seat_as_were_bought(subscription: Subscription) -> None:
    with course() as beside:
        held = beside.hold(lambda: Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk))
        pieces = [
            beside.start(lambda n=n: assign(subscription, f"user-{n}"))  # type: ignore[misc]
            for n in range(ASSIGNERS)
        ]
        wait_for_line(ASSIGNERS)
        held.commit()
        results = [piece.result() for piece in pieces]
    assert Counter(type(result) for result in results) == {Seating: BOUGHT, Conflict: ASSIGNERS - BOUGHT}
    assert {result.code for result in results if isinstance(result, Conflict)} == {"no_seat_left"}
    assert seating.seating(subscription=subscription, now=NOW) == Seating(bought=BOUGHT, assigned=BOUGHT)


def test_of_twenty_that_mean_the_same_grantee_one_assigns(subscription: Subscription) -> None:
    results = at_once(*[lambda: assign(subscription, "ann")] * ASSIGNERS)
    assert Counter(type(result) for result in results) == {Seating: 1, Conflict: ASSIGNERS - 1}
    assert Seat.objects.count() == 1


def test_assigning_and_buying_fewer_end_as_one_after_the_other(subscription: Subscription) -> None:
    def fewer() -> Changed:
        base = item_of(subscription)
        return items.set_quantity(item=base, quantity=Decimal(3), now=NOW, actor=WHO, proration="prorate")

    assigners = [lambda n=n: assign(subscription, f"user-{n}") for n in range(ASSIGNERS - 1)]
    results = at_once(fewer, *assigners)
    standing = seating.seating(subscription=subscription, now=NOW)
    assert standing.bought is not None and standing.assigned == standing.bought
    assert standing.bought == (3 if isinstance(results[0], Changed) else BOUGHT)
