"""Choose the system account that runs the server, and see which folders are closed to it."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from billing_site.embedded.errors import EmbeddedServerError

UNPRIVILEGED = "nobody"


class RunAs(TypedDict, total=False):
    """The arguments with which subprocess changes to another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """An existing system account; the name is empty when the system has no entry for the uid."""

    name: str
    uid: int
    gid: int

    def run_as(self) -> RunAs:
        """Return what Popen needs to become this account; nothing when we are it already."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def require_entry(self) -> None:
        """Raise EmbeddedServerError when the account has no passwd entry, which initdb insists on."""
        if not self.name:
            raise EmbeddedServerError(
                f"The user id {self.uid} has no entry in /etc/passwd, and PostgreSQL does not run without one. "
                "Run as a user that has one, or set DATABASE_URL."
            )


def for_server(data: Path) -> Account:
    """Return the account for a server on the data folder: ourselves, or as root its owner, else nobody."""
    uid = os.geteuid()
    if uid != 0:
        return _by_uid(uid)
    owner_uid = data.stat().st_uid if data.exists() else 0
    if owner_uid != 0:
        return _by_uid(owner_uid)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        return Account(name="", uid=65534, gid=65534)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _by_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(name="", uid=uid, gid=os.getegid())
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def closed_folder(path: Path, account: Account) -> Path | None:
    """Return the outermost existing folder on the way to (and with) path that the account may not enter."""
    if account.uid == os.geteuid():
        return None
    real = path.resolve()  # a link's way and its target's way both have to be open
    for folder in [*reversed(path.parents), path, *reversed(real.parents), real]:
        if folder.is_dir() and not _permits(folder.stat(), account, stat.S_IXOTH):
            return folder
    return None


def unreadable(path: Path, account: Account) -> bool:
    """Tell whether the account may not read a file, or not list and enter a folder; links count by their target."""
    if path.is_symlink() and closed_folder(path, account):
        return True
    needed = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
    return not _permits(path.stat(), account, needed)


def _permits(status: os.stat_result, account: Account, others_bits: int) -> bool:
    if status.st_uid == account.uid:
        shift = 6
    elif status.st_gid == account.gid:
        shift = 3
    else:
        shift = 0
    return status.st_mode >> shift & others_bits == others_bits
