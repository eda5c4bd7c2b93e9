"""A hard limit against many posters on connections of their own, all of which truly wait for each other."""

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from django.db import connection, transaction

from apps.core.refusals import Conflict
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import Outcome
from tests.committing import PATIENCE_SECONDS, at_once
from tests.usage.limits import NOON, World, world

POSTERS = 20
LIMIT = 7
# Who waits for a lock that another transaction of this database holds.
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND cardinality(pg_blocking_pids(pid)) > 0
"""


def hold_until_all_wait(period: Period, posters: int, held: threading.Event) -> int:
    """Take a period's lock, say so, and hold it until so many others wait for it; return how many did."""
    with transaction.atomic():
        Period.objects.select_for_update(of=("self",)).get(pk=period.pk)
        held.set()
        with connection.cursor() as cursor:
            for _ in range(PATIENCE_SECONDS * 20):
                cursor.execute(WAITING)
                waiting = int(cursor.fetchone()[0])
                if waiting >= posters:
                    return waiting
                cursor.execute("SELECT pg_sleep(0.05)")
    return waiting


def against_the_limit(calls: World, *posters: Callable[[], object]) -> list[object]:
    """Let the posters run into one lock, all of them, and only then let go."""
    period = Period.objects.get()
    held = threading.Event()

    def after(post: Callable[[], object]) -> Callable[[], object]:
        return lambda: post() if held.wait(PATIENCE_SECONDS) else None

    waited, *results = at_once(lambda: hold_until_all_wait(period, len(posters), held), *map(after, posters))
    assert waited == len(posters), "the posters did not all wait at the same moment"
    return results


def one(calls: World, key: str) -> Callable[[], object]:
    return lambda: calls.post("1", idempotency_key=key)


def test_twenty_posters_get_seven_through(seller: Organization) -> None:
    calls = world(seller)
    calls.limit(str(LIMIT))
    results = against_the_limit(calls, *[one(calls, f"key-{n}") for n in range(POSTERS)])
    kinds = Counter(type(result) for result in results)
    assert kinds[usage.Recorded] == LIMIT
    refusals = [result for result in results if isinstance(result, Conflict)]
    assert {refusal.code for refusal in refusals} == {"usage_limit_reached"}
    assert len(refusals) == POSTERS - LIMIT
    assert {refusal.extra["used"] for refusal in refusals} == {str(LIMIT)}
    assert (Event.objects.count(), calls.used()) == (LIMIT, LIMIT)


def test_batches_and_singles_share_one_limit(seller: Organization) -> None:
    calls = world(seller)
    calls.limit(str(LIMIT))

    def batch(prefix: str) -> Callable[[], object]:
        return lambda: calls.post_all(["1", "2", "1"], prefix=prefix)

    posters = [one(calls, f"key-{n}") for n in range(4)] + [batch(f"batch-{n}") for n in range(4)]
    results = against_the_limit(calls, *posters)
    taken = sum(isinstance(result, usage.Recorded) for result in results)
    for outcomes in results:
        if isinstance(outcomes, list):
            assert all(isinstance(outcome, Outcome) for outcome in outcomes)
            amounts = zip((1, 2, 1), outcomes, strict=True)
            taken += sum(amount for amount, outcome in amounts if outcome.refusal is None)
    assert calls.used() == taken == LIMIT


def test_a_batch_with_a_hard_limit_in_it_locks_alone_from_the_start(seller: Organization) -> None:
    """Two batches that each held the weaker lock, and then both wanted the stronger one, would wait for ever."""
    calls = world(seller)
    calls.limit("1000")
    results = against_the_limit(
        calls,
        *[lambda n=n: calls.post_all(["1"] * 50, prefix=f"batch-{n}") for n in range(8)],
    )
    assert [type(result) for result in results] == [list] * 8
    assert calls.used() == 400


def test_a_poster_waits_for_one_that_has_not_committed(seller: Organization) -> None:
    calls = world(seller)
    calls.limit("1")
    order: list[str] = []

    def held_open() -> object:
        with transaction.atomic():
            calls.post("1", idempotency_key="first")
            with connection.cursor() as cursor:
                for _ in range(PATIENCE_SECONDS * 20):
                    cursor.execute(WAITING)
                    if cursor.fetchone()[0]:
                        order.append("the other waits")
                        break
                    cursor.execute("SELECT pg_sleep(0.05)")
            order.append("committing")
        return None

    def second() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        try:
            return calls.post("1", idempotency_key="second")
        except Conflict as refused:
            order.append("refused")
            return refused

    _, refused = at_once(held_open, second)
    assert order == ["the other waits", "committing", "refused"]
    assert isinstance(refused, Conflict) and refused.extra["used"] == "1"
    assert calls.used() == Decimal(1)
    assert Event.objects.get().recorded_at == NOON
