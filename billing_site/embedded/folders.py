"""Make the server's folders, and trust none that somebody else could have made."""

import os
import stat
import sys
from pathlib import Path

from billing_site.embedded import accounts
from billing_site.embedded.errors import EmbeddedServerError
from billing_site.embedded.places import Places


def prepare(places: Places) -> None:
    """Make the folders that are missing; raise EmbeddedServerError for one that is not ours to use."""
    account = places.account()
    account.require_entry()
    # As root the server's account has to walk through, so these two may be entered, but not listed, by others.
    passable = 0o711 if os.geteuid() != account.uid else 0o700
    _make(places.state.parent, 0o755)
    _make(places.state, passable)
    _require_owner(places)
    if places.in_private:
        prepare_private(places, why=_why_private(places, account))
    _require_open(places, account)
    make_for_server(places.socket, account)


def prepare_private(places: Places, *, why: str) -> None:
    """Make the private folder, telling why on standard error, or check the one that is there."""
    if _make(places.private, 0o711 if os.geteuid() != places.account().uid else 0o700):
        hand_to_owner_of(places.state, path=places.private)
        print(why, file=sys.stderr)  # noqa: T201
    _require_private(places)


def make_for_server(folder: Path, account: accounts.Account) -> None:
    """Make a folder, unless it is there, that only the server's account (and root) can enter."""
    if _make(folder, 0o700) and os.geteuid() != account.uid:
        os.chown(folder, account.uid, account.gid)


def hand_to_owner_of(folder: Path, *, path: Path) -> None:
    """As root, give a path that we just made to the folder's owner, so that they can go on without root."""
    if os.geteuid() == 0:
        status = folder.stat()
        os.chown(path, status.st_uid, status.st_gid, follow_symlinks=False)


def _make(folder: Path, mode: int) -> bool:
    """Make one folder with exactly this mode whatever the umask; False when it is there already."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    except OSError as problem:
        raise EmbeddedServerError(f"Cannot make the folder {folder} for PostgreSQL: {problem.strerror}.") from problem
    folder.chmod(mode)
    return True


def _require_owner(places: Places) -> None:
    for folder in (places.state, places.data):
        if os.geteuid() == 0 or not folder.exists() or folder.stat().st_uid == os.geteuid():
            continue
        raise EmbeddedServerError(
            f"{folder} belongs to another user (uid {folder.stat().st_uid}): the embedded PostgreSQL was first run "
            "here by that user or by root. Go on as the same user, or set DATABASE_URL."
        )


def _require_private(places: Places) -> None:
    """Refuse a private folder that anyone else owns or may write to: /var/tmp is open to all."""
    status = places.private.lstat()
    trusted = {os.geteuid(), places.state.stat().st_uid}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in trusted or status.st_mode & 0o022:
        raise EmbeddedServerError(
            f"{places.private} is not a folder that only this user can write to (uid {status.st_uid}, mode "
            f"{stat.filemode(status.st_mode)}), so the embedded PostgreSQL does not use it. "
            "Find out who made it, remove it, and run the command again."
        )


def _require_open(places: Places, account: accounts.Account) -> None:
    for folder in (places.data, places.socket):
        closed = accounts.closed_folder(folder.parent, account)
        if closed:
            raise EmbeddedServerError(
                f"The database is in {folder.parent}, but {closed} is now closed to the user {account.name}, "
                f"who runs it. Open that folder again (chmod o+x {closed}), or set DATABASE_URL."
            )


def _why_private(places: Places, account: accounts.Account) -> str:
    if places.data not in places.in_private:
        return (
            f"The path of {places.state} is too long, or holds a comma, so that no socket can be in it: "
            f"the socket of the embedded PostgreSQL is in {places.private}."
        )
    closed = accounts.closed_folder(places.state, account)
    return (
        f"{closed} is closed to the user {account.name}, who runs the embedded PostgreSQL for root: "
        f"its data, and its programs where those are closed too, are in {places.private}."
    )
