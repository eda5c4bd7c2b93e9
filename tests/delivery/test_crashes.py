"""A worker that dies between the attempt and its outcome: the mail may have left, so nobody sends it again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from apps.delivery import operations, queries
from apps.delivery.models import Attempt, Delivery
from apps.delivery.operations import Result
from apps.invoicing.models import Invoice
from apps.outbox import operations as outbox
from apps.outbox.models import Job
from tests.builders import OCTOBER
from tests.delivery.conftest import Work

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


class Killed(BaseException):
    """What ends a process is not an Exception."""


class DyingBackend(BaseEmailBackend):
    """The process ends while the message is on its way."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        mail.outbox.extend(email_messages)
        raise Killed


@pytest.fixture
def crashed(invoice: Invoice, worked: Work, settings: Any) -> Delivery:
    settings.EMAIL_BACKEND = "tests.delivery.test_crashes.DyingBackend"
    with pytest.raises(Killed):
        worked()
    settings.EMAIL_BACKEND = LOCMEM
    (delivery,) = queries.deliveries_of(document=invoice)
    return delivery


def test_the_next_worker_says_unknown_and_sends_nothing(crashed: Delivery, worked: Work) -> None:
    assert (crashed.status, [attempt.outcome for attempt in crashed.attempts.all()]) == ("sending", ["started"])
    worked(outbox.LEASE)
    crashed.refresh_from_db()
    attempt = Attempt.objects.get()
    assert (crashed.status, attempt.outcome) == (Delivery.Status.UNKNOWN, Attempt.Outcome.UNKNOWN)
    assert attempt.finished_at == OCTOBER + outbox.LEASE
    assert len(mail.outbox) == 1
    job = Job.objects.get(handler="delivery.mail_invoice")
    assert (job.status, "use Resend" in job.error) == (Job.Status.FAILED, True)


def test_a_person_may_send_it_again(crashed: Delivery, worked: Work) -> None:
    worked(outbox.LEASE)
    assert crashed.invoice is not None
    operations.resend(
        document=crashed.invoice, recipient=crashed.recipient, actor="owner@northwind.example", now=OCTOBER
    )
    worked(outbox.LEASE)
    assert [held.status for held in queries.deliveries_of(document=crashed.invoice)] == ["sent", "unknown"]
    assert len(mail.outbox) == 2


def test_a_slow_worker_may_still_tell_how_it_ended(crashed: Delivery, worked: Work) -> None:
    worked(outbox.LEASE)
    ended_at = OCTOBER + outbox.LEASE + timedelta(seconds=5)
    attempt = Attempt.objects.get()
    assert operations.settle(attempt=attempt, result=Result(Attempt.Outcome.SENT), now=ended_at)
    assert not operations.settle(attempt=attempt, result=Result(Attempt.Outcome.REFUSED), now=ended_at)
    crashed.refresh_from_db()
    assert (crashed.status, crashed.sent_at) == (Delivery.Status.SENT, ended_at)


def test_a_delivery_under_way_is_not_begun_twice(crashed: Delivery) -> None:
    assert operations.begin(delivery=crashed, now=OCTOBER) is None
    assert Attempt.objects.count() == 1
