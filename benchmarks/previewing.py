"""Preview a large period from its events and through its rollup, in turns, and find it among many open periods."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any, TypeVar

from apps.core import clock, console
from apps.invoicing import previews
from apps.subscriptions.models import Period, Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import measuring, queries
from apps.usage import operations as usage
from apps.usage.operations import rolling
from benchmarks import database, figures, world
from tests import builders

Result = TypeVar("Result")
TABLES = ("usage_event", "subscriptions_period", "subscriptions_item", "subscriptions_subscription")

# Open periods beside the large one, each on an item and a subscription of its own; all of one customer, who is patient.
# A statement for each table: PostgreSQL has to learn how large one is before the next one's foreign keys look into it.
SUBSCRIPTIONS = """
INSERT INTO subscriptions_subscription (organization_id, public_id, customer_id, plan_id, currency, status, alignment,
    anchor_at, anchor_zone, starts_at, next_boundary_at, bills_at, parked_reason, created_at)
SELECT organization_id, 'sub_' || n, customer_id, plan_id, currency, status, alignment, anchor_at, anchor_zone,
    starts_at, next_boundary_at, bills_at, '', created_at
FROM subscriptions_subscription, generate_series(1, %(count)s) AS n
"""
ITEMS = """
INSERT INTO subscriptions_item (organization_id, public_id, subscription_id, add_on_id, price_id, timing, interval_unit,
    interval_count, anchor_at, anchor_zone, starts_at)
SELECT old.organization_id, 'itm_' || other.id, other.id, add_on_id, price_id, timing, interval_unit, interval_count,
    old.anchor_at, old.anchor_zone, old.starts_at
FROM subscriptions_item old JOIN subscriptions_subscription other ON other.id <> old.subscription_id
"""
PERIODS = """
INSERT INTO subscriptions_period (organization_id, public_id, item_id, index, starts_at, ends_at, full_starts_at,
    full_ends_at, price_id, billable, status)
SELECT old.organization_id, 'per_' || other.id, other.id, 0, old.starts_at, old.ends_at, full_starts_at, full_ends_at,
    old.price_id, true, 'current'
FROM subscriptions_period old JOIN subscriptions_item other ON other.id <> old.item_id
"""
EVENTS = """
INSERT INTO usage_event (organization_id, public_id, item_id, period_id, quantity, occurred_at, recorded_at, late,
    content_digest, properties, note, source, actor)
SELECT organization_id, 'evt_' || id || '_' || n, item_id, id, n %% 7 + 0.5,
    starts_at + n * (%(now)s - starts_at) / (%(each)s + 1), %(now)s, false, '', '{}', '', 'api', 'key_benchmark'
FROM subscriptions_period, generate_series(1, %(each)s) AS n WHERE (id = %(large)s) = %(is_large)s
"""


@dataclass(frozen=True)
class Plan:
    """How many events the large period has, how many others are open with how many each, and how many rounds."""

    events: int
    periods: int
    each: int
    rounds: int


FULL = Plan(events=1_000_000, periods=100_000, each=5, rounds=5)
QUICK = Plan(events=20_000, periods=500, each=2, rounds=2)


def main(arguments: Sequence[str]) -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(prog="benchmarks/rollups.py", description="Measure what rollups save.")
    parser.add_argument("--quick", action="store_true", help="a smoke run; its figures say little")
    plan = QUICK if parser.parse_args(arguments).quick else FULL
    load = os.getloadavg()[0]
    with console.progress("Rollups", total=plan.rounds + 2) as progress, database.database() as connection:
        organization = build(plan, connection, now=clock.wall())
        progress("built", done=1)
        with scope.of(organization):
            found = measure(plan, organization, say=lambda number: progress(f"round {number}", done=number + 1))
        machine = figures.of_machine(connection, load=load)
    print(json.dumps({"benchmark": "rollups", **found, **vars(plan), **machine}))


def build(plan: Plan, connection: database.Connection, *, now: datetime) -> Organization:
    """Make the seller, the large period and the others, and their events."""
    since = now.replace(microsecond=0) - world.AGE
    organization = builders.organization("benchmark", now=since)
    with scope.of(organization):
        offer = builders.usage_offer(organization, key="calls", name="API calls", now=since)
        builders.subscribed(builders.customer(organization, now=since), offer, now=since)
        large = Period.objects.get().pk
    connection.execute(SUBSCRIPTIONS, {"count": plan.periods})
    for statement in (ITEMS, PERIODS):
        database.analyze(connection, *TABLES)
        connection.execute(statement)
    database.analyze(connection, *TABLES)
    for is_large, each in ((True, plan.events), (False, plan.each)):
        values = {"now": now - timedelta(seconds=1), "each": each, "large": large, "is_large": is_large}
        connection.execute(EVENTS, values)
    database.analyze(connection, *TABLES)
    return organization


def measure(plan: Plan, organization: Organization, *, say: Callable[[int], None]) -> dict[str, Any]:
    """Preview from the events and through the rollup in turns, with a finding and a counting each; medians in seconds.

    Raise SystemExit where both ways do not say the same.
    """
    large = Period.objects.select_related("item__add_on__metric", "item__organization").earliest("pk")
    subscription = Subscription.objects.select_related("organization", "customer").earliest("pk")
    seconds: dict[str, list[Decimal]] = {}

    def timed(name: str, piece: Callable[[], Result]) -> Result:
        started = time.perf_counter_ns()
        result = piece()
        seconds.setdefault(name, []).append(Decimal(time.perf_counter_ns() - started) / 10**9)
        return result

    for number in range(plan.rounds):
        usage.forget(period=large)
        before = timed("preview_from_events", lambda: previews.next_invoice(subscription=subscription))
        days = timed("days_from_events", lambda: measuring.days_of(period=large))
        found = timed("find_one", lambda: measuring.far_behind(organization=organization, beyond=rolling.FAR))
        timed("count_one", lambda: usage.catch_up(organization=organization))
        after = timed("preview_from_rollup", lambda: previews.next_invoice(subscription=subscription))
        same_days = timed("days_from_rollup", lambda: measuring.days_of(period=large))
        timed("find_none", lambda: measuring.far_behind(organization=organization, beyond=rolling.FAR))
        right = before is not None and after is not None and before.invoice.total == after.invoice.total
        if not right or days != same_days or found != [large]:
            sys.exit("No figures: the rollup says something else than the events.")
        say(number + 1)
    if measuring.so_far(periods=[large]) != queries.usage_of(periods=[large]):
        sys.exit("No figures: the rollup says something else than the events.")
    medians = {name: median(turns) for name, turns in seconds.items()}
    ratio = medians["preview_from_events"] / medians["preview_from_rollup"]
    return {
        "ratio": str(round(ratio, 1)),
        "days_ratio": str(round(medians["days_from_events"] / medians["days_from_rollup"], 1)),
        "seconds": {name: str(round(each, 4)) for name, each in medians.items()},
    }


if __name__ == "__main__":
    main(sys.argv[1:])
