"""Prove the books from their rows, from a shell or on a schedule."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import console
from apps.core.verifying import Check
from apps.invoicing import verifying as invoicing
from apps.subscriptions import verifying as subscriptions
from apps.tenancy import queries as tenancy
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import verifying as usage

CHECKS = [*subscriptions.CHECKS, *usage.CHECKS, *invoicing.CHECKS]
MOST_BREACHES = 20


@dataclass(frozen=True)
class Result:
    """What a check found in an organization: at most MOST_BREACHES sentences, and whether there are more."""

    organization: Organization
    check: Check
    breaches: list[str]
    more: bool


class Command(BaseCommand):
    help = "Check that the books say what their events say. Reads only; exits with 1 where something does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="K", help="only this organization, by key or id (default: all)")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = chosen(options["organization"])
        total = len(organizations) * len(CHECKS)
        results = []
        with console.progress("Verifying", total=total, quiet=options["json"]) as say:
            for organization in organizations:
                for check in CHECKS:
                    results.append(_result(organization, check))
                    say(f"{organization}, {check.name}", done=len(results))
        broken = [result for result in results if result.breaches]
        if options["json"]:
            print(json.dumps({"holds": not broken, "checks": [_told(result) for result in results]}))
        else:
            _report(results, broken)
        if broken:
            sys.exit(1)


def chosen(key: str | None) -> list[Organization]:
    """Return the organization of a key or id, or all of them; raise CommandError for one that does not exist."""
    if key is None:
        return tenancy.organizations()
    organization = tenancy.organization_by_key(key=key)
    if organization is None:
        raise CommandError(f"--organization: there is no organization {key}.")
    return [organization]


def _result(organization: Organization, check: Check) -> Result:
    with scope.of(organization):
        found = list(islice(check.breaches(), MOST_BREACHES + 1))
    return Result(organization, check, found[:MOST_BREACHES], more=len(found) > MOST_BREACHES)


def _told(result: Result) -> dict[str, Any]:
    return {
        "organization": result.organization.key,
        "check": result.check.name,
        "holds": not result.breaches,
        "breaches": result.breaches,
        "more": result.more,
        "next": result.check.then if result.breaches else "",
    }


def _report(results: list[Result], broken: list[Result]) -> None:
    """Print a row per check and organization, what broke it, and what to do next."""
    rows = [
        (str(result.organization), result.check.name, "no" if result.breaches else "yes", result.check.holds)
        for result in results
    ]
    console.table(["organization", "check", "holds", "what"], rows)
    for result in broken:
        for breach in result.breaches:
            print(f"{result.organization}, {result.check.name}: {breach}.")
        if result.more:
            print(f"{result.organization}, {result.check.name}: and more of them.")
    for then in dict.fromkeys(result.check.then for result in broken):
        print(f"Next: {then}")
    if not broken:
        print("Everything holds. Next: nothing; run this again after a restore, an update, or once a day.")
