"""The configured linters bite: each ban is tried on a line that breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, project

PROGRAMS = Path(sys.executable).parent
PATIENCE_SECONDS = 60


def ruff(text: str, path: str = "apps/invoicing/example.py") -> str:
    """Return what ruff says of a text as if it stood at a path."""
    command = [str(PROGRAMS / "ruff"), "check", "--no-cache", "--output-format=concise", "--stdin-filename", path, "-"]
    return subprocess.run(
        command, input=text, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    ).stdout


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("TID251", "from datetime import datetime\n\nnow = datetime.now()\n"),
        ("TID251", "import datetime\n\nnow = datetime.datetime.now(datetime.UTC)\n"),
        ("TID251", "from datetime import date\n\ntoday = date.today()\n"),
        ("TID251", "from django.utils import timezone\n\nnow = timezone.now()\n"),
        ("TID251", "from django.utils.timezone import now\n\nprint(now())\n"),
        ("TID251", "import time\n\nnow = time.time()\n"),
        ("TID251", "from django.db.models.signals import post_save\n"),
        ("TID251", "from django.dispatch import receiver\n"),
        ("TID251", "from django.utils.safestring import mark_safe\n"),
        ("TID251", "import urllib.request\n"),
        ("TID251", "from urllib.request import urlopen\n"),
        ("TID251", "from django.contrib.contenttypes.fields import GenericForeignKey\n"),
        ("DTZ001", "from datetime import datetime\n\nstart = datetime(2026, 1, 1)\n"),
        ("PLC0415", "def f():\n    import json\n\n    return json\n"),
        ("T201", "print(1)\n"),
        ("TID252", "from ..catalog import models\n"),
    ],
)
def test_ruff_refuses(code: str, text: str) -> None:
    assert code in ruff(text)


def test_ruff_lets_the_clock_tell_the_time() -> None:
    text = "from datetime import UTC, datetime\n\nnow = datetime.now(UTC)\n"
    assert "TID251" not in ruff(text, "apps/core/clock.py")
    assert "TID251" in ruff(text, "apps/core/triggers.py")


def test_import_linter_refuses_what_breaks_each_contract(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "apps", tmp_path / "apps", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "billing_site", tmp_path / "billing_site", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    offences = {
        "apps/unplaced/__init__.py": "",
        "apps/catalog/queries.py": "from apps.catalog import operations",
        "apps/outbox/wakeup.py": "from apps.outbox import work",
        "apps/usage/operations/recording.py": "from apps.core import clock",
        "apps/accounts/operations.py": "import smtplib",
        "apps/delivery/posting.py": "import socket",
        "apps/rating/money.py": "import django",
        "apps/tenancy/queries.py": "from billing_site import settings",
    }
    for name, text in offences.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text((file.read_text() if file.exists() else "") + f"\n{text}\n")
    command = [str(PROGRAMS / "lint-imports"), "--no-cache", "--no-logo"]
    said = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    ).stdout
    kept = [
        contract["name"]
        for contract in project()["tool"]["importlinter"]["contracts"]
        if f"{contract['name']} BROKEN" not in said
    ]
    assert kept == []
