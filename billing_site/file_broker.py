"""The folders of Celery's filesystem transport, closed to everybody else, and their cleaning."""

import os
import time
from pathlib import Path

from django.conf import settings

STALE_SECONDS = 120


def folders() -> tuple[Path, Path]:
    """Return the folders of messages and of bindings, made when missing."""
    for folder in (settings.BROKER_DIR, settings.BROKER_DIR / "messages", settings.BROKER_DIR / "control"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.BROKER_DIR / "messages", settings.BROKER_DIR / "control"


def remove_stale() -> int:
    """Remove messages that expired while no worker ran to take them; return how many.

    Every message here is a hint or a tick and expires within a minute.
    """
    messages, _ = folders()
    removed = 0
    for message in os.scandir(messages):
        if time.time() - message.stat().st_mtime > STALE_SECONDS:  # noqa: TID251  (compared with the file system's clock)
            Path(message).unlink(missing_ok=True)
            removed += 1
    return removed
