"""Close month after month of thousands of customers, beside the limit, in turns; prove the sums, print the figures."""

import argparse
import contextlib
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from django.core.management import call_command

from apps.core import console
from apps.invoicing.models import Charge, Invoice, Line
from apps.outbox.models import Message
from apps.subscriptions.models import Period
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from benchmarks import bare, database, figures, papers, sellers
from benchmarks.answers import WrongAnswer

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = tuple(model._meta.db_table for model in (Event, Period, Charge, Invoice, Line, Message))
# In the order in which programs send them: every customer once, then every customer again.
EVENTS = """
INSERT INTO usage_event (organization_id, public_id, item_id, period_id, quantity, occurred_at, recorded_at, late,
    idempotency_key, content_digest, properties, note, source, actor)
SELECT period.organization_id, 'evt_' || period.id || '_' || n, item_id, period.id, (n + period.id) %% 97 + 0.5,
    period.starts_at + n * interval '1 hour', period.starts_at + n * interval '1 hour', false,
    md5(period.id || ':' || n), '', '{}', '', 'api', 'key_benchmark'
FROM subscriptions_period period
JOIN subscriptions_item item ON item.id = period.item_id
CROSS JOIN generate_series(1, %(each)s) AS n
WHERE period.status = 'current' AND item.add_on_id IS NOT NULL
ORDER BY n, period.id
"""


@dataclass(frozen=True)
class Plan:
    """How many customers with how many events each, and how many months count; one more warms up."""

    customers: int
    each: int
    rounds: int
    papers: int


@dataclass(frozen=True)
class Round:
    """One month: the seconds of closing and of the limit, and the processor seconds of program and server."""

    seconds: float
    limit_seconds: float
    client_seconds: float
    server_seconds: float


FULL = Plan(customers=10_000, each=100, rounds=5, papers=40)
QUICK = Plan(customers=300, each=20, rounds=2, papers=4)


def main(arguments: Sequence[str]) -> None:
    """Measure, and print a table and then one JSON object."""
    parser = argparse.ArgumentParser(prog="benchmarks/closing.py", description="Measure how fast a month is closed.")
    parser.add_argument("--quick", action="store_true", help="a smoke run; its figures say little")
    parser.add_argument("--customers", type=int, help="how many customers")
    parser.add_argument("--rounds", type=int, help="how many months count, beside one to warm up")
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else FULL
    plan = Plan(options.customers or plan.customers, plan.each, options.rounds or plan.rounds, plan.papers)
    load = os.getloadavg()[0]
    with console.progress("Closing", total=plan.rounds + 3) as progress, database.database() as connection:
        try:
            found = measure(plan, connection, say=lambda what, done: progress(what, done=done))
        except WrongAnswer as problem:
            sys.exit(f"No figures: {problem}")
        found |= {"settings": database.settings_of(connection), **figures.of_machine(connection, load=load)}
    show(found)
    print(json.dumps(found))


def measure(plan: Plan, connection: database.Connection, *, say: Callable[[str, int], None]) -> dict[str, Any]:
    """Build the world, close its months, let `verify` look at it, and return the figures."""
    seller = sellers.build(connection, customers=plan.customers, now=BEGINNING)
    bare.prepare(connection)
    say(f"{plan.customers} customers", 1)
    rounds = []
    for number in range(plan.rounds + 1):
        rounds.append(month(plan, connection, seller, number + 2))
        say(f"month {number}: {plan.customers / rounds[-1].seconds:,.0f} invoices a second", number + 2)
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("verify")  # ends the run where anything is wrong
    return {"benchmark": "closing", **medians(plan, rounds[1:]), **papers.speed(plan.papers, seller), **vars(plan)}


def month(plan: Plan, connection: database.Connection, seller: Organization, number: int) -> Round:
    """Record a month's usage, close it, do the same the bare way, and compare the sums."""
    boundary_at = datetime(BEGINNING.year + (number - 1) // 12, (number - 1) % 12 + 1, 1, tzinfo=UTC)
    connection.execute(EVENTS, {"each": plan.each})
    with scope.everywhere():
        Organization.objects.filter(pk=seller.pk).update(clock_at=boundary_at)
    database.analyze(connection, *TABLES, *sellers.TABLES)
    database.settle()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        seconds, client, server = timed(
            lambda: call_command("close_due", organization=seller.key, json=True), server=server_of(connection)
        )
    told = json.loads(said.getvalue())
    encoded = bare.fetch(connection, boundary_at=boundary_at)
    database.settle()
    limit = bare.turn(connection, encoded)
    check(plan, connection, told, limit, boundary_at)
    return Round(seconds, limit.seconds, client, server)


def timed(piece: Callable[[], object], *, server: int) -> tuple[float, float, float]:
    """Return the seconds that something takes, and the processor seconds of the program and of the database server.

    Those of the program's own processes count, and all of the server: also what it writes out behind.
    """
    client, behind, started = program_seconds(), server_seconds(server), time.perf_counter()
    piece()
    seconds = time.perf_counter() - started
    return seconds, program_seconds() - client, server_seconds(server) - behind


def program_seconds() -> float:
    """Return the processor time of this process and of those it began and saw end."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def server_seconds(server: int) -> float:
    """Return the processor time of a database server and all its processes, by the kernel's own account."""
    used = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended; its time is in that of the server
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(folder.name) == server:
                used += sum(map(int, fields[11:15]))
            elif int(fields[1]) == server:
                used += sum(map(int, fields[11:13]))
    return used / os.sysconf("SC_CLK_TCK")


def server_of(connection: database.Connection) -> int:
    """Return the id of the process that began a connection's, and all others of its server."""
    stat = Path(f"/proc/{connection.info.backend_pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def check(
    plan: Plan, connection: psycopg.Connection[Any], told: dict[str, Any], limit: bare.Limit, boundary_at: datetime
) -> None:
    """Raise WrongAnswer unless both sides and the events say the same sum, and every invoice is there with a number."""
    included, price = Decimal(sellers.USAGE_FORM["included_units"]), Decimal(sellers.USAGE_FORM["unit_amount"])
    base, rate = Decimal(sellers.BASE) * 100, 1 + Decimal(sellers.TAX)
    nets = [base + whole(max(quantity - included, Decimal(0)) * price * 100) for quantity, _ in limit.sums.values()]
    due = sum(whole(net * rate) for net in nets)
    said = int(Decimal(told["totals"]["USD"]) * 100)
    row = connection.execute(
        "SELECT count(*), count(DISTINCT number), sum(total_minor) FROM invoicing_invoice WHERE boundary_at = %s",
        [boundary_at],
    ).fetchone()
    expected = plan.customers, plan.customers, due
    events = sum(count for _, count in limit.sums.values())
    if row != expected or (said, limit.total_minor) != (due, due) or events != plan.customers * plan.each:
        raise WrongAnswer(f"closing made {row}, told {said}, copied {limit.total_minor}; due are {expected}.")


def whole(amount: Decimal) -> int:
    """Round to minor units in another way than the product does."""
    return int(amount.quantize(Decimal(1), "ROUND_HALF_UP"))


def medians(plan: Plan, rounds: Sequence[Round]) -> dict[str, Any]:
    """Return how many times as long closing took as the limit, the rates, and the processor time."""
    seconds, limit = median(each.seconds for each in rounds), median(each.limit_seconds for each in rounds)
    return {
        "ratio": round(seconds / limit, 2),
        "invoices_per_second": round(plan.customers / seconds),
        "limit_per_second": round(plan.customers / limit),
        "ratio_of_each_round": [round(each.seconds / each.limit_seconds, 2) for each in rounds],
        "seconds_of_each_round": [[round(each.seconds, 2), round(each.limit_seconds, 2)] for each in rounds],
        "processor_seconds": {
            "client": round(median(each.client_seconds for each in rounds), 2),
            "server": round(median(each.server_seconds for each in rounds), 2),
        },
    }


def show(found: dict[str, Any]) -> None:
    """Print the figures for people."""
    row = [
        f"{found['customers']:,}",
        f"{found['invoices_per_second']:,}",
        f"{found['limit_per_second']:,}",
        str(found["ratio"]),
        str(found["pdfs_per_second"]),
    ]
    columns = ["customers", "invoices/s", "limit/s", "times as long", "PDFs/s"]
    console.table(columns, [row], right=columns)


if __name__ == "__main__":
    main(sys.argv[1:])
