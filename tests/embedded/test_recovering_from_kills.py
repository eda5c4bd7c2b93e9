"""kill -9 of server, supervisor or both: the commands in progress get a server again, and no row is lost."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from billing_site.embedded.places import locate
from tests.embedded.commands import (
    KEEP_A_ROW,
    Start,
    all_supervisor_pids,
    eventually,
    postmaster_pid,
    server_pids,
    stop_everything,
    supervisor_pids,
)

pytestmark = pytest.mark.processes


def test_a_killed_server_comes_back_for_the_command_in_progress(checkout: Path, start: Start) -> None:
    command = start(checkout)
    command.ask(KEEP_A_ROW)
    killed = postmaster_pid(locate(checkout))
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: killed not in server_pids(locate(checkout)))
    assert command.ask_until_answered("SELECT total FROM calls") == "380"
    assert postmaster_pid(locate(checkout)) != killed


def test_the_standby_takes_over_from_a_killed_supervisor(checkout: Path, start: Start) -> None:
    places = locate(checkout)
    command = start(checkout)
    command.ask(KEEP_A_ROW)
    eventually(lambda: supervisor_pids(places, standby=True))
    server, (standby,) = postmaster_pid(places), supervisor_pids(places, standby=True)
    os.kill(supervisor_pids(places, standby=False)[0], signal.SIGKILL)
    eventually(lambda: server not in server_pids(places))
    assert command.ask_until_answered("SELECT total FROM calls") == "380"
    eventually(lambda: set(supervisor_pids(places, standby=True)) - {standby})
    command.end()
    eventually(lambda: not server_pids(places) and not all_supervisor_pids(places.state), seconds=3)


def test_a_killed_standby_is_replaced(checkout: Path, start: Start) -> None:
    places = locate(checkout)
    start(checkout)
    eventually(lambda: supervisor_pids(places, standby=True))
    (killed,) = supervisor_pids(places, standby=True)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: set(supervisor_pids(places, standby=True)) - {killed})


def test_without_any_supervisor_the_server_ends_and_the_next_command_starts_it(checkout: Path, start: Start) -> None:
    places = locate(checkout)
    command = start(checkout)
    command.ask(KEEP_A_ROW)
    eventually(lambda: supervisor_pids(places, standby=True))
    for pid in [*supervisor_pids(places, standby=True), *supervisor_pids(places, standby=False)]:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not server_pids(places))
    assert command.ask("SELECT 1").startswith("failed")
    assert start(checkout).ask("SELECT total FROM calls") == "380"
    assert command.ask("SELECT total FROM calls") == "380"


def test_everything_killed_at_once_leaves_a_database_that_starts(checkout: Path, start: Start) -> None:
    places = locate(checkout)
    command = start(checkout)
    command.ask(KEEP_A_ROW)
    eventually(lambda: supervisor_pids(places, standby=True))
    supervisors = [*supervisor_pids(places, standby=True), *supervisor_pids(places, standby=False)]
    for pid in [*supervisors, postmaster_pid(places), command.process.pid]:
        os.kill(pid, signal.SIGKILL)
    assert start(checkout).ask("SELECT total FROM calls") == "380"


def test_a_busy_orphan_of_a_killed_server_does_not_keep_the_next_from_starting(checkout: Path, start: Start) -> None:
    places = locate(checkout)
    busy, other = start(checkout), start(checkout)
    assert busy.process.stdin
    busy.process.stdin.write("SELECT count(*) FROM generate_series(1, 100000000000) AS g WHERE g % 7 = 8\n")
    busy.process.stdin.flush()
    active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%% 7 = 8' || chr(10) AND state = 'active'"
    eventually(lambda: other.ask(active) == "1")
    killed = set(server_pids(places))
    os.kill(postmaster_pid(places), signal.SIGKILL)
    assert other.ask_until_answered("SELECT 1") == "1"
    assert not killed & set(server_pids(places))


def test_a_lock_file_that_names_a_living_stranger_does_not_keep_the_server_from_starting(
    checkout: Path, start: Start
) -> None:
    places = locate(checkout)
    start(checkout).end()
    stop_everything(checkout)
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **places.account().run_as()) as stranger:
        (places.data / "postmaster.pid").write_text(f"{stranger.pid}\n{places.data}\n0\n5432\n\n\n\nready\n")
        (places.socket / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")
        assert start(checkout).ask("SELECT 1") == "1"
        assert stranger.poll() is None
        stranger.kill()


def test_a_first_start_that_was_killed_half_way_is_done_again(fresh_checkout: Path, start: Start) -> None:
    places = locate(fresh_checkout)
    half_made = places.data.with_name("data.new")
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    assert start(fresh_checkout).ask("SELECT 1") == "1"
    assert not half_made.exists()
