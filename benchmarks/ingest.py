"""Measure how fast usage is recorded: python benchmarks/ingest.py [--quick] [--large]; README.md tells the rest.

This file only sets the stage, so that it can be called by its path: an environment in which the office's own
database, broker and mails are out of reach, and Django set up in it.
"""

import os
import runpy
import signal
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "billing_site.settings",
    "DATABASE_URL": "",  # the embedded server, and a database of our own in it
    "EMBEDDED_DATABASE": "tallybook_benchmark",
    "REDIS_URL": "",
    "EMAIL_URL": "",
    "DEBUG": "false",
    "WEB_PROCESSES": "2",
}

if __name__ == "__main__":
    os.environ.update(ENVIRONMENT)
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and so cleans up like ctrl-C
    sys.path[0] = str(ROOT)
    django.setup()
    runpy.run_module("benchmarks.course", run_name="__main__")
