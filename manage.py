#!/usr/bin/env python
"""Run Django's commands, with the embedded PostgreSQL when no DATABASE_URL names a server."""

import os
import sys

from django.core.management import execute_from_command_line

from billing_site import embedded


def main() -> None:
    """Hold the database server for as long as the command runs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_site.settings")
    try:
        with embedded.database():
            execute_from_command_line(sys.argv)
    except embedded.EmbeddedServerError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
