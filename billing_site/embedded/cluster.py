"""Make a data folder with initdb and run postgres on it."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from billing_site.embedded import folders, processes
from billing_site.embedded.accounts import Account
from billing_site.embedded.errors import EmbeddedServerError
from billing_site.embedded.places import PORT, Places

MAJOR_VERSION = "18"
ROLE = "tallybook"
DATABASE = "tallybook"
START_SECONDS = 60
STOP_SECONDS = 10
LOG_LINES_SHOWN = 15
# A fresh environment: no PG* variable, locale or library path of the caller changes what the server does.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

# The role is an ordinary one, as on a production server, so that nothing comes to need a superuser unnoticed.
FIRST_STATEMENTS = [
    f"CREATE ROLE {ROLE} LOGIN CREATEDB;",
    f"CREATE DATABASE {DATABASE} OWNER {ROLE};",
]
# Freeze triggers refuse to empty their tables; the tests' flush switches them off this way.
THROWAWAY_STATEMENTS = [f"GRANT SET ON PARAMETER session_replication_role TO {ROLE};"]

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "max_wal_size": "1GB",
}
# PostgreSQL keeps its pages in an eighth of the memory; the rest of what it reads lies in the system's cache.
MEMORY_SHARE = 8
LEAST_BUFFERS_MB, MOST_BUFFERS_MB = 64, 512
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
THROWAWAY_SETTINGS = {
    "shared_buffers": f"{LEAST_BUFFERS_MB}MB",
    "max_wal_size": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "log_checkpoints": "off",
    # In the data folder, so that removing that leaves nothing in /dev/shm after a kill.
    "dynamic_shared_memory_type": "mmap",
}
INITDB_OPTIONS = [
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    # The socket's folder lets in only the account itself and root, so a password would add nothing.
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-instructions",
]


@dataclass(frozen=True)
class Cluster:
    """One data folder, the programs for it, and the account that runs them."""

    places: Places
    programs: Path
    account: Account

    def start(self, log: int) -> "subprocess.Popen[bytes]":
        """Return the running server, ready for connections, on a data folder that is made when missing.

        What an earlier server left behind is ended first. log is the descriptor of the server's log. The server shuts
        down when the calling process ends. Raises EmbeddedServerError with the end of the log.
        """
        log_start = self.places.log.stat().st_size
        self.end_remains()
        if not self.places.data.exists():
            self._make_data(log)
        self._require_version()
        server = self._spawn([str(self.programs / "postgres"), *self._arguments()], log, dies_by=signal.SIGINT)
        if not processes.wait_until(lambda: is_ready(self.places) or server.poll() is not None, seconds=START_SECONDS):
            self.stop(server)
            raise self._failure(f"did not get ready within {START_SECONDS} seconds", log_start)
        if server.returncode is not None:
            raise self._failure("could not start", log_start)
        return server

    def stop(self, server: "subprocess.Popen[bytes] | None") -> None:
        """Shut the server down: cleanly, or at once where its data are thrown away anyway."""
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGQUIT if self.places.throwaway else signal.SIGINT)
            try:
                server.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        self.end_remains()

    def end_remains(self) -> None:
        """End processes that outlived their server or supervisor, and remove the lock files that name dead ones.

        PostgreSQL trusts such a file as soon as any other process has got its number.
        """
        processes.end_all(self.places.server_name, self.account.uid, patience_seconds=STOP_SECONDS)
        (self.places.data / "postmaster.pid").unlink(missing_ok=True)
        (self.places.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _arguments(self) -> list[str]:
        settings = SETTINGS | {"shared_buffers": f"{buffers_mb()}MB"}
        settings |= THROWAWAY_SETTINGS if self.places.throwaway else {}
        quoted = str(self.places.socket).replace('"', '""')
        settings |= {"unix_socket_directories": f'"{quoted}"', "cluster_name": self.places.server_name}
        return ["-D", str(self.places.data), *(part for item in settings.items() for part in ("-c", "=".join(item)))]

    def _make_data(self, log: int) -> None:
        """Make the data folder under another name and rename it when complete, so that it is whole or absent."""
        unfinished = self.places.data.with_name("data.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        folders.make_for_server(unfinished, self.account)
        log_start = self.places.log.stat().st_size
        durability = ["--no-sync"] if self.places.throwaway else []
        initdb = self._spawn([str(self.programs / "initdb"), "-D", str(unfinished), *INITDB_OPTIONS, *durability], log)
        if initdb.wait() != 0:
            raise self._failure("could not be set up", log_start)
        # Single-user mode: role and database are there before anybody can connect.
        command = [str(self.programs / "postgres"), "--single", "-D", str(unfinished), "postgres"]
        single = self._spawn(command, log, reads=True)
        statements = FIRST_STATEMENTS + (THROWAWAY_STATEMENTS if self.places.throwaway else [])
        single.communicate("\n".join([*statements, ""]).encode())
        if single.returncode != 0 or "ERROR:" in self._log_since(log_start):
            raise self._failure("could not be set up", log_start)
        unfinished.rename(self.places.data)

    def _require_version(self) -> None:
        try:
            found = (self.places.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise EmbeddedServerError(f"{self.places.data} is not a PostgreSQL data folder: move it away.") from None
        if found != MAJOR_VERSION:
            raise EmbeddedServerError(
                f"{self.places.data} was made by PostgreSQL {found[:20]}, but this version of Tallybook runs "
                f"PostgreSQL {MAJOR_VERSION}. Dump the database with the version that made it, move the folder away, "
                "and load the dump."
            )

    def _spawn(
        self, command: Sequence[str], log: int, *, dies_by: signal.Signals = signal.SIGKILL, reads: bool = False
    ) -> "subprocess.Popen[bytes]":
        try:
            # preexec_fn is safe here: the supervisor has one thread.
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                umask=0o077,
                start_new_session=True,
                preexec_fn=processes.dies_with_parent(dies_by),
                **self.account.run_as(),
            )
        except OSError as problem:
            raise EmbeddedServerError(
                f"Cannot run {command[0]} as the user {self.account.name}: {problem.strerror}."
            ) from problem

    def _failure(self, what: str, log_start: int) -> EmbeddedServerError:
        lines = self._log_since(log_start).splitlines()[-LOG_LINES_SHOWN:]
        shown = "\n".join(f"    {line}" for line in lines)
        return EmbeddedServerError(f"The embedded PostgreSQL {what}. The end of {self.places.log}:\n{shown}")

    def _log_since(self, start: int) -> str:
        with self.places.log.open("rb") as log:
            log.seek(start)
            return log.read().decode("utf-8", "replace")


def buffers_mb() -> int:
    """Return how many megabytes of this machine's memory, or of what its container may use, hold the server's pages."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no such group, or one without a limit
        memory = min(memory, int(CONTAINER_LIMIT.read_text()))
    return max(LEAST_BUFFERS_MB, min(MOST_BUFFERS_MB, memory // MEMORY_SHARE // 2**20))


def is_ready(places: Places) -> bool:
    """Tell whether the server runs and accepts connections, by the status that it keeps in postmaster.pid."""
    try:
        lines = (places.data / "postmaster.pid").read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return False
    if len(lines) < 8 or not lines[0].isdigit() or lines[7].strip() != "ready":
        return False
    return processes.is_postmaster(int(lines[0]), places.server_name)
