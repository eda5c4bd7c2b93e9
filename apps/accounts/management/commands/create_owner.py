"""Make the first login."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts import operations
from apps.core import clock
from apps.core.refusals import Refusal


class Command(BaseCommand):
    help = "Create the first owner and an organization, and print the login once. Does nothing when there is an owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", default="owner@localhost", help="the owner signs in with it (%(default)s)")
        parser.add_argument(
            "--organization", metavar="KEY", help="its key in commands (the only one there is, or main)"
        )
        parser.add_argument("--name", default="My company", help="the organization's name (%(default)s)")
        parser.add_argument("--currency", default="USD", help="ISO 4217 code (%(default)s)")
        parser.add_argument("--timezone", default="UTC", help="such as Europe/Paris (%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = operations.create_first_owner(
                email=options["email"],
                key=options["organization"],
                name=options["name"],
                currency=options["currency"],
                timezone=options["timezone"],
                now=clock.wall(),
            )
        except Refusal as refusal:
            field = "organization" if refusal.field == "key" else refusal.field
            raise CommandError(f"--{field}: {refusal.sentence}") from None
        if made is None:
            return
        member, password = made
        print(f"The first login, shown only now. Sign in at {settings.BASE_URL}/admin/ and change the password.")
        print(f"    organization  {member.organization}")
        print(f"    e-mail        {member.user.email}")
        print(f"    password      {password}", flush=True)
