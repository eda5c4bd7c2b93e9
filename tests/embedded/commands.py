"""Start commands that use a server, as processes of their own, and look at what runs behind them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from billing_site.embedded import processes
from billing_site.embedded.places import Places, locate

HOLDING = Path(__file__).with_name("holding.py")
PATIENCE_SECONDS = 10
KEEP_A_ROW = "DROP TABLE IF EXISTS calls; CREATE TABLE calls AS SELECT 380 AS total"


class Command:
    """A running command; settled() waits for its server."""

    def __init__(self, *arguments: str, environment: dict[str, str] | None = None, **options: Any) -> None:
        self.socket = ""
        self.process = subprocess.Popen(
            [sys.executable, str(HOLDING), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": "/usr/bin:/bin"} | (environment or {}),
            **options,
        )

    def settled(self) -> "Command":
        assert self.process.stdout
        self.socket = self.process.stdout.readline().strip()
        assert self.socket, self.process.communicate(timeout=PATIENCE_SECONDS)[1]
        return self

    def ask(self, statement: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{statement}\n")
        self.process.stdin.flush()
        return str(self.process.stdout.readline()).strip()

    def ask_until_answered(self, statement: str) -> str:
        """Ask again while the server is down."""
        eventually(lambda: not self.ask("SELECT 1").startswith("failed"))
        return self.ask(statement)

    def end(self) -> str:
        """Let it end by itself; return what it said on standard error."""
        said = self.process.communicate(timeout=PATIENCE_SECONDS)[1]
        return str(said)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_SECONDS)


Start = Callable[..., Command]


def eventually(condition: Any, seconds: float = PATIENCE_SECONDS) -> None:
    assert processes.wait_until(condition, seconds=seconds)


def server_pids(places: Places) -> list[int]:
    return processes.members(places.server_name, places.account().uid)


def postmaster_pid(places: Places) -> int:
    (pid,) = (pid for pid in server_pids(places) if processes.is_postmaster(pid, places.server_name))
    return pid


def supervisor_pids(places: Places, *, standby: bool) -> list[int]:
    return [pid for pid, last in _supervisors(places.state) if (last == "standby") == standby]


def all_supervisor_pids(state: Path) -> list[int]:
    return [pid for pid, _last in _supervisors(state)]


def stop_everything(checkout: Path) -> None:
    """End what still runs for a checkout, before its folder is removed."""
    places = locate(checkout)
    for pid in supervisor_pids(places, standby=False):
        os.kill(pid, signal.SIGTERM)
    eventually(lambda: not all_supervisor_pids(places.state) and not server_pids(places))


def _supervisors(state: Path) -> list[tuple[int, str]]:
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            arguments = arguments_of(int(entry))
            if "billing_site.embedded" in arguments and f'"state": "{state}"' in " ".join(arguments):
                found.append((int(entry), arguments[-1]))
    return found


def arguments_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []
