"""File locks that vanish with the process that holds them, however it ends."""

import fcntl
import os
from pathlib import Path

from billing_site.embedded import folders


def open_file(path: Path) -> int:
    """Open a lock file, made when missing, closed to others; return its descriptor, which exec does not pass on."""
    try:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    folders.hand_to_owner_of(path.parent, path=path)
    return descriptor


def try_shared(descriptor: int) -> bool:
    """Take the lock beside other shared holders; False when somebody holds it alone."""
    return _try(descriptor, fcntl.LOCK_SH)


def try_alone(descriptor: int) -> bool:
    """Take the lock alone; False when anybody else holds it."""
    return _try(descriptor, fcntl.LOCK_EX)


def wait_alone(descriptor: int) -> None:
    """Take the lock alone, however long it takes."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def release(descriptor: int) -> None:
    """Give the lock back, keeping the file open."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
