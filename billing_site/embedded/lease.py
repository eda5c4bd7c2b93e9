"""Hold a server for the time of a command, starting it when nobody else has."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from billing_site.embedded import binaries, cluster, locks, logfile, supervisor
from billing_site.embedded.errors import EmbeddedServerError
from billing_site.embedded.places import Places

PATIENCE_SECONDS = cluster.START_SECONDS + 2 * cluster.STOP_SECONDS
POLL_SECONDS = 0.02


@contextmanager
def hold(places: Places) -> Iterator[None]:
    """Make sure that the server runs for the time of the block; its folders must be prepared.

    Raises EmbeddedServerError when it does not start.
    """
    users = locks.open_file(places.users_lock)
    try:
        _join(places, users)
        yield
    finally:
        # A forked child that still uses the server has this descriptor too, and with it the lock.
        os.close(users)


def _join(places: Places, users: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    joined = False
    while True:
        joined = joined or locks.try_shared(users)
        if joined and (cluster.is_ready(places) or _started_by_us(places)):
            return
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"The embedded PostgreSQL was not ready within {PATIENCE_SECONDS} seconds; see {places.log}."
            )
        time.sleep(POLL_SECONDS)


def _started_by_us(places: Places) -> bool:
    """Start the supervisor and its server; False when there is a supervisor already."""
    lock = locks.open_file(places.supervisor_lock)
    try:
        if not locks.try_alone(lock):
            return False
        # The supervisor inherits this very lock, so that there is no moment in which another could start too.
        answer = _start_supervisor(places, lock)
    finally:
        os.close(lock)
    if answer != supervisor.READY:
        raise EmbeddedServerError(answer or f"The embedded PostgreSQL could not be started; see {places.log}.")
    return True


def _start_supervisor(places: Places, lock: int) -> str:
    log = logfile.open_for_appending(places.log)
    try:
        logfile.bound(places.log, log)
        finished = subprocess.run(
            supervisor.command(places, binaries.find(places), str(lock)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/",
            env=supervisor.environment(),
            pass_fds=(lock,),
            start_new_session=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EmbeddedServerError(f"The embedded PostgreSQL does not get ready; see {places.log}.") from None
    finally:
        os.close(log)
    return finished.stdout
