"""What stands in the database while a mail is on its way: committed, so that a crash leaves it behind."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from apps.delivery.models import Attempt, Delivery
from apps.outbox.work import work
from apps.tenancy.models import Organization
from tests.builders import OCTOBER
from tests.delivery.conftest import billed

seen: list[tuple[bool, str, str]] = []


class WatchingBackend(BaseEmailBackend):
    """Note, at the moment of sending, whether a transaction is open and what is written already."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        seen.append((connection.in_atomic_block, Delivery.objects.get().status, Attempt.objects.get().outcome))
        return len(email_messages)


def test_the_attempt_is_committed_before_anything_is_sent(seller: Organization, settings: Any) -> None:
    seen.clear()
    settings.EMAIL_BACKEND = "tests.realdb.test_mail_attempts.WatchingBackend"
    billed(seller, calls=1)
    work(clock=lambda: OCTOBER)
    assert seen == [(False, "sending", "started")]
    assert (Delivery.objects.get().status, Attempt.objects.get().outcome) == ("sent", "sent")
