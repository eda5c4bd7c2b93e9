"""A server for one run of the tests: its own folder, no durability, gone afterwards."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from billing_site.embedded import folders, lease, locks
from billing_site.embedded.places import PRIVATE_BASE, Places, private_folder

PREFIX = "tallybook-test-"
MEMORY = Path("/dev/shm")  # noqa: S108  (mkdtemp makes the folder)
ENOUGH_MEMORY_BYTES = 1_000_000_000


@contextmanager
def held(checkout: Path) -> Iterator[Places]:
    """Run a throw-away server for the time of the block; programs come from the checkout's private folder if needed."""
    _remove_forgotten()
    private = private_folder(checkout, owner_uid=os.geteuid())
    # The name with a dot is for the moment before we hold the lock that tells others to leave the folder alone.
    hidden = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=base()))
    state = hidden.with_name(hidden.name.removeprefix("."))
    places = Places(state=state, data=state / "data", socket=state / "socket", private=private, throwaway=True)
    account = places.account()
    account.require_entry()
    users = locks.open_file(hidden / places.users_lock.name)
    try:
        locks.try_shared(users)
        hidden.chmod(0o711 if os.geteuid() != account.uid else 0o700)
        hidden.rename(state)
        folders.make_for_server(places.socket, account)
        with lease.hold(places):
            yield places
    finally:
        os.close(users)


def base() -> Path:
    """Return where throw-away folders go: in memory, four times as fast, where there is plenty, else on disk."""
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY_BYTES:
        return MEMORY
    return PRIVATE_BASE


def _remove_forgotten() -> None:
    """Remove what earlier runs left whose supervisors were killed with them."""
    for state in [*MEMORY.glob(f"{PREFIX}*"), *PRIVATE_BASE.glob(f"{PREFIX}*")]:
        if state.lstat().st_uid != os.geteuid() or not (state / "users.lock").exists():
            continue
        users, supervisor = (locks.open_file(state / name) for name in ("users.lock", "supervisor.lock"))
        try:
            if locks.try_alone(users) and locks.try_alone(supervisor):
                shutil.rmtree(state, ignore_errors=True)
        finally:
            os.close(users)
            os.close(supervisor)
