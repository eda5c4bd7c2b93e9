"""Measure how fast a month is closed: python benchmarks/closing.py [--quick]; README.md tells the rest.

Like `ingest.py`, whose stage it takes, this file only makes sure that the office's own database is out of reach.
"""

import os
import runpy
import signal
import sys
from pathlib import Path

import django

if __name__ == "__main__":
    stage = runpy.run_path(str(Path(__file__).with_name("ingest.py")))
    os.environ.update(stage["ENVIRONMENT"])
    os.chdir(stage["ROOT"])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and so cleans up like ctrl-C
    sys.path[0] = str(stage["ROOT"])
    django.setup()
    runpy.run_module("benchmarks.months", run_name="__main__")
