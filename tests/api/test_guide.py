"""The examples of docs/api.md can be typed one after the other: each address is there, each name was given before."""

import re
from pathlib import Path

from django.urls import resolve

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
EXAMPLES = [line for line in GUIDE.read_text().splitlines() if line.startswith("    ")]


def test_each_name_was_given_before() -> None:
    given: set[str] = set()
    for line in EXAMPLES:
        assert set(re.findall(r"\$([A-Z]+)", line)) <= given, line
        given |= set(re.findall(r"^    (?:export )?([A-Z_]+)=", line))


def test_each_address_is_there() -> None:
    for line in EXAMPLES:
        for path in re.findall(r"\$BASE(/[^\s\"?]*)", line):
            resolve("/api/v1" + re.sub(r"\$[A-Z]+", "x", path))
