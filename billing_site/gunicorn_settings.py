"""Gunicorn's settings, for scripts/run and for production alike; options on its command line win."""

import gc
import os
import signal
from typing import Any

from billing_site.embedded import processes

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 15
keepalive = 5
# A worker's sign of life is a file that it touches; in memory no slow disk makes it look dead.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
loglevel = "warning"
# Nobody steers it at run time, and the socket for that would lie in the home folder of whoever started it.
control_socket_disable = True

_leash = processes.dies_with_parent(signal.SIGKILL)


def post_fork(server: Any, worker: Any) -> None:
    """Let the kernel end a worker with its master: by itself it would listen on for seconds after a kill -9."""
    _leash()


def post_worker_init(worker: Any) -> None:
    """Leave what is loaded by now out of every search for garbage, and search less often.

    Requests with thousands of events otherwise pay a twelfth of their time to look through the office's own code.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
