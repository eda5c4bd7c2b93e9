"""The product's real server, with the settings of production, at an address of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from billing_site.embedded import processes
from billing_site.embedded.places import CHECKOUT
from billing_site.runner import door

START_SECONDS = 30
STOP_SECONDS = 20


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """Run gunicorn with as many processes as WEB_PROCESSES says for the time of the block; yield where it listens."""
    with door.open_door("127.0.0.1", 0) as listener:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--config", "python:billing_site.gunicorn_settings"),
                *("--bind", f"fd://{listener.fileno()}", "billing_site.wsgi:application"),
            ],
            cwd=CHECKOUT,
            env={**os.environ, "BASE_URL": door.address(listener)},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=(listener.fileno(),),
            start_new_session=True,
            preexec_fn=processes.dies_with_parent(signal.SIGKILL),
        )
        try:
            yield _address(listener, process)
        finally:
            _end(process)


def _address(listener: socket.socket, process: "subprocess.Popen[bytes]") -> tuple[str, int]:
    def settled() -> bool:
        return process.poll() is not None or door.answers(listener)

    if not processes.wait_until(settled, seconds=START_SECONDS) or process.poll() is not None:
        raise ConnectionError("the server does not answer; its message stands above")
    host, port = listener.getsockname()
    return host, port


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
