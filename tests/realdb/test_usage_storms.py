"""Everybody at once, and processes killed half-way: afterwards each event is there once, and the books hold."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction

from apps.backoffice.management.commands.verify import CHECKS
from apps.core.refusals import Conflict
from apps.invoicing import closing
from apps.invoicing.models import Charge
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import measuring, queries
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.architecture.sources import ROOT
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.committing import at_once
from tests.lifecycle import checking
from tests.overlapping import wait_until

ROUNDS = 25
AT = SEPTEMBER + timedelta(days=9)
PATIENCE_SECONDS = 120
RECORDER = """
import sys, time, django
django.setup()
from django.db import transaction
from apps.tenancy import queries, scope
from tests.realdb import test_usage_storms as storms
seller = queries.organization_by_key(key="northwind")
with scope.of(seller):
    if sys.argv[1] == "before":
        with transaction.atomic():
            storms.post_many(seller, range(40))
            print("open", flush=True)
            time.sleep(600)
    storms.post_many(seller, range(40))
    print("committed", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def buyer(seller: Organization) -> Any:
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, builders.usage_offer(seller))
    return buyer


def event_of(number: int) -> NewEvent:
    return NewEvent(
        quantity=Decimal(number % 5 + 1),
        customer="crm-1",
        add_on="coaching-use",
        occurred_at=AT + timedelta(minutes=number),
        idempotency_key=f"key-{number:05}",
    )


def post_many(seller: Organization, numbers: Any) -> list[Any]:
    events = [event_of(number) for number in numbers]
    return list(usage.record_batch(organization=seller, events=events, now=OCTOBER, source="api", actor="key_test"))


def record_batches(seller: Organization, step: int) -> None:
    for turn in range(ROUNDS):
        numbers = range(turn * 8, turn * 8 + 16)  # half of them are the next turn's too
        assert all(outcome.refusal is None for outcome in post_many(seller, list(numbers)[::step]))


def record_singly(seller: Organization) -> None:
    for number in range(ROUNDS * 8):
        usage.record_events(organization=seller, events=[event_of(number)], now=OCTOBER, source="api", actor="key_test")


def take_back(seller: Organization) -> None:
    for _ in range(ROUNDS):
        for public_id in Event.objects.filter(reverses_id__isnull=True).values_list("public_id", flat=True)[:3]:
            with suppress(Conflict):
                usage.reverse_event(
                    organization=seller, public_id=public_id, reason="w", now=OCTOBER, source="api", actor="key_test"
                )


def count_and_read(seller: Organization) -> None:
    """Count, and look in one moment of the database whether what is read through rollups is what the events say."""
    for _ in range(ROUNDS):
        usage.catch_up(organization=seller, beyond=0)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            periods = list(Period.objects.select_related("item__add_on__metric", "item__organization"))
            measured = queries.usage_of(periods=periods)
            assert measuring.so_far(periods=periods) == measured
            for period in periods:
                days = measuring.days_of(period=period)
                assert sum(day.quantity for day in days) == measured[period.pk].quantity


def close(seller: Organization) -> None:
    wait_until(lambda: Event.objects.count() > ROUNDS * 2, "nobody records")
    results = list(closing.close_due(organization=seller, as_of=OCTOBER, now=OCTOBER))
    assert [result.parked_reason for result in results] == [""]


def test_after_everybody_at_once_the_books_hold(seller: Organization) -> None:
    pieces = [partial(record_batches, seller, 1), partial(record_batches, seller, -1)]
    rest = [record_singly, take_back, count_and_read, count_and_read, close]
    results = at_once(*pieces, *(partial(piece, seller) for piece in rest))
    assert [result for result in results if result is not None] == []
    events = Event.objects.filter(reverses_id__isnull=True)
    assert events.count() == ROUNDS * 8 + 8
    assert events.filter(late=False).exists()
    builders.close(seller, NOVEMBER)
    checking.every_line_comes_out_again()  # whatever was recorded while a charge was made
    assert [breach for check in CHECKS for breach in check.breaches()] == []
    period = Period.objects.select_related("item__add_on__metric").get(ends_at=OCTOBER)
    measured = queries.usage_of(periods=[period])
    assert measuring.so_far(periods=[period]) == measured
    due = int(measured[period.pk].quantity * 9500)
    assert sum(Charge.objects.filter(period=period).values_list("amount_minor", flat=True)) == due


@pytest.fixture
def killed() -> Iterator[Callable[[str], None]]:
    """Run a recorder in a process of its own up to a moment, then kill it as the machine would."""
    processes: list[subprocess.Popen[str]] = []

    def run(moment: str) -> None:
        told = connection.settings_dict
        place = {"host": str(told["HOST"] or told["OPTIONS"].get("host")), "port": str(told["PORT"] or "")}
        url = (
            f"postgres://{quote(str(told['USER']))}@/{told['NAME']}?{urlencode({k: v for k, v in place.items() if v})}"
        )
        environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "billing_site.settings"}
        process = subprocess.Popen(
            [sys.executable, "-c", RECORDER, moment], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == {"before": "open", "after": "committed"}[moment]
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_SECONDS)
        process.stdout.close()

    yield run
    for process in processes:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def test_a_process_killed_before_or_after_its_commit_may_send_again(
    seller: Organization, killed: Callable[[str], None]
) -> None:
    killed("before")
    assert not Event.objects.exists()
    killed("after")
    assert all(outcome.repeated for outcome in post_many(seller, range(40)))
    assert [outcome.repeated for outcome in post_many(seller, [39, 40])] == [True, False]
    assert Event.objects.count() == 41
