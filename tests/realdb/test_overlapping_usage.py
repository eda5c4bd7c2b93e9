"""Recording, reversing, closing and rolling up while another transaction is open: each test proves that they met."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError

from apps.core.refusals import Conflict
from apps.invoicing import closing
from apps.invoicing.models import Charge
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import measuring, queries
from apps.usage import operations as usage
from apps.usage.models import Event, Rollup
from apps.usage.recording import NewEvent, Outcome
from apps.usage.rules import Where
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.overlapping import Course, course, is_running, wait_for_line, wait_for_waiting, wait_until

AT = SEPTEMBER + timedelta(days=9)
BEFORE = OCTOBER - timedelta(minutes=1)  # while the period collects, recorders don't wait for each other


@pytest.fixture
def beside() -> Iterator[Course]:
    with course() as running:
        yield running


@pytest.fixture(autouse=True)
def buyer(seller: Organization) -> Any:
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, builders.usage_offer(seller))
    return buyer


def event_of(key: str, quantity: str = "1") -> NewEvent:
    return NewEvent(
        quantity=Decimal(quantity), customer="crm-1", add_on="coaching-use", occurred_at=AT, idempotency_key=key
    )


def post(seller: Organization, key: str, quantity: str = "1", now: datetime = BEFORE) -> usage.Recorded:
    return usage.record_events(
        organization=seller, events=[event_of(key, quantity)], now=now, source="api", actor="key_test"
    )[0]


def post_many(seller: Organization, keys: Sequence[str], now: datetime = BEFORE) -> list[Outcome]:
    events = [event_of(key) for key in keys]
    return usage.record_batch(organization=seller, events=events, now=now, source="api", actor="key_test")


def take_back(seller: Organization, event: Event) -> usage.Recorded:
    return usage.reverse_event(
        organization=seller, public_id=event.public_id, reason="twice", now=OCTOBER, source="admin", actor="owner"
    )


def close() -> closing.Closed | None:
    return closing.close_next(as_of=OCTOBER, now=OCTOBER)


def charged() -> list[tuple[int, int]]:
    return list(Charge.objects.order_by("pk").values_list("amount_minor", "fact_count"))


def september() -> Period:
    return Period.objects.select_related("item__add_on__metric", "item__organization").get(ends_at=OCTOBER)


@pytest.mark.parametrize("count", [1, 3])
def test_closing_waits_for_what_is_being_recorded_and_bills_it(
    seller: Organization, beside: Course, count: int
) -> None:
    recorders = [beside.hold(partial(post_many, seller, [f"{n}-a", f"{n}-b"])) for n in range(count)]
    closer = beside.start(close)
    for recorder in recorders:
        wait_for_waiting(recorder)
        assert not closer.done()
        recorder.commit()
    assert isinstance(closer.result(), closing.Closed)
    assert charged() == [(count * 2 * 9500, count * 2)]
    assert not Event.objects.filter(late=True).exists()


def test_what_is_posted_while_a_period_closes_waits_and_is_late(seller: Organization, beside: Course) -> None:
    post(seller, "before")
    closer = beside.hold(close)
    single = beside.start(lambda: post(seller, "single"))
    many = beside.start(lambda: post_many(seller, ["many-1", "many-2"]))
    wait_for_waiting(closer, 2)
    closer.commit()
    recorded = single.result()
    assert isinstance(recorded, usage.Recorded) and recorded.event.late
    outcomes = many.result()
    assert isinstance(outcomes, list) and all(outcome.late for outcome in outcomes)
    assert charged() == [(9500, 1)]
    builders.close(seller, NOVEMBER)
    assert charged()[1:] == [(0, 0), (3 * 9500, 4)]


def test_closing_takes_its_turn_among_programs_that_post_to_an_ended_period(
    seller: Organization, beside: Course
) -> None:
    """Shared locks would pass by the closer for as long as they overlap; after the end recorders wait in its line."""
    first = beside.hold(lambda: post(seller, "first"))
    closer = beside.start(close)
    wait_for_waiting(first)
    behind = [beside.start(partial(post, seller, f"behind-{n}", now=OCTOBER)) for n in range(4)]
    wait_for_line(5)
    first.commit()
    assert isinstance(closer.result(), closing.Closed)
    for each in behind:
        recorded = each.result()
        assert isinstance(recorded, usage.Recorded) and recorded.event.late
    assert charged() == [(9500, 1)]


def test_what_is_posted_while_a_closing_fails_is_on_time(seller: Organization, beside: Course) -> None:
    closer = beside.hold(close)
    single = beside.start(lambda: post(seller, "single"))
    wait_for_waiting(closer)
    closer.roll_back()
    recorded = single.result()
    assert isinstance(recorded, usage.Recorded) and not recorded.event.late


@pytest.mark.parametrize("ends", ["commit", "roll_back", "kill"])
def test_the_same_key_twenty_times_at_the_same_moment(seller: Organization, beside: Course, ends: str) -> None:
    first = beside.hold(lambda: post(seller, "same"))
    others = [beside.start(lambda: post(seller, "same")) for _ in range(19)]
    wait_for_waiting(first, 19)
    getattr(first, ends)()
    results = [other.result() for other in others]
    assert [type(result) for result in results] == [usage.Recorded] * 19
    repeated = Counter(result.repeated for result in results if isinstance(result, usage.Recorded))
    assert repeated == ({True: 19} if ends == "commit" else {True: 18, False: 1})
    assert len({result.event.pk for result in results if isinstance(result, usage.Recorded)}) == 1
    assert Event.objects.count() == 1


def test_a_key_with_other_content_waits_for_the_first_and_is_refused(seller: Organization, beside: Course) -> None:
    first = beside.hold(lambda: post(seller, "same", "1"))
    other = beside.start(lambda: post(seller, "same", "2"))
    wait_for_waiting(first)
    first.commit()
    assert isinstance(other.result(), Conflict)
    assert Event.objects.get().quantity == 1


def test_batches_with_common_keys_in_opposite_order_do_not_deadlock(seller: Organization, beside: Course) -> None:
    """One stops half-way at a key that is held, the other at what the first one stored: a cycle, were orders kept."""
    keys = [f"key-{n:03}" for n in range(300)]
    middle = beside.hold(lambda: post(seller, keys[150]))
    forwards = beside.start(lambda: post_many(seller, keys))
    wait_for_waiting(middle)
    backwards = beside.start(lambda: post_many(seller, keys[::-1]))
    middle.commit()
    results = [forwards.result(), backwards.result()]
    assert all(isinstance(result, list) for result in results), results
    counts = Counter(outcome.repeated for result in results for outcome in result)  # type: ignore[union-attr]
    assert counts == {False: 299, True: 301}
    assert Event.objects.count() == 300
    assert queries.usage_of(periods=[september()])[september().pk].quantity == 300


def test_a_batch_that_is_overtaken_key_by_key_is_stored_in_the_end(seller: Organization, beside: Course) -> None:
    """Each time one of its keys is taken by another it begins anew, and one more is known."""
    keys = [f"key-{n}" for n in range(8)]
    singles = [beside.hold(partial(post, seller, key)) for key in keys[:6]]
    batch = beside.start(lambda: post_many(seller, keys))
    for single in singles:
        wait_for_waiting(single)
        single.commit()
    outcomes = batch.result()
    assert isinstance(outcomes, list), outcomes
    assert [outcome.repeated for outcome in outcomes] == [True] * 6 + [False] * 2
    assert Event.objects.count() == 8


def test_a_repeat_that_waits_for_the_last_unit_of_a_limit_gets_the_first_answer(
    seller: Organization, beside: Course
) -> None:
    """It was sent again while the first was under way: not refused because of itself."""
    at = Where(item=september().item)
    usage.set_limit(organization=seller, at=at, kind="hard", quantity=Decimal(1), now=SEPTEMBER)
    first = beside.hold(lambda: post(seller, "same"))
    again = beside.start(lambda: post(seller, "same"))
    listed = beside.start(lambda: post_many(seller, ["same"]))
    wait_for_waiting(first)
    first.commit()
    recorded = again.result()
    assert isinstance(recorded, usage.Recorded), recorded
    assert recorded.repeated
    assert [outcome.repeated for outcome in listed.result()] == [True]  # type: ignore[union-attr]


def test_closing_waits_for_a_reversal_and_does_not_bill_what_it_takes_back(
    seller: Organization, beside: Course
) -> None:
    event = post(seller, "one").event
    post(seller, "two")
    reverser = beside.hold(lambda: take_back(seller, event))
    closer = beside.start(close)
    wait_for_waiting(reverser)
    reverser.commit()
    assert isinstance(closer.result(), closing.Closed)
    assert charged() == [(9500, 3)]


def test_a_reversal_waits_for_a_closing_and_is_late(seller: Organization, beside: Course) -> None:
    event = post(seller, "one").event
    closer = beside.hold(close)
    reverser = beside.start(lambda: take_back(seller, event))
    wait_for_waiting(closer)
    closer.commit()
    reversed_late = reverser.result()
    assert isinstance(reversed_late, usage.Recorded) and reversed_late.event.late
    builders.close(seller, NOVEMBER)
    assert sum(minor for minor, _ in charged()) == 0


@pytest.mark.parametrize("ends", ["commit", "roll_back"])
def test_two_reversals_of_one_event_at_the_same_moment(seller: Organization, beside: Course, ends: str) -> None:
    event = post(seller, "one").event
    first = beside.hold(lambda: take_back(seller, event))
    second = beside.start(lambda: take_back(seller, event))
    wait_for_waiting(first)
    getattr(first, ends)()
    result = second.result()
    if ends == "commit":
        assert isinstance(result, Conflict) and result.code == "already_reversed"
    else:
        assert isinstance(result, usage.Recorded)
    assert Event.objects.filter(reverses_id=event.pk).count() == 1


def test_a_recorder_that_dies_before_it_commits_leaves_nothing_and_may_try_again(
    seller: Organization, beside: Course
) -> None:
    keys = [f"key-{n}" for n in range(50)]
    recorder = beside.hold(lambda: post_many(seller, keys))
    assert isinstance(recorder.kill(), OperationalError)
    assert not Event.objects.exists()
    assert not any(outcome.repeated for outcome in post_many(seller, keys))
    assert all(outcome.repeated for outcome in post_many(seller, keys))
    assert Event.objects.count() == 50


def test_an_event_that_commits_out_of_order_is_never_skipped(seller: Organization, beside: Course) -> None:
    """The one held open drew its ids first; a later one commits, and a worker comes by before the first does."""
    period = september()
    early = beside.hold(lambda: post_many(seller, ["early-1", "early-2"]))
    late = post(seller, "late").event
    assert usage.advance(period=period, skip_locked=True) is None
    assert measuring.so_far(periods=[period])[period.pk] == queries.Usage(Decimal(1), 1, 1)
    worker = beside.start(lambda: usage.advance(period=period))
    wait_for_waiting(early)
    assert not Rollup.objects.exists()
    early.commit()
    assert worker.result() == 3
    assert Event.objects.filter(idempotency_key__startswith="early", pk__lt=late.pk).count() == 2
    assert Rollup.objects.get().counted_to == late.pk
    assert measuring.so_far(periods=[period]) == queries.usage_of(periods=[period])


def test_what_is_recorded_while_a_worker_counts_lies_beyond_the_mark(seller: Organization, beside: Course) -> None:
    period = september()
    post(seller, "before")
    worker = beside.hold(lambda: usage.advance(period=period))
    recorder = beside.start(lambda: post(seller, "meanwhile"))
    wait_for_waiting(worker)
    assert measuring.so_far(periods=[period])[period.pk].quantity == 1
    worker.commit()
    recorded = recorder.result()
    assert isinstance(recorded, usage.Recorded)
    assert recorded.event.pk > Rollup.objects.get().counted_to
    assert measuring.so_far(periods=[period])[period.pk].quantity == 2
    assert [day.quantity for day in measuring.days_of(period=period)] == [2]


@pytest.mark.parametrize("ends", ["commit", "kill"])
def test_a_worker_that_dies_is_followed_by_one_that_counts_everything_once(
    seller: Organization, beside: Course, ends: str
) -> None:
    period = september()
    post_many(seller, [f"key-{n}" for n in range(5)])
    first = beside.hold(lambda: usage.advance(period=period))
    second = beside.start(lambda: usage.advance(period=period))
    wait_for_waiting(first)
    getattr(first, ends)()
    assert second.result() == (0 if ends == "commit" else 5)
    assert Rollup.objects.get().fact_count == 5
    assert [day.event_count for day in measuring.days_of(period=period)] == [5]


def test_a_period_that_is_never_free_is_counted_as_far_as_nothing_can_come(
    seller: Organization, beside: Course
) -> None:
    """The worker waits for the one that may still commit a lower id, and for nobody who came later."""
    period = september()
    early = beside.hold(lambda: post_many(seller, ["early-1", "early-2"]))
    seen = post(seller, "seen").event
    worker = beside.start(lambda: usage.catch_up(organization=seller, beyond=0))
    wait_until(lambda: is_running("pg_snapshot_xmin"), "the worker does not wait")
    later = beside.hold(lambda: post(seller, "later"))
    assert not worker.done()
    early.commit()
    assert worker.result() == 3
    assert Rollup.objects.get().counted_to == seen.pk
    later.commit()
    assert measuring.so_far(periods=[period])[period.pk] == queries.Usage(Decimal(4), 4, 4)
    assert usage.catch_up(organization=seller, beyond=0) == 1
    assert measuring.so_far(periods=[period]) == queries.usage_of(periods=[period])
