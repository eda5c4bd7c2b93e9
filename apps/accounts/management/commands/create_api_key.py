"""Make a key for a program, from a shell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts import operations
from apps.accounts.models import Role
from apps.core import clock
from apps.core.refusals import Refusal
from apps.tenancy import queries as tenancy
from apps.tenancy import scope


class Command(BaseCommand):
    help = "Create an API key of an organization and print it, once: only its digest is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, metavar="KEY", help="the organization's key or id")
        parser.add_argument("--name", required=True, help="what will use it, such as 'call centre'")
        parser.add_argument(
            "--role", default=Role.DEVELOPER, choices=Role.values, help="what it may do (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = tenancy.organization_by_key(key=options["organization"])
        if organization is None:
            raise CommandError(f"--organization: there is no organization {options['organization']}.")
        try:
            with scope.of(organization):
                _, text = operations.create_api_key(
                    organization=organization, name=options["name"], role=options["role"], now=clock.wall()
                )
        except Refusal as refusal:
            raise CommandError(f"--{refusal.field}: {refusal.sentence}") from None
        self.stdout.write(text)
