"""Keep the server's log, and keep it small."""

import os
import shutil
from pathlib import Path

from billing_site.embedded import folders

LARGEST_BYTES = 4_000_000


def open_for_appending(path: Path) -> int:
    """Open the log, made when missing and closed to others; return its descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    folders.hand_to_owner_of(path.parent, path=path)
    return descriptor


def bound(path: Path, descriptor: int) -> None:
    """Empty the log when it has grown too large, keeping one former part beside it.

    The server goes on writing to the same file: it was opened for appending.
    """
    if os.fstat(descriptor).st_size > LARGEST_BYTES:
        former = path.with_name(f"{path.name}.1")
        former.unlink(missing_ok=True)
        shutil.copyfile(path, former)
        former.chmod(0o600)
        folders.hand_to_owner_of(path.parent, path=former)
        os.ftruncate(descriptor, 0)
