"""Start the product's processes on a test's database and folders, and see what runs of them."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from billing_site.embedded import processes
from billing_site.embedded.places import CHECKOUT

PATIENCE_SECONDS = 20


@dataclass
class Surroundings:
    """What a test's processes share; its folder also marks them, orphans among them."""

    folder: Path
    database_url: str
    redis_url: str = ""
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "DJANGO_SETTINGS_MODULE": "tests.processes.settings",
            "SECRET_KEY": "only for these tests",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "BROKER_DIR": str(self.folder / "broker"),
            "MAIL_DIR": str(self.folder / "mail"),
            "STATIC_ROOT": str(self.folder / "static"),
            "TRACES_DIR": str(self.folder),
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a Python command, its output going to a pipe."""
        self.started.append(
            subprocess.Popen(
                [sys.executable, *arguments],
                cwd=CHECKOUT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        )
        return self.started[-1]

    def run(self, *arguments: str) -> str:
        """Run a Python command to its end; return what it said."""
        return self.start(*arguments).communicate(timeout=PATIENCE_SECONDS)[0]

    def pids(self, *words: str) -> list[int]:
        """Return our running processes whose command has all the words, oldest first."""
        mark = f"BROKER_DIR={self.folder}/".encode()
        found = []
        for entry in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
            if mark in _read(entry, "environ") and _state(entry) != "Z":
                arguments = _read(entry, "cmdline").decode().split("\0")
                if set(words) <= set(arguments):
                    found.append(entry)
        return found

    def end(self) -> None:
        """Kill whatever is left."""
        for process in self.started:
            process.kill()
            process.communicate(timeout=PATIENCE_SECONDS)
        for pid in self.pids():
            os.kill(pid, 9)
        eventually(lambda: not self.pids(), "the processes do not end")


def eventually(condition: Any, otherwise: str, seconds: float = PATIENCE_SECONDS) -> None:
    assert processes.wait_until(condition, seconds=seconds), otherwise


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def parent_of(pid: int) -> int:
    return int(_read(pid, "stat").rpartition(b")")[2].split()[1] or 0)


def _state(pid: int) -> str:
    return (_read(pid, "stat").rpartition(b")")[2].split() or [b"Z"])[0].decode()


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
