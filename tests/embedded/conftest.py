"""A checkout in a folder of its own, and commands that end with their test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from billing_site.embedded import throwaway
from billing_site.embedded.places import locate
from tests.embedded.commands import Command, Start, stop_everything


@pytest.fixture
def fresh_checkout() -> Iterator[Path]:
    """A checkout in which no server ever ran."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def checkout() -> Iterator[Path]:
    """One checkout for the tests that don't mind an earlier server's data: setting up takes most of a start's time."""
    with open_folder() as folder:
        yield folder


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that every account may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="checkout-", dir=throwaway.base()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a command on a checkout; wait for its server unless told otherwise."""
    commands: list[Command] = []
    used: set[Path] = set()

    def starter(folder: Path, *, settled: bool = True, **options: Any) -> Command:
        used.add(folder)
        commands.append(Command("database", str(folder), **options))
        return commands[-1].settled() if settled else commands[-1]

    yield starter
    for command in commands:
        command.kill()
    for folder in used:
        stop_everything(folder)
        shutil.rmtree(locate(folder).private, ignore_errors=True)
