"""One child process: start it on a leash, pass its lines on, and start it again when it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from billing_site.embedded import processes
from billing_site.embedded.places import CHECKOUT

LIVED_WELL_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
READ_BYTES = 65536
NAME_WIDTH = 6


@dataclass(frozen=True)
class Role:
    """What a child is: its name in the log, its command, and what it needs beyond our environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: Sequence[int] = ()


class Child:
    """A role and the process that fills it now."""

    def __init__(self, role: Role, say: Callable[[str], None]) -> None:
        """Note what to run; nothing starts yet. say takes one line of the log."""
        self.role = role
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at = 0.0
        self._say = say
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._started_at = 0.0
        self._unfinished = b""

    def start(self) -> None:
        """Start the process in a session of its own, so that a terminal's ctrl-C reaches the runner alone."""
        self._started_at = time.monotonic()
        # preexec_fn is safe here: the runner has one thread.
        self.process = subprocess.Popen(  # noqa: S603
            self.role.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.role.environment},
            pass_fds=self.role.descriptors,
            start_new_session=True,
            preexec_fn=processes.dies_with_parent(signal.SIGKILL),
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def descriptor(self) -> int | None:
        """Return the descriptor on which the process's lines arrive; None while it does not run."""
        return self.process.stdout.fileno() if self.process and self.process.stdout else None

    def ended(self) -> bool:
        """Tell whether the process that was started is no more."""
        return self.process is not None and self.process.poll() is not None

    def pass_lines_on(self) -> bool:
        """Log what the process wrote; False when it has closed its output."""
        descriptor = self.descriptor()
        if descriptor is None:
            return False
        try:
            written = os.read(descriptor, READ_BYTES)
        except BlockingIOError:
            return True
        *lines, self._unfinished = (self._unfinished + written).split(b"\n")
        if self._unfinished and (not written or len(self._unfinished) > READ_BYTES):
            lines, self._unfinished = [*lines, self._unfinished], b""
        for line in lines:
            if line.strip():
                self._log(line.decode("utf-8", "replace"))
        return bool(written)

    def clear(self, *, again: bool) -> None:
        """Log the end of a process, end what is left of its group, and set the time of its next start."""
        assert self.process is not None
        while self.pass_lines_on() and not again:
            pass
        self.signal_group(signal.SIGKILL)
        if self.process.stdout:
            self.process.stdout.close()
        if again:
            self._pause()
        self.process = None

    def signal_group(self, with_signal: signal.Signals) -> None:
        """Send a signal to the process and those it started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, with_signal)
            except ProcessLookupError:
                return

    def _pause(self) -> None:
        assert self.process is not None
        if time.monotonic() - self._started_at >= LIVED_WELL_SECONDS:
            self._pause_seconds = FIRST_PAUSE_SECONDS
        self.start_at = time.monotonic() + self._pause_seconds
        self._log(f"ended ({_how(self.process.returncode)}); it starts again in {self._pause_seconds:g} s")
        self._pause_seconds = min(self._pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def _log(self, line: str) -> None:
        self._say(f"{self.role.name:<{NAME_WIDTH}} | {line.rstrip()}")


def python(*arguments: str) -> list[str]:
    """Return a command of our own interpreter, which finds the project from the checkout's folder."""
    return [sys.executable, *arguments]


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"code {code}"
