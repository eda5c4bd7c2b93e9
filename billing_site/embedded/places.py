"""Say where the server's files are: a pure function of the checkout's path and of the folders that exist."""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from billing_site.embedded import accounts

CHECKOUT = Path(__file__).resolve().parents[2]
PRIVATE_BASE = Path("/var/tmp")  # noqa: S108  (survives a restart; private.py distrusts what it finds there)
PORT = 5432  # only names the socket file: no TCP port is opened
LONGEST_SOCKET_PATH_BYTES = 107  # sun_path of sockaddr_un holds 108 with its closing zero


@dataclass(frozen=True)
class Places:
    """The folders of one server.

    state holds locks and log and belongs to whoever runs the commands; data and socket belong to the server's
    account; private is the folder outside the checkout, made only when something has to live there.
    """

    state: Path
    data: Path
    socket: Path
    private: Path
    throwaway: bool = False

    @property
    def log(self) -> Path:
        """Return the server's log file."""
        return self.state / "server.log"

    @property
    def users_lock(self) -> Path:
        """Return the file that every command locks shared."""
        return self.state / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Return the file that the one supervisor locks."""
        return self.state / "supervisor.lock"

    @property
    def in_private(self) -> list[Path]:
        """Return those of data and socket that live in the private folder."""
        return [folder for folder in (self.data, self.socket) if folder.parent == self.private]

    @property
    def server_name(self) -> str:
        """Return the name that every process of this server shows in its title, unlike that of any other server."""
        return f"tallybook-{_digest(str(self.data))}"

    def account(self) -> accounts.Account:
        """Return the account that runs this server."""
        return accounts.for_server(self.data)

    def as_argument(self) -> str:
        """Write the places as one command-line argument."""
        return json.dumps(
            {
                "state": str(self.state),
                "data": str(self.data),
                "socket": str(self.socket),
                "private": str(self.private),
                "throwaway": self.throwaway,
            }
        )

    @classmethod
    def from_argument(cls, argument: str) -> "Places":
        """Read what as_argument wrote."""
        written = json.loads(argument)
        folders = {name: Path(written[name]) for name in ("state", "data", "socket", "private")}
        return cls(throwaway=written["throwaway"], **folders)


def locate(checkout: Path = CHECKOUT) -> Places:
    """Return the places of a checkout's server; looks at folders, makes none.

    An existing data folder keeps its place when permissions around it change, so that nobody's rows seem to vanish.
    """
    state = checkout / "var" / "postgres"
    data = state / "data"
    private = private_folder(checkout, owner_uid=_owner_uid(state))
    if not os.path.exists(data):  # Path.exists raises where a folder is closed to us
        elsewhere = private / "data"
        if os.path.exists(elsewhere) or accounts.closed_folder(state, accounts.for_server(data)):
            data = elsewhere
    socket = data.parent / "socket"
    if not fits_a_socket(socket):
        socket = private / "socket"
    return Places(state=state, data=data, socket=socket, private=private)


def private_folder(checkout: Path, *, owner_uid: int) -> Path:
    """Return the path of the checkout's private folder: readable first, then unlike that of any other checkout."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", checkout.name)[:24]
    return PRIVATE_BASE / f"tallybook-{name}-{_digest(f'{owner_uid}:{checkout}')}"


def fits_a_socket(folder: Path) -> bool:
    """Tell whether a server's socket may lie in the folder: short enough, and no comma, where libpq splits hosts."""
    path = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(path) <= LONGEST_SOCKET_PATH_BYTES and b"," not in path


def _owner_uid(state: Path) -> int:
    return state.stat().st_uid if state.exists() else os.geteuid()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
