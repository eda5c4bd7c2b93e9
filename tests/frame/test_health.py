"""Machines learn how the office is without signing in."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from apps.core import clock
from apps.outbox import operations as outbox
from apps.outbox.models import Job, Message
from apps.tenancy.models import Organization


def test_it_lives_and_is_ready(client: Client, db: None) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").json() == {"status": "ready"}
    assert client.get("/health/work").json() == {"status": "in time", "oldest_due_job_seconds": 0}


def test_a_life_sign_needs_no_database(client: Client) -> None:
    assert client.get("/health/live").status_code == 200


def test_a_lost_database_is_told_to_who_sends_requests(client: Client, db: None) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("the server is gone")

    with connection.execute_wrapper(refuse):
        for path in ("ready", "work"):
            answer = client.get(f"/health/{path}")
            assert (answer.status_code, answer.json()) == (503, {"status": "no database"})


@pytest.mark.parametrize(("minutes", "status", "word"), [(14, 200, "in time"), (16, 503, "late")])
def test_a_job_that_waits_too_long_is_told(
    client: Client, seller: Organization, minutes: int, status: int, word: str
) -> None:
    since = clock.wall() - timedelta(minutes=minutes)
    with transaction.atomic():
        message = outbox.append(organization=seller, topic="told", payload={}, now=since)
    Message.objects.filter(pk=message.pk).update(position=1)
    job = Job.objects.create(organization=seller, message=message, handler="any", next_try_at=since)
    answer = client.get("/health/work")
    assert (answer.status_code, answer.json()["status"]) == (status, word)
    assert abs(answer.json()["oldest_due_job_seconds"] - 60 * minutes) <= 2
    Job.objects.filter(pk=job.pk).update(status=Job.Status.FAILED)
    assert client.get("/health/work").json()["oldest_due_job_seconds"] == 0


def test_only_reading_is_answered(client: Client, db: None) -> None:
    for path in ("live", "ready", "work"):
        assert client.post(f"/health/{path}").status_code == 405
