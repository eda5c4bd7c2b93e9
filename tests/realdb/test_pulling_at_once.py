"""Two workers have one question, and a closer comes in between: one event, one invoice, the right amount."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.core import clock
from apps.invoicing import closing
from apps.invoicing.models import Charge, Invoice
from apps.outbox.models import Message
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import handlers
from apps.usage import operations as usage
from apps.usage.models import Event, Pull
from tests.builders import OCTOBER
from tests.committing import at_once
from tests.usage.usage_systems import UsageSystem, connected, metered, tick, usage_system


@pytest.fixture
def system(settings: Any) -> Iterator[UsageSystem]:
    with usage_system(settings) as running:
        yield running


def close_all(seller: Organization) -> int:
    with scope.fresh():
        return sum(1 for _ in closing.close_due(organization=seller, as_of=OCTOBER, now=OCTOBER))


def test_two_workers_with_one_question_record_one_answer(seller: Organization, system: UsageSystem) -> None:
    """The answers differ, and both are there before either is recorded: the first one stands."""
    connected(metered(seller), system)
    Organization.objects.update(mode="test", clock_at=OCTOBER)
    seller.refresh_from_db()
    usage.announce_due(organization=seller, now=OCTOBER)
    message = Message.objects.select_related("organization").get(topic="usage.pull_due")
    both = threading.Barrier(2, timeout=10)
    answers = iter([b'{"quantity": "3"}', b'{"quantity": "4"}'])

    def answer(body: bytes) -> tuple[int, dict[str, str], bytes]:
        said = next(answers)
        both.wait()
        return 200, {}, said

    system.server.answer = answer
    results = at_once(*[lambda: handlers.ask_usage_system(message, clock.wall())] * 2)
    assert results == [None, None]
    assert len(system.server.requests) == 2
    event, pull = Event.objects.get(), Pull.objects.get()
    assert pull.quantity == event.quantity in (Decimal(3), Decimal(4))
    assert pull.status == "done"


def test_two_announcers_announce_once(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)

    def announce() -> int:
        with scope.fresh():
            return usage.announce_due(organization=seller, now=OCTOBER)

    results = at_once(*[announce] * 4)
    assert sorted(results) == [0, 0, 0, 1]  # type: ignore[type-var]
    assert Message.objects.filter(topic="usage.pull_due").count() == Pull.objects.count() == 1


def test_closers_that_run_all_the_while_bill_the_answer(seller: Organization, system: UsageSystem) -> None:
    for name in ("Fabrikam", "Contoso", "Adventure"):
        connected(metered(seller, name=name), system)
    system.server.answer = lambda body: (200, {}, b'{"quantity": "2"}')
    stop = threading.Event()

    def keep_closing() -> int:
        closed = 0
        while not stop.is_set():
            closed += close_all(seller)
        return closed

    def ask() -> int:
        try:
            for second in range(3):
                tick(seller, OCTOBER + timedelta(seconds=second))
        finally:
            stop.set()
        return 0

    results = at_once(keep_closing, keep_closing, ask)
    assert not [result for result in results if isinstance(result, Exception)], results
    close_all(seller)
    assert Invoice.objects.count() == Event.objects.count() == 3
    assert {charge.amount_minor for charge in Charge.objects.all()} == {19_000}
    assert not Event.objects.filter(late=True).exists()
