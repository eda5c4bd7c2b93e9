"""An item's usage is asked of its usage system when a period ends; closing waits, and never bills short."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps as registry
from django.core.management import call_command
from django.db import connection

from apps.core.encryption import HIDDEN, Secret
from apps.invoicing import closing
from apps.invoicing.models import Invoice
from apps.outbox import operations as outbox
from apps.outbox.models import Job, Message
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event, Pull, PullSource
from apps.usage.rules import Where
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.usage.usage_systems import MINUTE, UsageSystem, connected, item_of, metered, tick, until_quiet, usage_system


@pytest.fixture
def system(settings: Any) -> Iterator[UsageSystem]:
    with usage_system(settings) as running:
        yield running


def close(seller: Organization, now: Any = OCTOBER) -> list[str]:
    return [invoice.total.text() for invoice in builders.close(seller, now)]


def test_a_period_is_asked_for_when_it_ends_and_billed(seller: Organization, system: UsageSystem) -> None:
    item = metered(seller)
    connected(item, system)
    tick(seller, OCTOBER - MINUTE)
    assert system.questions == []
    assert close(seller, OCTOBER) == []  # it waits: nothing was asked yet
    tick(seller, OCTOBER)
    pull = Pull.objects.get()
    assert system.questions == [
        {
            "id": pull.public_id,
            "item": item.public_id,
            "customer": {"id": item.subscription.customer.public_id, "external_id": "crm-fabrikam"},
            "metric": "calls-fabrikam-metric",
            "period": {"starts_at": "2026-09-01T00:00:00Z", "ends_at": "2026-10-01T00:00:00Z"},
            "test": False,
        }
    ]
    assert (pull.status, pull.quantity, pull.tries, pull.answer) == ("done", Decimal(12), 1, "")
    event = Event.objects.get()
    period = Period.objects.get(item=item, ends_at=OCTOBER)
    assert (event.idempotency_key, event.source, event.late) == (f"pull:{period.public_id}", "pull", False)
    assert (event.quantity, event.occurred_at, event.period) == (12, OCTOBER - timedelta(microseconds=1), period)
    assert close(seller) == ["1140.00"]
    tick(seller, OCTOBER + MINUTE)
    assert len(system.questions) == Event.objects.count() == 1


def test_the_next_period_is_asked_for_in_its_turn(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)
    system.answers = [{"quantity": "1"}, {"quantity": 2}]
    tick(seller, OCTOBER)
    assert close(seller) == ["95.00"]
    tick(seller, NOVEMBER)
    assert close(seller, NOVEMBER) == ["190.00"]
    assert [question["period"]["starts_at"][:7] for question in system.questions] == ["2026-09", "2026-10"]


def test_what_was_recorded_otherwise_counts_beside_the_answer(seller: Organization, system: UsageSystem) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    connected(item_of(builders.subscribed(buyer, offer)), system)
    builders.used(buyer, offer, "3", at=SEPTEMBER + timedelta(days=4))
    tick(seller, OCTOBER)
    assert close(seller) == ["1425.00"]


@pytest.mark.parametrize("aggregation", ["sum", "max", "latest"])
def test_nothing_used_is_an_answer(seller: Organization, system: UsageSystem, aggregation: str) -> None:
    connected(metered(seller, aggregation=aggregation), system)
    system.answers = [{"quantity": "0"}]
    tick(seller, OCTOBER)
    assert Pull.objects.get().quantity == 0
    assert close(seller) == ["0.00"]


def test_others_are_billed_while_one_waits(seller: Organization, system: UsageSystem) -> None:
    """The one that waits is first in line, and is passed over."""
    connected(metered(seller), system)
    system.answers = [(503, b"later")]
    other = metered(seller, name="Contoso")
    tick(seller, OCTOBER)
    assert closing.due_count(organization=seller, as_of=OCTOBER) == 1
    closed = builders.close(seller, OCTOBER)
    assert [invoice.customer for invoice in closed] == [other.subscription.customer]


def test_a_late_answer_is_waited_for(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)
    system.answers = [(503, b""), (500, b"{}"), {"quantity": "2.5"}]
    tick(seller, OCTOBER)
    pull = Pull.objects.get()
    assert (pull.status, pull.answer) == ("waiting", "It answered with status 503 instead of 200.")
    assert close(seller) == []
    pull, quiet_at = until_quiet(seller, now=OCTOBER + MINUTE)
    assert (pull.status, pull.quantity, pull.tries) == ("done", Decimal("2.5"), 3)
    assert Subscription.objects.get().parked_at is None
    assert close(seller, quiet_at) == ["237.50"]
    assert len({question["id"] for question in system.questions}) == 1  # every try has the same id


def test_no_valid_answer_parks_and_a_retry_asks_again(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)
    system.answers = [(404, b"")]
    pull, quiet_at = until_quiet(seller)
    assert (pull.status, pull.tries) == ("failed", usage.MOST_TRIES) == ("failed", len(system.questions))
    assert timedelta(minutes=15) < quiet_at - OCTOBER < timedelta(minutes=40)
    subscription = Subscription.objects.get()
    assert "was asked 8 times for 1 Sep" in subscription.parked_reason
    assert "It answered with status 404 instead of 200." in subscription.parked_reason
    assert Job.objects.get(handler="usage.ask_usage_system").status == Job.Status.FAILED
    tick(seller, quiet_at + 60 * MINUTE)
    assert len(system.questions) == 8  # parked: asked no more, billed no less
    assert close(seller, quiet_at) == [] and not Event.objects.exists()

    system.answers = [{"quantity": "7"}]
    subscriptions.unpark(subscription=subscription)
    assert close(seller, quiet_at) == []  # let go, it still waits
    tick(seller, quiet_at + 61 * MINUTE)
    assert Pull.objects.get().status == "done"
    assert close(seller, quiet_at + 61 * MINUTE) == ["665.00"]


def test_the_job_that_gave_up_may_be_tried_again_too(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)
    system.answers = [(404, b"")]
    _, quiet_at = until_quiet(seller)
    system.answers = [{"quantity": "7"}]
    assert outbox.try_again(job=Job.objects.get(handler="usage.ask_usage_system"), now=quiet_at)
    tick(seller, quiet_at + MINUTE)
    assert Pull.objects.get().status == "done"
    assert Subscription.objects.get().parked_at is None
    assert close(seller, quiet_at + MINUTE) == ["665.00"]


def test_a_parking_for_another_reason_is_not_undone(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)
    system.answers = [(404, b"")]
    subscriptions.park(subscription=Subscription.objects.get(), reason="the price is broken", now=OCTOBER)
    _, quiet_at = until_quiet(seller)
    assert Subscription.objects.get().parked_reason == "the price is broken"
    system.answers = [{"quantity": "7"}]
    outbox.try_again(job=Job.objects.get(handler="usage.ask_usage_system"), now=quiet_at)
    tick(seller, quiet_at + MINUTE)
    assert Pull.objects.get().status == "done"
    assert Subscription.objects.get().parked_reason == "the price is broken"


WRONG = [
    (b"", "is not JSON"),
    (b"12", "is not a JSON object"),
    (b"<html>12</html>", "is not JSON"),
    (b'{"quantity": "12"', "is not JSON"),
    (b'\xff{"quantity": "12"}', "is not JSON"),
    (b'{"quantity": "1", "quantity": "2"}', "is not JSON"),
    (b'{"quantity": NaN}', "is not JSON"),
    (b"[" * 60_000, "is not JSON"),
    (b"{}", 'with a "quantity"'),
    (b'[{"quantity": "12"}]', 'with a "quantity"'),
    (b'{"Quantity": "12"}', 'with a "quantity"'),
    (b'{"quantity": null}', "must be a number"),
    (b'{"quantity": true}', "must be a number"),
    (b'{"quantity": []}', "must be a number"),
    (b'{"quantity": ""}', "must be a number"),
    (b'{"quantity": "twelve"}', "must be a number"),
    (b'{"quantity": " 12"}', "must be a number"),
    (b'{"quantity": "1e3"}', "must be a number"),
    (b'{"quantity": 1e3}', "must be a number"),
    (b'{"quantity": "1_000"}', "must be a number"),
    (b'{"quantity": "1,000"}', "must be a number"),
    (b'{"quantity": "NaN"}', "must be a number"),
    (b'{"quantity": "Infinity"}', "must be a number"),
    ('{"quantity": "١٢"}'.encode(), "must be a number"),
    (b'{"quantity": "-1"}', "must not be negative"),
    (b'{"quantity": -0.5}', "must not be negative"),
    (b'{"quantity": "1000000000000000"}', "too large"),
    (b'{"quantity": "0.0000000000001"}', "too many decimals"),
    (b'{"quantity": "1"}' + b" " * 70_000, "too large"),
]


@pytest.mark.parametrize(("body", "why"), WRONG)
def test_a_wrong_answer_is_never_recorded_nor_billed_as_nothing(
    seller: Organization, system: UsageSystem, body: bytes, why: str
) -> None:
    connected(metered(seller), system)
    system.answers = [(200, body), (200, body), {"quantity": "3"}]
    tick(seller, OCTOBER)
    pull = Pull.objects.get()
    assert (pull.status, pull.quantity) == ("waiting", None)
    assert why in pull.answer
    assert "html" not in pull.answer and "twelve" not in pull.answer  # what stands behind an address is not shown
    assert not Event.objects.exists()
    assert close(seller) == []
    until_quiet(seller, now=OCTOBER + MINUTE)
    assert close(seller, OCTOBER + 60 * MINUTE) == ["285.00"]


@pytest.mark.parametrize("status", [201, 204, 301, 302, 400, 401, 410, 429, 500])
def test_any_other_status_is_no_answer(seller: Organization, system: UsageSystem, status: int) -> None:
    connected(metered(seller), system)
    system.answers = [(status, b"" if status == 204 else b'{"quantity": "1"}')]
    tick(seller, OCTOBER)
    assert Pull.objects.get().answer == f"It answered with status {status} instead of 200."


def test_a_system_that_is_down_comes_up_again(seller: Organization, system: UsageSystem, settings: Any) -> None:
    source = connected(metered(seller), system)
    PullSource.objects.filter(pk=source.pk).update(url="http://127.0.0.1:1/usage")
    settings.OUTBOUND_ALLOWED_PORTS = [1, system.server.port]
    tick(seller, OCTOBER)
    assert "accepts no connection" in Pull.objects.get().answer
    PullSource.objects.filter(pk=source.pk).update(url=system.url)
    pull, _ = until_quiet(seller, now=OCTOBER + MINUTE)
    assert (pull.status, pull.tries) == ("done", 2)


def test_an_address_that_is_not_allowed_any_more_parks_at_once(
    seller: Organization, system: UsageSystem, settings: Any
) -> None:
    connected(metered(seller), system)
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    tick(seller, OCTOBER)
    assert (Pull.objects.get().status, Pull.objects.get().tries) == ("failed", 1)
    assert "was asked once" in Subscription.objects.get().parked_reason
    assert "127.0.0.1 may not be called" in Subscription.objects.get().parked_reason
    assert system.server.requests == []


def test_a_secret_whose_key_is_gone_parks_with_a_sentence(
    seller: Organization, system: UsageSystem, settings: Any
) -> None:
    connected(metered(seller), system)
    settings.SECRET_KEY = "quite another secret key, as after a careless restore"
    tick(seller, OCTOBER)
    assert "encrypted with a key that is not among ENCRYPTION_KEYS" in Subscription.objects.get().parked_reason
    assert system.server.requests == []


def test_an_answer_that_cannot_be_recorded_parks_at_once(seller: Organization, system: UsageSystem) -> None:
    """More than a hard limit leaves room for."""
    connected(metered(seller), system)
    at = Where(item=Item.objects.select_related("add_on__metric").get(add_on__isnull=False))
    usage.set_limit(organization=seller, at=at, kind="hard", quantity=Decimal(1), now=SEPTEMBER)
    tick(seller, OCTOBER)
    assert "would pass the limit" in Subscription.objects.get().parked_reason
    assert not Event.objects.exists() and not Invoice.objects.exists()


def test_an_answer_is_recorded_however_long_its_subscription_stood_still(
    seller: Organization, system: UsageSystem
) -> None:
    connected(metered(seller), system)
    tick(seller, OCTOBER + timedelta(days=seller.late_window_days + 1))
    event = Event.objects.earliest("pk")
    assert (event.quantity, event.late, event.period.ends_at) == (12, False, OCTOBER)


def test_a_worker_that_dies_before_it_records_asks_again_and_records_once(
    seller: Organization, system: UsageSystem
) -> None:
    connected(metered(seller), system)
    usage.announce_due(organization=seller, now=OCTOBER)
    outbox.relay(now=OCTOBER)
    job = outbox.claim(now=OCTOBER)
    while job is not None and job.handler != "usage.ask_usage_system":
        job = outbox.claim(now=OCTOBER)
    pull = Pull.objects.get()
    assert usage.begin_asking(public_id=pull.public_id, at=OCTOBER, now=OCTOBER) is not None
    # The worker died here: its lease runs out, and another one takes the job.
    tick(seller, OCTOBER + outbox.LEASE)
    pull.refresh_from_db()
    assert (pull.status, pull.tries, len(system.questions)) == ("done", 2, 1)
    # And one that died after it recorded, before the job was settled: nothing is asked or recorded again.
    usage.record_answer(pull=pull, quantity=Decimal(99), now=OCTOBER)
    assert usage.begin_asking(public_id=pull.public_id, at=OCTOBER, now=OCTOBER) is None
    assert [event.quantity for event in Event.objects.all()] == [12]


def test_workers_that_die_each_time_are_given_up_too(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)
    usage.announce_due(organization=seller, now=OCTOBER)
    pull = Pull.objects.get()
    for _ in range(usage.MOST_TRIES):
        begun = usage.begin_asking(public_id=pull.public_id, at=OCTOBER, now=OCTOBER)
        assert begun is not None and begun.status == "waiting"
    tick(seller, OCTOBER)
    assert system.questions == []
    assert Pull.objects.get().status == "failed"
    assert "stopped each time" in Subscription.objects.get().parked_reason


def test_announcing_twice_announces_once(seller: Organization, system: UsageSystem) -> None:
    connected(metered(seller), system)
    assert usage.announce_due(organization=seller, now=OCTOBER) == 1
    assert usage.announce_due(organization=seller, now=OCTOBER) == 0
    assert Message.objects.filter(topic="usage.pull_due").count() == Pull.objects.count() == 1


def test_the_grace_for_usage_does_not_delay_the_question(seller: Organization, system: UsageSystem) -> None:
    Organization.objects.filter(pk=seller.pk).update(usage_grace=timedelta(days=2))
    seller.refresh_from_db()
    connected(metered(seller), system)
    tick(seller, OCTOBER)
    assert Pull.objects.get().status == "done"
    assert close(seller, OCTOBER) == []
    assert close(seller, OCTOBER + timedelta(days=2)) == ["1140.00"]


def test_a_secret_is_kept_encrypted_in_row_and_history(seller: Organization, system: UsageSystem) -> None:
    source = connected(metered(seller), system)
    assert isinstance(source.secret, Secret)
    history: Any = registry.get_model("usage", "PullSourceHistory")
    (kept,) = history.objects.all()
    assert (str(kept.secret), kept.secret.reveal()) == (HIDDEN, system.secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM usage_pullsource UNION ALL SELECT secret FROM usage_pullsourcehistory")
        assert not [text for (text,) in cursor.fetchall() if system.secret in text or "whsec" in text]


def test_the_keys_of_row_and_history_rotate(seller: Organization, system: UsageSystem, settings: Any) -> None:
    connected(metered(seller), system)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    call_command("rotate_secrets", "--json", stdout=StringIO())
    settings.SECRET_KEY = "another one, now that nothing depends on it"
    tick(seller, OCTOBER)
    assert Pull.objects.get().status == "done"
    history: Any = registry.get_model("usage", "PullSourceHistory")
    assert {row.secret.reveal() for row in history.objects.all()} == {system.secret}
