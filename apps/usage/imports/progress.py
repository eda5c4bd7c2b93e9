"""Where the import of a file stands, in a small SQLite file beside it: how far, what came of it, which rows were seen.

It outlives a kill, and is gone when the import is through. If it is lost or spoilt, the import begins anew and finds
that what it recorded is recorded: that costs time and nothing else. Truth is in PostgreSQL alone.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from apps.core.refusals import Refusal

VERSION = "1"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS standing (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS seen (content BLOB PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID",
)
_COUNT = "INSERT INTO seen VALUES (?, 1) ON CONFLICT (content) DO UPDATE SET times = times + 1 RETURNING times"
_KEEP = "INSERT INTO standing VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


@dataclass
class Standing:
    """How far an import is: bytes and rows of the file that are done, and what came of the rows.

    `digest` is the SHA-256 of the bytes that are done, `rejected_bytes` the length of the file of rejected rows.
    """

    offset: int = 0
    number: int = 0
    digest: str = ""
    rows: int = 0
    recorded: int = 0
    late: int = 0
    before: int = 0
    rejected: int = 0
    rejected_bytes: int = 0
    interruptions: int = 0


class Progress:
    """The file of progress of one import, held for this process alone while it is open."""

    def __init__(self, path: Path | None, *, subject: str) -> None:
        """Open the progress of a subject at a path, or begin it anew; None keeps it in a file that nobody sees.

        Raise Refusal where another process has it open, or where it cannot be written.
        """
        self.path = path
        self._subject = f"{VERSION} {subject}"
        try:
            self._open()
        except sqlite3.OperationalError as fault:
            raise _unusable(path, fault) from None
        except sqlite3.DatabaseError:  # it is spoilt, or no file of ours
            self._begin_anew()

    def standing(self) -> Standing:
        """Return how far the import is."""
        kept = dict(self._database.execute("SELECT name, value FROM standing"))
        if kept.get("subject") != self._subject:
            return Standing()
        standing = Standing(digest=kept.get("digest", ""))
        for counter in fields(Standing):
            if counter.name != "digest":
                setattr(standing, counter.name, int(kept.get(counter.name, "0")))
        return standing

    def forget(self) -> None:
        """Begin from nothing."""
        with self.step():
            self._database.execute("DELETE FROM standing")
            self._database.execute("DELETE FROM seen")

    @contextmanager
    def step(self) -> Iterator[None]:
        """Keep all that is counted and noted inside, or nothing of it."""
        with self._database:  # which rolls back where anything is raised
            self._database.execute("BEGIN IMMEDIATE")
            yield

    def count(self, digests: Sequence[bytes]) -> list[int]:
        """Count each content, in order, and return the how-manieth of its kind each is."""
        return [self._database.execute(_COUNT, (digest,)).fetchone()[0] for digest in digests]

    def note(self, standing: Standing) -> None:
        """Note how far the import is."""
        values = {"subject": self._subject, **asdict(standing)}
        self._database.executemany(_KEEP, [(name, str(value)) for name, value in values.items()])

    def close(self) -> None:
        """Let go of it; what is noted stays."""
        self._database.close()

    def remove(self) -> None:
        """Close it for good: the import is through."""
        self.close()
        self._unlink()

    def _open(self) -> None:
        self._database = sqlite3.connect(self.path or "", timeout=0, isolation_level=None)
        if self.path is not None:
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
        for table in _TABLES:
            self._database.execute(table)
        if self.standing() == Standing():
            self.forget()

    def _begin_anew(self) -> None:
        self._database.close()
        self._unlink()
        self._open()

    def _unlink(self) -> None:
        if self.path is not None:
            for ending in ("", "-wal", "-shm", "-journal"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)


def _unusable(path: Path | None, fault: sqlite3.OperationalError) -> Refusal:
    if "locked" in str(fault):
        return Refusal("import_running", f"Another process is importing this file: it holds {path}.", field="file")
    return Refusal("progress_unwritable", f"The progress cannot be kept in {path}: {fault}.", field="file")
