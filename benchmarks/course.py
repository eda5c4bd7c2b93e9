"""The course of the measurement: build the world, warm up, go round and round, prove the totals, print the figures."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from apps.core import clock, console
from apps.usage.models import Event
from benchmarks import copying, database, figures, filling, serving, world
from benchmarks.answers import WrongAnswer
from benchmarks.posting import poster
from benchmarks.turns import Bench, Size, check_totals

SEED = 4
EVENTS = Event._meta.db_table
TABLES = (EVENTS, copying.TABLE, "accounts_customer", "subscriptions_subscription", "subscriptions_item")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is measured: how many items, how many rounds that count and of which size, and up to how many rows."""

    items: int
    rounds: int
    size: Size
    large_rows: int = 0

    @property
    def steps(self) -> int:
        """How many times progress is told."""
        visits = 2 if self.large_rows else 1
        return self.items // world.SAID_EVERY + visits * 2 * (1 + self.rounds) + self.large_rows // filling.CHUNK_ROWS


FULL = Plan(items=1000, rounds=5, size=Size(batches=80, batch_size=1000, singles=1000, nulls=5000))
QUICK = Plan(items=100, rounds=2, size=Size(batches=8, batch_size=500, singles=100, nulls=500))
LARGE_ROWS = 10_000_000


def main(arguments: Sequence[str]) -> None:
    """Measure, and print a table and then one JSON object."""
    options = parse(arguments)
    plan = QUICK if options.quick else FULL
    plan = replace(plan, rounds=options.rounds or plan.rounds, large_rows=options.rows if options.large else 0)
    load = os.getloadavg()[0]
    with console.progress("Ingest", total=plan.steps) as progress:
        done = 0

        def say(what: str) -> None:
            nonlocal done
            done += 1
            progress(what, done=done)

        try:
            found = measure(plan, now=clock.wall(), load=load, say=say)
        except (WrongAnswer, ConnectionError) as problem:
            sys.exit(f"No figures: {problem}")
    show(found)
    print(json.dumps(found))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks/ingest.py", description="Measure how fast usage is recorded.")
    parser.add_argument("--quick", action="store_true", help="a smoke run of under a minute; its figures say little")
    parser.add_argument("--large", action="store_true", help="then fill the tables, and do the same once more")
    parser.add_argument("--rows", type=int, default=LARGE_ROWS, help="up to how many rows --large fills (%(default)s)")
    parser.add_argument("--rounds", type=int, help="how many rounds count, beside one to warm up")
    return parser.parse_args(arguments)


def measure(plan: Plan, *, now: datetime, load: float, say: Say) -> dict[str, Any]:
    """Do all that the plan says, and return the figures."""
    with database.database() as connection:
        place = world.build(items=plan.items, now=now, say=lambda number: say(f"{number} customers"))
        twin = copying.Twin(connection)
        database.analyze(connection, *TABLES)
        with (
            tempfile.TemporaryDirectory(prefix="tallybook-benchmark-") as folder,
            serving.server() as address,
            poster(address, Path(folder)) as sender,
        ):
            bench = Bench(place, sender, twin, plan.size, now=now, seed=SEED)
            found = {"benchmark": "ingest", **rounds(bench, plan, connection, say=say)}
            if plan.large_rows:
                found["large"] = large(bench, plan, connection, place, now=now, say=say)
        return {
            **found,
            "items": plan.items,
            "rounds": plan.rounds,
            **figures.of_size(plan.size),
            "settings": database.settings_of(connection),
            **figures.of_machine(connection, load=load),
        }


def rounds(bench: Bench, plan: Plan, connection: database.Connection, *, say: Say) -> dict[str, Any]:
    """Go one round to warm up and then those that count, prove what the tables hold, and return the figures."""
    before = {table: copying.totals(connection, table) for table in (EVENTS, copying.TABLE)}
    batches, singles = [], []
    for number in range(plan.rounds + 1):
        batches.append(bench.batch_round())
        say(f"round {number}: {batches[-1].stored / batches[-1].server_seconds:,.0f} events a second")
        singles.append(bench.single_round())
        say(f"round {number}: {singles[-1].posts / singles[-1].post_seconds:,.0f} single posts a second")
    stored, singly = bench.take_stored()
    check_totals(copying.totals(connection, EVENTS), before=before[EVENTS], stored=stored + singly)
    check_totals(copying.totals(connection, copying.TABLE), before=before[copying.TABLE], stored=stored)
    return {
        "rows_before": before[EVENTS][0],
        **figures.of_batches(batches[1:]),
        "single": figures.of_singles(singles[1:]),
    }


def large(
    bench: Bench, plan: Plan, connection: database.Connection, place: world.World, *, now: datetime, say: Say
) -> dict[str, Any]:
    """Fill both tables to a size, and do the same again."""
    rows = max(plan.large_rows - copying.totals(connection, EVENTS)[0], 0)
    started = time.perf_counter()
    filling.fill(connection, place, rows=rows, now=now, say=lambda number: say(f"{number:,} rows filled in"))
    fill_seconds = time.perf_counter() - started
    database.analyze(connection, EVENTS, copying.TABLE)
    return {"filled_rows": rows, "fill_seconds": round(fill_seconds), **rounds(bench, plan, connection, say=say)}


def show(found: dict[str, Any]) -> None:
    """Print the figures for people."""
    parts = [found, found["large"]] if "large" in found else [found]
    rows = [
        (
            f"{part['rows_before']:,}",
            f"{part['recorded_per_second']:,}",
            f"{part['copied_per_second']:,}",
            str(part["ratio"]),
            f"{part['single']['posts_per_second']:,}",
            f"{part['single']['null_view_per_second']:,}",
            str(part["single"]["ratio"]),
        )
        for part in parts
    ]
    columns = ["rows before", "recorded/s", "COPY/s", "ratio", "single posts/s", "null view/s", "ratio "]
    console.table(columns, rows, right=columns)


if __name__ == "__main__":
    main(sys.argv[1:])
