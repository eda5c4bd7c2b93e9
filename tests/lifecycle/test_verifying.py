"""What `manage.py verify` says of lives of subscriptions: nothing where they hold, and what broke where they do not."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from apps.backoffice.management.commands.verify import CHECKS
from apps.invoicing import collecting
from apps.invoicing.lifecycle import changing, ending, items, pausing
from apps.invoicing.models import Charge, CreditLine
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day, item_of


@pytest.fixture(autouse=True)
def lived(seller: Organization) -> worlds.World:
    """A life with cuts, a pause, credits and an end; and one that goes on, with a draft."""
    world = worlds.world(seller)
    subscription = world.start(quantity=Decimal(2), add_ons=[world.support])
    world.use("100", "2026-09-05")
    items.set_quantity(item=item_of(subscription), quantity=Decimal(3), now=day("2026-09-08"), actor=WHO)
    changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-16"), actor=WHO)
    pausing.pause(subscription=subscription, now=day("2026-09-20"), actor=WHO)
    pausing.resume(subscription=subscription, now=day("2026-09-24"), actor=WHO)
    world.close("2026-10-01")
    type(seller).objects.update(auto_finalize=False)
    seller.refresh_from_db()
    ending.cancel(subscription=subscription, now=day("2026-10-11"), actor=WHO, when="now", proration="prorate")
    world.start("2026-10-11")
    return world


def breaches() -> dict[str, list[str]]:
    """Return what breaks each check."""
    found = {check.name: list(check.breaches()) for check in CHECKS}
    return {name: told for name, told in found.items() if told}


def test_what_was_lived_by_the_rules_holds(lived: worlds.World) -> None:
    assert breaches() == {}
    lived.close("2026-11-11")
    assert breaches() == {}


def test_usage_that_is_taken_back_after_goodwill_holds(lived: worlds.World) -> None:
    event = Event.objects.get(reverses_id=None, item__subscription__status="canceled")
    charge = Charge.objects.get(period=event.period, kind="usage")
    by: dict[str, Any] = {"now": day("2026-10-12"), "actor": WHO}
    collecting.give_credit(invoice=charge.line.invoice, lines={charge.line.public_id: Decimal(4)}, reason="sorry", **by)
    usage.reverse_event(organization=lived.seller, public_id=event.public_id, reason="never made", source="admin", **by)
    lived.close("2026-11-11")
    back = Charge.objects.get(period=event.period, kind="usage", revision=1)
    credits = CreditLine.objects.filter(line=charge.line).order_by("pk")
    assert (back.amount_minor, [line.amount_minor for line in credits]) == (-1000, [400, 600])
    assert breaches() == {}


ENDED = "(SELECT id FROM subscriptions_subscription WHERE status = 'canceled')"
ENDED_ITEMS = f"(SELECT id FROM subscriptions_item WHERE subscription_id IN {ENDED})"

PASSED_OVER = "UPDATE subscriptions_subscription SET bills_at = NULL, next_boundary_at ="

LAST_PERIODS_GONE = f"""
DELETE FROM subscriptions_period p WHERE item_id IN {ENDED_ITEMS}
AND NOT EXISTS (SELECT FROM subscriptions_period q WHERE q.item_id = p.item_id AND q.starts_at > p.starts_at)
"""


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        (f"UPDATE subscriptions_period SET status = 'current' WHERE item_id IN {ENDED_ITEMS}", "canceled is over"),
        (
            f"UPDATE subscriptions_item SET ends_at = NULL WHERE id = (SELECT max(id) FROM {ENDED_ITEMS} ended)",
            "canceled is over",
        ),
        ("UPDATE subscriptions_item SET ends_at = ends_at + interval '1 day'", "canceled is over"),
        ("UPDATE subscriptions_item SET ends_at = ends_at + interval '1 day'", "periods within lives"),
        ("UPDATE subscriptions_item SET ends_at = ends_at - interval '1 day'", "periods within lives"),
        (
            LAST_PERIODS_GONE,
            "periods within lives",
        ),
        (f"{PASSED_OVER} next_boundary_at + interval '1 day'", "no end is passed over"),
        (f"{PASSED_OVER} NULL", "no end is passed over"),
        ("UPDATE subscriptions_quantity SET quantity = quantity + 1", "fees billed as due"),
        ("UPDATE subscriptions_period SET billable = true WHERE NOT billable", "fees billed as due"),
        ("UPDATE invoicing_charge SET amount_minor = amount_minor + 100 WHERE kind = 'flat'", "fees billed as due"),
        ("UPDATE invoicing_charge SET amount_minor = amount_minor + 1 WHERE kind = 'usage'", "charges on documents"),
        ("UPDATE invoicing_line SET amount_minor = amount_minor + 1", "charges on documents"),
        ("DELETE FROM invoicing_creditline", "charges on documents"),
    ],
)
def test_what_does_not_hold_is_found(statement: str, check: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("ALTER TABLE subscriptions_period DROP CONSTRAINT period_closed_has_instant")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert check in breaches()
