"""Run one server from the first command that uses it to a moment after the last.

The supervisor holds supervisor.lock for its whole life. It tries to take users.lock alone: when it can, no command is
left, however each of them ended. It starts the server again when that dies in use. Beside it waits a standby, a second
process that only wants supervisor.lock and so takes over when the supervisor is killed; the kernel has then shut the
server down (PDEATHSIG). With both killed the server is down too, and the next command starts everything anew.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from billing_site.embedded import locks, logfile
from billing_site.embedded.cluster import Cluster
from billing_site.embedded.errors import EmbeddedServerError
from billing_site.embedded.places import CHECKOUT, Places

READY = "ready"
STANDBY = "standby"
TICK_SECONDS = 0.1
# Commands scripted one after the other find the server running: a stop and start would cost each of them 0.2 s.
LINGER_SECONDS = 1.0


def command(places: Places, programs: Path, lock: str) -> list[str]:
    """Return the command line of a supervisor; lock is an inherited descriptor's number, or STANDBY."""
    return [sys.executable, "-P", "-m", "billing_site.embedded", places.as_argument(), str(programs), lock]


def environment() -> dict[str, str]:
    """Return the few variables a supervisor needs: it must not depend on the command that happened to start it."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(CHECKOUT)}


class Supervisor:
    """The life of one server; needs supervisor.lock to be held."""

    def __init__(self, cluster: Cluster, log: int) -> None:
        """Note what to run; nothing starts yet."""
        self.cluster = cluster
        self.places = cluster.places
        self.log = log
        self.server: subprocess.Popen[bytes] | None = None
        self.standby: subprocess.Popen[bytes] | None = None
        self.asked_to_end = False

    def run(self) -> None:
        """Watch until nobody uses the server any more; then stop it. Raises EmbeddedServerError when it can't run."""
        users = locks.open_file(self.places.users_lock)
        signal.signal(signal.SIGTERM, self._end)
        try:
            self._watch(users)
        finally:
            self._dismiss_standby()  # first, or it would take over what we stop
            self.cluster.stop(self.server)
        if self.places.throwaway:
            shutil.rmtree(self.places.state, ignore_errors=True)
        # The locks fall with the process: a newcomer has waited for users.lock and finds no server half stopped.

    def _watch(self, users: int) -> None:
        idle_since: float | None = None
        linger_seconds = 0.0 if self.places.throwaway else LINGER_SECONDS
        while not self.asked_to_end:
            if locks.try_alone(users):
                idle_since = idle_since or time.monotonic()
                if time.monotonic() - idle_since >= linger_seconds:
                    return
                locks.release(users)
            else:
                idle_since = None
                self._keep_running()
            logfile.bound(self.places.log, self.log)
            time.sleep(TICK_SECONDS)

    def _keep_running(self) -> None:
        if self.server is None or self.server.poll() is not None:
            self.server = self.cluster.start(self.log)
            report(READY)
        if self.standby is None or self.standby.poll() is not None:
            self.standby = subprocess.Popen(
                command(self.places, self.cluster.programs, STANDBY),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.log,
                cwd="/",
                env=environment(),
                start_new_session=True,
            )

    def _dismiss_standby(self) -> None:
        if self.standby is not None:
            self.standby.kill()
            self.standby.wait()

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked_to_end = True


def report(message: str) -> None:
    """Tell the command that waits at our standard output, once; the pipe's end lets it go on."""
    try:
        sys.stdout.write(message)
        sys.stdout.flush()
    except BrokenPipeError:
        pass  # that command was killed while it waited
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def main() -> None:
    """Become a supervisor in the background, at once or as the standby of another."""
    os.umask(0o077)
    places, programs, lock = Places.from_argument(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    if lock == STANDBY:
        locks.wait_alone(locks.open_file(places.supervisor_lock))
    else:
        os.set_inheritable(int(lock), False)
        if os.fork() != 0:
            os._exit(0)  # the command is not our parent: its end, and its waiting for children, are no matter of ours
    log = logfile.open_for_appending(places.log)
    try:
        Supervisor(Cluster(places, programs, places.account()), log).run()
    except EmbeddedServerError as problem:
        report(str(problem))
        sys.stderr.write(f"{problem}\n")
        sys.exit(1)
