"""Close what is due, from a shell."""

from argparse import ArgumentParser
from collections import Counter
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date, parse_datetime
from msgspec import json

from apps.core import clock, console
from apps.invoicing import closing, queries
from apps.invoicing.models import Run, RunLine
from apps.invoicing.runs import running, workers
from apps.invoicing.runs.workers import Outcome
from apps.rating.money import Money
from apps.tenancy import queries as tenancy
from apps.tenancy import scope
from apps.tenancy.models import Organization

ACTOR = "close_due"


class Command(BaseCommand):
    help = "Close every billing period that is due and issue its invoice. Safe to run at any time, any number of times."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", metavar="T", help="close what was due by this date or instant (default: now)")
        parser.add_argument("--organization", metavar="K", help="only this organization, by key or id (default: all)")
        parser.add_argument(
            "--workers",
            type=int,
            metavar="N",
            help="how many processes close at once, where there is enough for each (default: one for each processor, "
            f"at most {workers.MOST_WORKERS}); a dry run takes one",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be billed; nothing is stored")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["workers"] is not None and options["workers"] < 1:
            raise CommandError("--workers: there must be at least one.")
        results: list[Outcome] = []
        tried: list[Run] = []
        for organization in self._organizations(options["organization"]):
            now = clock.billing(organization)
            as_of = instant(options["as_of"], organization) if options["as_of"] else now
            if as_of > now:
                raise CommandError("--as-of: this is in the future; nothing can be billed before it is due.")
            if options["dry_run"]:
                tried += dry_runs(organization, as_of, now, quiet=options["json"])
            else:
                results += closed_now(organization, as_of, now, count=options["workers"], quiet=options["json"])
        if options["dry_run"]:
            foresee(tried, as_json=options["json"])
        elif options["json"]:
            print(json.encode(summary(results)).decode())
        else:
            report(results)

    def _organizations(self, key: str | None) -> list[Organization]:
        if key is None:
            return tenancy.organizations()
        organization = tenancy.organization_by_key(key=key)
        if organization is None:
            raise CommandError(f"--organization: there is no organization {key}.")
        return [organization]


def closed_now(
    organization: Organization, as_of: datetime, now: datetime, *, count: int | None, quiet: bool
) -> list[Outcome]:
    """Close what is due, in so many processes, and tell how far it is."""
    total = closing.due_count(organization=organization, as_of=as_of)
    results: list[Outcome] = []
    with console.progress(f"Closing {organization}", total=total, quiet=quiet) as say:
        for closed in workers.close_due(organization=organization, as_of=as_of, now=now, by=ACTOR, workers=count):
            results += closed
            if closed:
                say(closed[-1].customer, done=len(results))
    return results


def dry_runs(organization: Organization, as_of: datetime, now: datetime, *, quiet: bool) -> list[Run]:
    """Find out what would be billed, where anything is due, and tell how far it is."""
    total = closing.due_count(organization=organization, as_of=as_of)
    if not total:
        return []
    with scope.of(organization):
        run = running.start(organization=organization, as_of=as_of, now=now, by=ACTOR, dry=True)
    done = 0
    with console.progress(f"Trying {organization}", total=total, quiet=quiet) as say:
        for closed in running.work(run=run, now=now):
            done += len(closed)
            say(str(closed[-1].subscription), done=done)
    return [run]


def foresee(runs: list[Run], *, as_json: bool) -> None:
    """Print who would be billed what, and how much more or less that is than the period before."""
    lines: list[RunLine] = []
    for run in runs:
        with scope.of(run.organization):
            lines += queries.run_lines_by_change(run=run)
    if as_json:
        print(json.encode({"lines": [foreseen(line) for line in lines]}).decode())
        return
    if not lines:
        print("Nothing is due.")
        return
    rows = [
        (
            str(line.customer),
            f"{line.boundary_at:%Y-%m-%d}",
            line.total.text() if line.total else "",
            line.currency,
            line.difference.text() if line.difference else "",
            ", ".join(f"{credited.text()} on {invoice}" for invoice, credited in line.credited),
            line.reason,
        )
        for line in lines
    ]
    columns = ["customer", "due", "total", "", "difference", "credited", "would be parked"]
    console.table(columns, rows, right=["total", "difference"])
    print("Nothing was billed. Next: the same without --dry-run bills it.")


def foreseen(line: RunLine) -> dict[str, Any]:
    """Return what a dry run says of one boundary, for machines."""
    return {
        "customer": line.customer.public_id,
        "subscription": line.subscription.public_id,
        "boundary_at": line.boundary_at.isoformat(),
        "total": line.total.text() if line.total else None,
        "currency": line.currency,
        "difference": line.difference.text() if line.difference else None,
        "reason": line.reason,
    }


def instant(text: str, organization: Organization) -> datetime:
    """Read a date (its first instant in the organization's zone) or an instant with an offset."""
    try:
        day, at = parse_date(text), parse_datetime(text)
    except ValueError:
        day, at = None, None
    if day is not None:
        return datetime.combine(day, time.min, tzinfo=organization.zone)
    if at is None or at.tzinfo is None:
        raise CommandError("--as-of: use a date such as 2026-10-01, or an instant such as 2026-10-01T00:00:00Z.")
    return at


def summary(results: list[Outcome]) -> dict[str, Any]:
    """Return the counts, the sums by currency, and what was parked."""
    return {
        "boundaries": len(results),
        "invoices": [
            {
                "id": each.invoice,
                "number": each.number,
                "status": each.status,
                "total": Money(each.total_minor, each.currency).text(),
                "currency": each.currency,
            }
            for each in results
            if each.invoice
        ],
        "totals": {money.currency: money.text() for money in sums(results)},
        "parked": [
            {"subscription": each.subscription, "reason": each.parked_reason} for each in results if each.parked_reason
        ],
    }


def sums(results: list[Outcome]) -> list[Money]:
    """Return what the invoices come to, by currency."""
    found: Counter[str] = Counter()
    for each in results:
        if each.invoice:
            found[each.currency] += each.total_minor
    return [Money(minor, currency) for currency, minor in sorted(found.items())]


def report(results: list[Outcome]) -> None:
    """Print what was made, what was parked, and what to do next."""
    if not results:
        print("Nothing is due.")
        return
    rows = [
        (each.customer, each.number or "draft", total.text(), total.currency, each.status)
        for each, total in ((each, Money(each.total_minor, each.currency)) for each in results if each.invoice)
    ]
    console.table(["customer", "invoice", "total", "", "status"], rows, right=["total"])
    print("Together: " + (", ".join(f"{money.text()} {money.currency}" for money in sums(results)) or "nothing"))
    parked = [each for each in results if each.parked_reason]
    for each in parked:
        print(f"Parked {each.subscription}: {each.parked_reason}")
    if parked:
        print("Next: open each parked subscription in the office, mend the cause, and press Retry.")
    else:
        print("Next: the workers render the PDFs and send the mail; scripts/run starts them.")
