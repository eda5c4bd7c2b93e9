"""The outbox: a message with the change that made it true, one job per handler, each with its own fate."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.outbox import operations, wiring
from apps.outbox.models import Job, Message
from apps.outbox.work import work
from apps.tenancy.models import Organization
from tests.outbox.handlers import seen

NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wired(settings: Any) -> Iterator[None]:
    settings.OUTBOX_WIRING = "tests.outbox.handlers.HANDLERS"
    wiring.handlers.cache_clear()
    seen.clear()
    yield
    wiring.handlers.cache_clear()


def tell(seller: Organization, topic: str, n: str = "1") -> Message:
    with transaction.atomic():
        return operations.append(organization=seller, topic=topic, payload={"n": n}, now=NOW)


def at(moment: datetime) -> Any:
    return lambda: moment


def test_a_message_reaches_its_handler_once(seller: Organization) -> None:
    tell(seller, "tea")
    assert work(clock=at(NOW)) == 1
    assert work(clock=at(NOW)) == 0
    assert seen == [("note", "1")]
    assert Job.objects.get().status == Job.Status.DONE


def test_a_message_nobody_hears_still_gets_its_place(seller: Organization) -> None:
    tell(seller, "unheard")
    work(clock=at(NOW))
    assert Message.objects.get().position == 1
    assert not Job.objects.exists()


def test_positions_are_dense_and_relaying_again_adds_nothing(seller: Organization) -> None:
    for n in "abc":
        tell(seller, "tea", n)
    assert operations.relay(now=NOW) == 3
    assert operations.relay(now=NOW) == 0
    assert list(Message.objects.order_by("position").values_list("position", "payload__n")) == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
    ]
    assert Job.objects.count() == 3


def test_one_handler_waiting_does_not_hold_up_the_other(seller: Organization) -> None:
    tell(seller, "both")
    work(clock=at(NOW))
    assert sorted(Job.objects.values_list("handler", "status", "error")) == [
        ("not_yet", "pending", "the post office is closed"),
        ("note", "done", ""),
    ]
    assert work(clock=at(NOW + timedelta(seconds=9))) == 0
    assert work(clock=at(NOW + timedelta(seconds=10))) == 1
    assert [name for name, _ in seen].count("note") == 1


def test_pauses_grow_and_the_last_try_is_left_to_a_person(seller: Organization) -> None:
    tell(seller, "both")
    now, pauses = NOW, []
    while True:
        work(clock=at(now))
        job = Job.objects.get(handler="not_yet")
        if job.status == Job.Status.FAILED:
            break
        pauses.append(job.next_try_at - now)
        now = job.next_try_at
    assert job.tries == operations.MOST_TRIES
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (operations.FIRST_PAUSE, operations.LONGEST_PAUSE)
    assert job.error == "the post office is closed"


def test_giving_up_shows_the_reason_and_a_person_may_try_again(seller: Organization) -> None:
    tell(seller, "never")
    work(clock=at(NOW))
    job = Job.objects.get()
    assert (job.status, job.error) == (Job.Status.FAILED, "no such address")
    assert operations.try_again(job=job, now=NOW)
    assert not operations.try_again(job=job, now=NOW)
    assert work(clock=at(NOW)) == 1


def test_a_fault_is_kept_and_retried(seller: Organization, caplog: pytest.LogCaptureFixture) -> None:
    tell(seller, "broken")
    work(clock=at(NOW))
    job = Job.objects.get()
    assert (job.status, job.error) == (Job.Status.PENDING, "ZeroDivisionError: a fault in the handler")


def test_a_job_whose_worker_died_is_taken_by_another_and_only_the_holder_settles_it(seller: Organization) -> None:
    tell(seller, "tea")
    operations.relay(now=NOW)
    first = operations.claim(now=NOW)
    assert first is not None
    assert operations.claim(now=NOW + operations.LEASE - timedelta(seconds=1)) is None
    second = operations.claim(now=NOW + operations.LEASE)
    assert second is not None
    assert (second.pk, second.tries) == (first.pk, 2)
    assert not operations.finish(job=first, now=NOW)
    assert operations.finish(job=second, now=NOW)


def test_a_message_never_changes(seller: Organization) -> None:
    message = tell(seller, "tea")
    with pytest.raises(Exception, match="a message never changes"), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(payload={})
