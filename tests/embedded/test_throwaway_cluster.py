"""The tests' own server: apart from the usual one, quick, and gone afterwards."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from billing_site.embedded import throwaway
from tests.embedded.commands import Command, all_supervisor_pids, eventually

pytestmark = pytest.mark.processes


@pytest.fixture
def start() -> Iterator[Callable[[], Command]]:
    commands: list[Command] = []

    def starter() -> Command:
        commands.append(Command("throwaway"))
        return commands[-1].settled()

    yield starter
    for command in commands:
        command.kill()
        eventually(lambda state=Path(command.socket).parent: not state.exists())


def test_a_run_has_its_own_server_without_durability_and_removes_it(start: Callable[[], Command]) -> None:
    first, second = start(), start()
    assert first.socket != second.socket
    assert first.ask("SHOW fsync") == "'off'"
    assert first.ask("SET session_replication_role = replica") == "done"
    assert first.ask("CREATE DATABASE test_tallybook") == "done"
    assert first.end() == ""
    eventually(lambda: not Path(first.socket).parent.exists() and not all_supervisor_pids(Path(first.socket).parent))
    assert second.ask("SELECT 1") == "1"


def test_a_killed_run_leaves_nothing(start: Callable[[], Command]) -> None:
    command = start()
    command.kill()
    state = Path(command.socket).parent
    eventually(lambda: not state.exists() and not all_supervisor_pids(state), seconds=3)


def test_what_a_run_left_that_was_killed_with_its_supervisors_is_removed_by_the_next(
    start: Callable[[], Command],
) -> None:
    killed = start()
    state = Path(killed.socket).parent
    eventually(lambda: len(all_supervisor_pids(state)) == 2)
    for pid in all_supervisor_pids(state):
        os.kill(pid, signal.SIGSTOP)
    for pid in all_supervisor_pids(state):
        os.kill(pid, signal.SIGKILL)
    killed.kill()
    eventually(lambda: not all_supervisor_pids(state))
    assert state.exists()
    start()
    assert not state.exists()


def test_the_folder_of_another_run_is_left_alone(start: Callable[[], Command]) -> None:
    running = start()
    strange = Path(tempfile.mkdtemp(prefix=throwaway.PREFIX, dir=throwaway.base()))
    try:
        start()
        assert running.ask("SELECT 1") == "1"
        assert strange.exists()
    finally:
        strange.rmdir()
