"""Two at once on one subscription: whoever comes first, the books are what they were had one waited for the other."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import permutations
from threading import Event as Flag
from typing import Any

import pytest
from django.db import connection, transaction

from apps.backoffice.management.commands.verify import CHECKS
from apps.catalog import operations as catalog
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.invoicing import closing
from apps.invoicing.lifecycle import changing, ending, items
from apps.invoicing.models import Charge, CreditLine, CreditNote, Invoice, Line
from apps.subscriptions.models import Period, Subscription
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day
from tests.overlapping import Course, course, wait_for_waiting

NOW = day("2026-10-01T00:10:00")  # September has ended and is to be closed
PATIENCE_SECONDS = 10


@pytest.fixture
def beside() -> Iterator[Course]:
    with course() as running:
        yield running


@pytest.fixture(autouse=True)
def world(seller: Organization) -> worlds.World:
    """The basic plan with usage in September, and a plan that prices calls otherwise."""
    world = worlds.world(seller)
    catalog.set_price(
        organization=seller,
        plan=world.pro,
        add_on=world.calls,
        currency="USD",
        form=worlds.per_unit("0.05"),
        now=builders.SEPTEMBER,
    )
    world.start()
    world.use("100", "2026-09-05", key="first")
    return world


def held() -> Subscription:
    return Subscription.objects.get()


def event_of(world: worlds.World, key: str, at: Any) -> NewEvent:
    return NewEvent(
        quantity=Decimal(10),
        customer=world.buyer.public_id,
        add_on=world.calls.key,
        occurred_at=at,
        idempotency_key=key,
    )


def post(world: worlds.World) -> None:
    """Record usage of the month that ended, and of now."""
    events = [event_of(world, "old", day("2026-09-20")), event_of(world, "new", NOW)]
    usage.record_batch(organization=world.seller, events=events, now=NOW, source="api", actor="key")


def close(world: worlds.World) -> None:
    closing.close_next(as_of=NOW, now=NOW)


def change_plan(world: worlds.World) -> None:
    changing.change_plan(subscription=held(), plan=world.pro, now=NOW, actor=WHO)


def cancel(world: worlds.World) -> None:
    ending.cancel(subscription=held(), now=NOW, actor=WHO, when="now", proration="prorate")


def add_item(world: worlds.World) -> None:
    items.add_item(subscription=held(), add_on=world.support, now=NOW, actor=WHO)


PIECES: list[Callable[[worlds.World], None]] = [post, close, change_plan, cancel, add_item]


def attempt(piece: Callable[[worlds.World], None], world: worlds.World) -> str:
    """Do a piece as an edge would; return why it was refused, if it was."""
    try:
        retried(lambda: piece(world))
    except Refusal as refused:
        return refused.code
    return ""


def outcome() -> Any:
    """Return everything that can be billed, and was, by names and not by ids."""
    subscription = held()
    periods = Period.objects.order_by("starts_at", "item").select_related("item__add_on", "price")
    return (
        (subscription.status, str(subscription.plan), subscription.ends_at, subscription.next_boundary_at),
        [(str(p.item.add_on), p.starts_at, p.ends_at, p.status, p.billable, p.price_id) for p in periods],
        sorted(Event.objects.values_list("idempotency_key", "late", "period__starts_at", "period__ends_at")),
        sorted(Charge.objects.values_list("kind", "period__starts_at", "period__price", "amount_minor")),
        sorted(Invoice.objects.values_list("cause", "boundary_at", "total_minor")),
        sorted(CreditNote.objects.values_list("total_minor", flat=True)),
    )


def one_after_the_other(world: worlds.World, *pieces: Callable[[worlds.World], None]) -> Any:
    """Return what comes of pieces one after the other, and of the closing after them; nothing of it stays."""
    with transaction.atomic():
        refusals = [attempt(piece, world) for piece in pieces]
        builders.close(world.seller, NOW)
        found = refusals, outcome()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(("first", "second"), list(permutations(PIECES, 2)), ids=lambda piece: piece.__name__)
def test_whoever_comes_second_waits_and_finds_what_the_first_left(
    world: worlds.World, beside: Course, first: Callable[..., None], second: Callable[..., None]
) -> None:
    expected = one_after_the_other(world, first, second)
    one = beside.hold(lambda: attempt(first, world))
    other = beside.start(lambda: attempt(second, world))
    if second is close:
        assert other.result(PATIENCE_SECONDS) == ""  # it leaves to others what is held, and comes again
    else:
        wait_for_waiting(one)
        assert not other.done()
    one.commit()
    refusals = [one.result, other.result(PATIENCE_SECONDS)]
    builders.close(world.seller, NOW)
    assert (refusals, outcome()) == expected
    assert [breach for check in CHECKS for breach in check.breaches()] == []


def test_the_same_pieces_come_to_different_books_in_another_order(world: worlds.World) -> None:
    """What is compared above can differ: usage of now has one price before the change, and another after it."""
    assert one_after_the_other(world, post, change_plan) != one_after_the_other(world, change_plan, post)
    assert one_after_the_other(world, post, cancel) != one_after_the_other(world, cancel, post)


@pytest.mark.parametrize("verb", [change_plan, cancel])
def test_a_verb_takes_its_turn_among_programs_that_post_all_the_time(
    world: worlds.World, beside: Course, verb: Callable[..., None]
) -> None:
    """Shared locks of the open period pass by who waits for it alone: a verb has to come to it all the same."""
    close(world)
    over = Flag()

    def keep_posting(number: int) -> int:
        count = 0
        while not over.is_set():
            event = event_of(world, f"{number}-{count}", NOW - timedelta(minutes=5))
            usage.record_batch(organization=world.seller, events=[event], now=NOW, source="api", actor="key")
            count += 1
        return count

    posting = [beside.start(partial(keep_posting, number)) for number in range(4)]
    while Event.objects.count() < 40:
        connection.close()
    done = beside.start(lambda: attempt(verb, world))
    try:
        assert done.result(PATIENCE_SECONDS) == ""
    finally:
        over.set()
        told = [each.result() for each in posting]
    counts = [each for each in told if isinstance(each, int)]
    assert len(counts) == len(told), told
    builders.close(world.seller, NOW + timedelta(days=31))
    assert Event.objects.filter(idempotency_key__contains="-").count() == sum(counts)
    assert [breach for check in CHECKS for breach in check.breaches()] == []
    lines = sum(Line.objects.values_list("amount_minor", flat=True))
    credited = sum(CreditLine.objects.values_list("amount_minor", flat=True))
    assert lines - credited == sum(Charge.objects.values_list("amount_minor", flat=True))
