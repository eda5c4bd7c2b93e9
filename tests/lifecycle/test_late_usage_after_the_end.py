"""Usage that arrives after its subscription has ended: on a draft of its own, which waits for staff (BILLING §4)."""

from decimal import Decimal

import pytest

from apps.invoicing import closing, issuing
from apps.invoicing.lifecycle import ending
from apps.invoicing.models import CreditNote, Invoice
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


@pytest.fixture
def ended(world: worlds.World) -> Subscription:
    """A subscription that ended on the 16th, with 100 calls on its last invoice."""
    subscription = world.start()
    world.use("100", "2026-09-05")
    return ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO, when="now").subscription


def late(world: worlds.World, quantity: str, *, now: str) -> Event:
    return builders.used(world.buyer, world.offer(world.basic), quantity, at=day("2026-09-10"), now=day(now))


def test_it_comes_on_a_draft_of_its_own_that_waits(world: worlds.World, ended: Subscription) -> None:
    late(world, "20", now="2026-09-20")
    assert world.close("2026-09-20") == ["2.00"]
    draft = Invoice.objects.get(cause="late")
    assert (draft.status, draft.number, draft.boundary_at) == ("draft", None, day("2026-09-16"))
    (line,) = draft.lines.all()
    assert (line.description, line.late, line.quantity) == ("Call: late usage", True, Decimal(20))
    ended.refresh_from_db()
    assert (ended.status, ended.bills_at) == ("canceled", None)
    assert world.close("2026-12-01") == []
    assert issuing.issue(invoice=draft, now=day("2026-09-21")).number == "INV-0003"


def test_what_comes_while_the_draft_waits_follows_when_it_is_issued(world: worlds.World, ended: Subscription) -> None:
    late(world, "20", now="2026-09-20")
    world.close("2026-09-20")
    late(world, "5", now="2026-09-21")
    assert world.close("2026-09-21") == []
    issuing.issue(invoice=Invoice.objects.get(cause="late"), now=day("2026-09-22"))
    assert world.close("2026-09-22") == ["0.50"]
    assert worlds.balance(world.buyer) == "42.50"


def test_what_is_taken_back_after_the_end_is_credited(world: worlds.World, seller: Organization) -> None:
    subscription = world.start()
    wrong = builders.used(world.buyer, world.offer(world.basic), "100", at=day("2026-09-05"))
    ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO, when="now")
    usage.reverse_event(
        organization=seller,
        public_id=wrong.public_id,
        reason="entered twice",
        now=day("2027-03-01"),
        source="admin",
        actor=WHO,
    )
    assert world.close("2027-03-01") == []
    assert [note.total.text() for note in CreditNote.objects.all()] == ["10.00"]


def test_what_was_billed_on_a_draft_is_credited_once_that_is_issued(world: worlds.World, seller: Organization) -> None:
    type(seller).objects.update(auto_finalize=False)
    seller.refresh_from_db()
    subscription = world.start()
    wrong = builders.used(world.buyer, world.offer(world.basic), "100", at=day("2026-09-05"))
    ending.cancel(subscription=subscription, now=day("2026-09-16"), actor=WHO, when="now")
    usage.reverse_event(
        organization=seller, public_id=wrong.public_id, reason="twice", now=day("2026-09-17"), source="api", actor=WHO
    )
    assert world.close("2026-09-17") == []
    assert not CreditNote.objects.exists()
    issuing.issue(invoice=Invoice.objects.get(cause="end"), now=day("2026-09-18"))
    world.close("2026-09-18")
    assert [note.total.text() for note in CreditNote.objects.all()] == ["10.00"]


def test_a_list_of_events_after_the_end_is_billed_too_and_a_repeat_only_once(
    world: worlds.World, ended: Subscription, seller: Organization
) -> None:
    events = [
        NewEvent(
            quantity=Decimal(number),
            customer=world.buyer.public_id,
            add_on=world.calls.key,
            occurred_at=day("2026-09-10"),
            idempotency_key=f"key-{number}",
        )
        for number in range(1, 4)
    ]
    for _ in range(2):
        usage.record_batch(organization=seller, events=events, now=day("2026-09-20"), source="api", actor="key")
        world.close("2026-09-20")
    assert [invoice.total.text() for invoice in Invoice.objects.filter(cause="late")] == ["0.60"]


def test_where_one_goes_on_nothing_of_the_one_that_ended_is_looked_at(
    world: worlds.World, seller: Organization
) -> None:
    """Late usage of a subscription that lives waits for its next invoice."""
    world.start()
    world.use("100", "2026-09-05")
    world.close("2026-10-01")
    late(world, "20", now="2026-10-03")
    assert closing.due_count(organization=seller, as_of=day("2026-10-03")) == 0
    assert world.close("2026-11-01") == ["32.00"]


def test_usage_that_comes_after_the_end_but_is_worth_nothing_makes_no_draft(
    world: worlds.World, ended: Subscription
) -> None:
    late(world, "0", now="2026-09-20")
    assert world.close("2026-09-20") == []
    assert closing.due_count(organization=world.seller, as_of=day("2026-09-21")) == 0
