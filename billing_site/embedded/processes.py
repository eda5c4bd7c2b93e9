"""See and end the processes of one server, also those that a killed parent left behind."""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from billing_site.embedded.errors import EmbeddedServerError

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.01


def dies_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    """Return a function for a new child: the kernel sends it the signal when its parent ends, also by kill -9."""
    parent_pid = os.getpid()

    def ask_the_kernel() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(with_signal))
        if os.getppid() != parent_pid:  # it ended before we asked
            os.kill(os.getpid(), with_signal)

    return ask_the_kernel


def is_postmaster(pid: int, server_name: str) -> bool:
    """Tell whether the process is the first one of the named server (and not another that got a reused pid)."""
    arguments = _arguments(pid)
    return arguments[:1] != [] and Path(arguments[0]).name == "postgres" and _name_setting(server_name) in arguments


def members(server_name: str, uid: int) -> list[int]:
    """Return the pids of the named server's processes, orphans among them, that run as the uid."""
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _belongs(int(entry), server_name, uid)]


def end_all(server_name: str, uid: int, *, patience_seconds: float) -> None:
    """End what runs of the named server: a clean shutdown if it has its postmaster, then ever harder.

    Raises EmbeddedServerError when processes remain after all.
    """
    for forceful in (False, True):
        for pid in members(server_name, uid):
            if forceful:
                _send(pid, signal.SIGKILL)
            elif is_postmaster(pid, server_name):
                _send(pid, signal.SIGINT)
            elif not _has_postmaster(server_name, uid):
                _send(pid, signal.SIGQUIT)
        if wait_until(lambda: not members(server_name, uid), seconds=patience_seconds):
            return
    raise EmbeddedServerError(f"Processes of an earlier PostgreSQL do not end: {members(server_name, uid)}.")


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again until the condition holds; False when it did not within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _has_postmaster(server_name: str, uid: int) -> bool:
    return any(is_postmaster(pid, server_name) for pid in members(server_name, uid))


def _belongs(pid: int, server_name: str, uid: int) -> bool:
    # By title, not by /proc/<pid>/cwd: in a container root may not look there for another user's processes.
    arguments = _arguments(pid)
    if not arguments or not (arguments[0].startswith(f"postgres: {server_name}: ") or is_postmaster(pid, server_name)):
        return False
    try:
        return Path(f"/proc/{pid}").stat().st_uid == uid
    except FileNotFoundError:
        return False


def _arguments(pid: int) -> list[str]:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []
    return [os.fsdecode(argument) for argument in line.rstrip(b"\0").split(b"\0") if argument]


def _name_setting(server_name: str) -> str:
    return f"cluster_name={server_name}"


def _send(pid: int, with_signal: signal.Signals) -> None:
    try:
        os.kill(pid, with_signal)
    except ProcessLookupError:
        return
