"""Append messages in committed transactions, as a request would, in a process of its own."""

import sys
import time

from django.db import transaction

from apps.core import clock
from apps.outbox import operations as outbox
from apps.tenancy import queries as tenancy
from apps.tenancy import scope
from tests.processes.handlers import TOPIC

COMMAND = ("-c", "import django; django.setup(); from tests.processes.appending import main; main()")


def main() -> None:
    """Append as many as the first argument says; print each one's id and the seconds its caller had to wait."""
    (organization,) = tenancy.organizations()
    for _ in range(int(sys.argv[1])):
        started = time.monotonic()
        with scope.of(organization), transaction.atomic():
            message = outbox.append(organization=organization, topic=TOPIC, payload={}, now=clock.wall())
        sys.stdout.write(f"{message.public_id} {time.monotonic() - started:.2f}\n")
