"""Each check of `manage.py verify` sees what breaks it, and is content with books that hold."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from apps.invoicing.models import Charge
from apps.subscriptions.models import Period
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import DailyRollup, Event, Rollup
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

UNCHAIN = "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE subscriptions_period DROP CONSTRAINT period_follows_previous;"


@pytest.fixture
def books(seller: Organization) -> Organization:
    """A closed month with late usage and a reversal, an open one, and the rollups of both."""
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, offer)
    for day in range(3, 6):
        builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=day), key=f"key-{day}")
    builders.close(seller, OCTOBER)
    builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=9), now=OCTOBER)
    builders.used(buyer, offer, "4", at=OCTOBER + timedelta(days=2))
    usage.reverse_event(
        organization=seller,
        public_id=Event.objects.earliest("pk").public_id,
        reason="entered twice",
        now=OCTOBER + timedelta(days=3),
        source="admin",
        actor="owner",
    )
    for period in Period.objects.all():
        usage.advance(period=period)
    return seller


def verify(capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    """Return what breaks each check."""
    capsys.readouterr()
    code = 0
    try:
        with scope.fresh():
            call_command("verify", "--json")
    except SystemExit as ended:
        code = int(ended.code or 0)
    told = json.loads(capsys.readouterr().out)
    broken = {check["check"]: check["breaches"] for check in told["checks"] if not check["holds"]}
    assert (told["holds"], code) == (not broken, 1 if broken else 0)
    assert all(check["next"] for check in told["checks"] if not check["holds"])
    return broken


def test_what_was_recorded_and_closed_holds(books: Organization, capsys: Any) -> None:
    assert verify(capsys) == {}
    builders.close(books, NOVEMBER)
    assert verify(capsys) == {}


def spoil(statement: str) -> Callable[[], None]:
    """Return a function that writes past all triggers and foreign keys."""

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda: Rollup.objects.update(quantity=1), "rollups"),
        (lambda: Rollup.objects.update(event_count=0), "rollups"),
        (lambda: DailyRollup.objects.filter(pk=DailyRollup.objects.earliest("pk").pk).delete(), "rollups"),
        (lambda: DailyRollup.objects.update(event_count=7), "rollups"),
        (spoil("UPDATE usage_event SET occurred_at = occurred_at + interval '1 year'"), "events in place"),
        (spoil("UPDATE usage_event SET item_id = item_id + 1"), "events in place"),
        (spoil("UPDATE usage_event SET late = true WHERE NOT late"), "late flags"),
        (
            spoil(
                "UPDATE usage_event SET late = NOT late WHERE period_id IN (SELECT min(id) FROM subscriptions_period)"
            ),
            "late flags",
        ),
        (spoil("UPDATE usage_event SET quantity = 9 WHERE reverses_id IS NOT NULL"), "reversals mirror"),
        (spoil("UPDATE usage_event SET reverses_id = 0 WHERE reverses_id IS NOT NULL"), "reversals mirror"),
        (spoil("DELETE FROM usage_event WHERE NOT late"), "charged facts exist"),
        (spoil("UPDATE invoicing_charge SET fact_count = 1, event_count = 1"), "nothing left out"),
        (
            spoil(
                f"{UNCHAIN} UPDATE subscriptions_period SET starts_at = starts_at + interval '1 hour' WHERE index = 1"
            ),
            "period chain",
        ),
        (
            spoil(
                f"{UNCHAIN} UPDATE subscriptions_period SET starts_at = starts_at + interval '1 hour' WHERE index = 0"
            ),
            "period chain",
        ),
    ],
)
def test_what_does_not_hold_is_found(books: Organization, capsys: Any, change: Callable[[], None], check: str) -> None:
    assert Charge.objects.exists()
    change()
    assert check in verify(capsys)


def test_a_key_that_stands_twice_is_found(books: Organization, capsys: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE usage_event DROP CONSTRAINT event_key_once")
    spoil("UPDATE usage_event SET idempotency_key = 'same' WHERE idempotency_key IS NOT NULL")()
    assert verify(capsys) == {"keys unique": ["3 events stand under the key same"]}


def test_people_are_told_what_to_do_next(books: Organization, capsys: Any) -> None:
    with scope.fresh():
        call_command("verify", "--organization", books.key)
    assert "Everything holds." in capsys.readouterr().out
    Rollup.objects.update(quantity=1)
    with scope.fresh(), pytest.raises(SystemExit):
        call_command("verify", "--organization", books.key)
    assert "Next: Run manage.py rebuild_rollups." in capsys.readouterr().out
    with scope.fresh():
        call_command("rebuild_rollups")
    assert "manage.py verify" in capsys.readouterr().out
    assert verify(capsys) == {}
