"""Import usage from a file, from a shell."""

import getpass
import json
import sqlite3
import sys
from argparse import ArgumentParser
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from apps.core import clock, console
from apps.core.refusals import Refusal
from apps.tenancy import queries as tenancy
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.imports.running import Import

SOME_REJECTED = 2
STEPS = 100


class Command(BaseCommand):
    help = (
        "Import usage from a CSV file of any size. Importing it again adds nothing; cut off, it goes on where it was. "
        "Rejected rows are written to FILE.rejected.csv. Ends with 0 when every row is recorded, with 2 when some were "
        "rejected, with 1 when the file could not be read or not further."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="customer, type, date, amount, note, key; see docs/imports.md")
        parser.add_argument("--organization", required=True, metavar="KEY", help="the organization's key or id")
        parser.add_argument("--actor", help="who imports, as events tell it (default: the name of the shell's user)")
        parser.add_argument("--dry-run", action="store_true", help="check every row and store nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = tenancy.organization_by_key(key=options["organization"])
        if organization is None:
            raise CommandError(f"--organization: there is no organization {options['organization']}.")
        work = Import(
            organization=organization,
            path=Path(options["file"]),
            actor=(options["actor"] or getpass.getuser())[:320],
            clock=lambda: clock.billing(organization),
            dry_run=options["dry_run"],
        )
        with scope.of(organization):
            self._run(work, organization, quiet=options["json"])
        if options["json"]:
            print(json.dumps(summary(work)))
        else:
            report(work)
        if work.standing.rejected:
            sys.exit(SOME_REJECTED)

    def _run(self, work: Import, organization: Organization, *, quiet: bool) -> None:
        title = "Checking" if work.dry_run else "Importing"
        try:
            total = work.path.stat().st_size
            with console.progress(f"{title} {work.path.name}", total=total, quiet=quiet, unit="bytes") as say:
                said = 0
                with closing(work.run()) as pieces:
                    for standing in pieces:
                        if standing.offset - said >= total // STEPS or standing.offset >= total:
                            said = standing.offset
                            say(f"{standing.rows:,} rows", done=said)
        except Refusal as refusal:
            self._stop(work, refusal.sentence)
        except OSError as fault:
            self._stop(work, f"{fault.filename or work.path}: {fault.strerror}.")
        except sqlite3.Error as fault:
            self._stop(work, f"The progress cannot be kept in {work.progress_path}: {fault}.")
        except (OperationalError, InterfaceError) as fault:
            self._stop(work, f"The database is away: {str(fault).strip()}.")
        except KeyboardInterrupt:
            self._stop(work, "Stopped.")

    def _stop(self, work: Import, sentence: str) -> NoReturn:
        done = work.standing.rows
        if not done or work.dry_run:
            raise CommandError(sentence)
        raise CommandError(
            f"{sentence} {done:,} rows before this are done and stay. Run the same command again to go on from there."
        )


def summary(work: Import) -> dict[str, Any]:
    """Return the counts, what was assumed, and the first rejected rows."""
    standing = asdict(work.standing)
    counts = {name: standing[name] for name in ("rows", "recorded", "late", "before", "rejected", "interruptions")}
    return {
        "file": str(work.path),
        "organization": work.organization.key,
        "dry_run": work.dry_run,
        **counts,
        "rejected_file": str(work.rejected_path) if work.standing.rejected and not work.dry_run else None,
        "said": list(work.said),
        "rejections": [{"row": number, "reason": reason} for number, reason in work.shown],
    }


def report(work: Import) -> None:
    """Print what became of the rows, why some were rejected, and what to do next."""
    standing = work.standing
    for sentence in work.said:
        print(sentence)
    rows = [
        ("would be recorded" if work.dry_run else "recorded", standing.recorded),
        ("of these late, for the next invoice", standing.late),
        ("were recorded before and add nothing", standing.before),
        ("rejected", standing.rejected),
        ("rows in the file", standing.rows),
    ]
    console.table(
        ["", "rows"], [(what, f"{many:,}") for what, many in rows if many or what == rows[0][0]], right=["rows"]
    )
    if work.shown:
        console.table(["row", "why it was rejected"], [(str(number), why) for number, why in work.shown], right=["row"])
    if standing.interruptions:
        print("The import was cut off and went on: rows that were just being recorded count as recorded before.")
    for sentence in _next(work):
        print(sentence)


def _next(work: Import) -> list[str]:
    standing = work.standing
    said = []
    if standing.before:
        said.append("A row that is meant again needs another note, or a key of its own in a column key.")
    if work.dry_run:
        said.append("Next: nothing was stored; run the command without --dry-run to record.")
    elif standing.rejected:
        said.append(
            f"Next: the rejected rows are in {work.rejected_path}. Mend the rows in the file itself, or there, and "
            "import again: what is recorded already adds nothing."
        )
    else:
        said.append("Next: nothing. The usage stands in the office under Usage.")
    return said
