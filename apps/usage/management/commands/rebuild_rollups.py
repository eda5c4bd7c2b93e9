"""Count rollups anew from the events, from a shell."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import console
from apps.tenancy import queries as tenancy
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import measuring
from apps.usage import operations as usage


class Command(BaseCommand):
    help = "Count the rollups of large periods again from their events. Safe to run at any time, any number of times."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="K", help="only this organization, by key or id (default: all)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        periods = facts = 0
        for organization in self._organizations(options["organization"]):
            with scope.of(organization):
                rolled_up = measuring.rolled_up()
                title = f"Counting {organization}"
                with console.progress(title, total=len(rolled_up), quiet=options["json"]) as say:
                    for done, period in enumerate(rolled_up, start=1):
                        facts += usage.rebuild(period=period)
                        say(str(period), done=done)
                periods += len(rolled_up)
                facts += usage.catch_up(organization=organization)
        if options["json"]:
            print(json.dumps({"periods": periods, "facts": facts}))
        else:
            print(f"Counted {facts} facts; {periods} rollups were there before.")
            print("Next: manage.py verify proves that they say what the events say.")

    def _organizations(self, key: str | None) -> list[Organization]:
        if key is None:
            return tenancy.organizations()
        organization = tenancy.organization_by_key(key=key)
        if organization is None:
            raise CommandError(f"--organization: there is no organization {key}.")
        return [organization]
