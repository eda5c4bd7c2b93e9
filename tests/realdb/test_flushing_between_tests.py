"""The tests of this folder commit frozen rows, and each begins with empty tables all the same."""

import psycopg
import pytest
from django.db import connection, transaction

from apps.outbox import operations as outbox
from apps.outbox.models import Message
from apps.tenancy.models import Organization
from tests.builders import SEPTEMBER
from tests.committing import at_once


def _announce(seller: Organization) -> Message:
    with transaction.atomic():
        return outbox.append(organization=seller, topic="told", payload={}, now=SEPTEMBER)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_frozen_row_is_gone_in_the_next_test(seller: Organization, turn: int) -> None:
    assert not Message.objects.exists()
    _announce(seller)
    assert Message.objects.count() == 1


def test_only_the_flush_passes_by_the_triggers(seller: Organization) -> None:
    message = _announce(seller)
    with connection.cursor() as cursor:
        with pytest.raises(Exception, match="rows are kept for ever") as refused:
            cursor.execute("TRUNCATE outbox_message CASCADE")
        assert isinstance(refused.value.__cause__, psycopg.errors.RestrictViolation)
    with pytest.raises(Exception, match="a message never changes"):
        Message.objects.filter(pk=message.pk).update(topic="other")


def test_pieces_run_at_once_see_what_the_others_committed(seller: Organization) -> None:
    def announce() -> Message:
        return _announce(seller)

    def fail() -> Message:
        raise LookupError("on purpose")

    first, second, failed = at_once(announce, announce, fail)
    assert isinstance(failed, LookupError)
    assert {first, second} == set(Message.objects.all())
