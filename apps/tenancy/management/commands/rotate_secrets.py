"""Encrypt every stored secret with the newest key, so that older keys can be taken away."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from apps.core import console
from apps.tenancy import operations
from apps.tenancy.operations import Renewal


class Command(BaseCommand):
    help = "Encrypt every stored secret, and its history, with the first of ENCRYPTION_KEYS; older keys may then go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        columns = list(operations.renew_secrets(of=apps.get_models()))
        if options["json"]:
            self.stdout.write(json.dumps([asdict(column) for column in columns]))
        else:
            self._tell(columns)
        unreadable = sum(column.unreadable for column in columns)
        if unreadable:
            raise CommandError(
                f"{unreadable} secrets cannot be read with any key that is set. Put their key back among "
                "ENCRYPTION_KEYS and run this again, or replace those secrets in the office."
            )

    def _tell(self, columns: list[Renewal]) -> None:
        if not columns:
            self.stdout.write("There are no secrets to encrypt.")
            return
        console.table(
            ("column", "renewed", "already current", "unreadable"),
            [(each.column, str(each.renewed), str(each.current), str(each.unreadable)) for each in columns],
            right=("renewed", "already current", "unreadable"),
        )
        if not any(column.unreadable for column in columns):
            self.stdout.write("All secrets are under the newest key: older ones may be taken out of ENCRYPTION_KEYS.")
