"""Say which servers and browser the tests of this run use: python -m tests.versions"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from billing_site.embedded import binaries


def of_program(*command: str) -> str:
    """Return the first line that a program says about itself, or that it is missing."""
    if shutil.which(command[0]) is None:
        return "missing; as root: apt-get install --no-install-recommends redis-server chromium"
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    return (said.stdout or said.stderr).strip().splitlines()[0]


def of_postgresql() -> str:
    """Return the version of the wheel's server, or that another is named."""
    if os.environ.get("TEST_DATABASE_URL"):
        return "the server that TEST_DATABASE_URL names"
    spec = importlib.util.find_spec(binaries.PACKAGE)
    if spec is None or spec.origin is None:
        return "missing: scripts/setup test installs it"
    return of_program(str(Path(spec.origin).parent / binaries.SERVER / "bin" / "postgres"), "--version")


if __name__ == "__main__":
    for name, version in (
        ("Python", sys.version.split()[0]),
        ("PostgreSQL", of_postgresql()),
        ("Redis", of_program("redis-server", "--version")),
        ("Chromium", of_program("chromium", "--version", "--no-sandbox")),
    ):
        sys.stdout.write(f"{name:<12}{version}\n")
