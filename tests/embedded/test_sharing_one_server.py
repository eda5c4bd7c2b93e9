"""Commands share one server: it starts with the first and stops after the last, however each of them ends."""

import time
from pathlib import Path

import pytest

from billing_site.embedded import supervisor
from billing_site.embedded.places import locate
from tests.embedded.commands import (
    KEEP_A_ROW,
    Start,
    eventually,
    postmaster_pid,
    server_pids,
    stop_everything,
    supervisor_pids,
)

pytestmark = pytest.mark.processes


def test_a_command_finds_an_empty_database_and_leaves_no_process(fresh_checkout: Path, start: Start) -> None:
    command = start(fresh_checkout)
    assert command.ask("SELECT current_user || '@' || current_database()") == "'tallybook@tallybook'"
    assert command.ask("SHOW server_version_num").startswith("'18")
    assert command.ask("SHOW fsync") == "'on'"
    assert command.ask("SHOW listen_addresses") == "''"
    assert command.ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "False"
    assert command.end() == ""
    places = locate(fresh_checkout)
    eventually(lambda: not server_pids(places) and not supervisor_pids(places, standby=False), seconds=3)
    eventually(lambda: not supervisor_pids(places, standby=True), seconds=1)


def test_rows_are_there_at_the_next_start(checkout: Path, start: Start) -> None:
    first = start(checkout)
    first.ask(KEEP_A_ROW)
    first.end()
    stop_everything(checkout)
    assert start(checkout).ask("SELECT total FROM calls") == "380"


def test_of_two_commands_the_first_ends_and_the_second_goes_on(checkout: Path, start: Start) -> None:
    first, second = start(checkout), start(checkout)
    server = postmaster_pid(locate(checkout))
    first.end()
    time.sleep(supervisor.LINGER_SECONDS + 3 * supervisor.TICK_SECONDS)
    assert second.ask("SELECT 1") == "1"
    assert postmaster_pid(locate(checkout)) == server


def test_of_two_commands_one_is_killed_and_the_other_goes_on(checkout: Path, start: Start) -> None:
    first, second = start(checkout), start(checkout)
    server = postmaster_pid(locate(checkout))
    first.kill()
    time.sleep(supervisor.LINGER_SECONDS + 3 * supervisor.TICK_SECONDS)
    assert second.ask("SELECT 1") == "1"
    assert postmaster_pid(locate(checkout)) == server
    second.kill()
    eventually(lambda: not server_pids(locate(checkout)), seconds=3)


def test_commands_that_start_together_on_a_fresh_checkout_get_one_server(fresh_checkout: Path, start: Start) -> None:
    commands = [start(fresh_checkout, settled=False) for _ in range(4)]
    starts = {command.settled().ask("SELECT pg_postmaster_start_time()") for command in commands}
    assert len(starts) == 1
    assert len(supervisor_pids(locate(fresh_checkout), standby=False)) == 1


def test_a_command_that_follows_soon_finds_the_server_running(checkout: Path, start: Start) -> None:
    start(checkout).end()
    server = postmaster_pid(locate(checkout))
    start(checkout)
    assert postmaster_pid(locate(checkout)) == server
