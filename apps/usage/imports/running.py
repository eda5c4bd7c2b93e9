"""Import a file of any size: piece by piece, in bounded memory, and on from where an earlier run was cut off.

Each piece is recorded by one transaction of the database, then noted beside the file. Cut off between the two, the
piece is recorded again under the same keys, which adds nothing.
"""

import hashlib
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.imports.layout import Layout, layout_of
from apps.usage.imports.planning import Planner, judge
from apps.usage.imports.progress import Progress, Standing
from apps.usage.imports.rejecting import Rejected
from apps.usage.imports.rows import Row, read_row, said_of_dates
from apps.usage.imports.texts import HEAD_BYTES, Encoding, Lines, Record, encoding_of
from apps.usage.imports.values import Dates
from apps.usage.models import Event

PIECE_ROWS = 2_000
READ_BYTES = 1 << 20
MOST_SHOWN = 20

Clock = Callable[[], datetime]


@dataclass(kw_only=True)
class Import:
    """The import of one file. `dry_run`: everything is checked, and nothing is stored or written.

    `said` is what was assumed about the file, and `shown` the first rejected rows with their reasons.
    """

    organization: Organization
    path: Path
    actor: str
    clock: Clock
    dry_run: bool = False
    standing: Standing = field(default_factory=Standing)
    said: tuple[str, ...] = ()
    shown: list[tuple[int, str]] = field(default_factory=list)

    @property
    def progress_path(self) -> Path:
        """Where it is noted how far the import is."""
        return self.path.with_name(f"{self.path.name}.progress")

    @property
    def rejected_path(self) -> Path:
        """Where rejected rows are written."""
        return self.path.with_name(f"{self.path.name}.rejected.csv")

    def run(self) -> Generator[Standing, None, None]:
        """Import the rows that are left, and yield how it stands after each piece.

        Raise Refusal where the file cannot be read, or not further; what was recorded until then stays, and a mended
        file goes on from there.
        """
        with self.path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            encoding = encoding_of(head)
            layout = layout_of(head[encoding.begins :].decode(encoding.codec, "replace"))
            self.said = layout.said
            progress = Progress(None if self.dry_run else self.progress_path, subject=self.organization.public_id)
            with closing(progress):
                yield from self._pieces(file, encoding, layout, progress)
                progress.remove()

    def _pieces(
        self, file: BinaryIO, encoding: Encoding, layout: Layout, progress: Progress
    ) -> Generator[Standing, None, None]:
        rejected = Rejected(self.rejected_path, layout)
        lines = self._take_up(file, encoding, progress, rejected)
        try:
            yield from self._rest(lines, layout, progress, rejected)
        finally:
            lines.release()

    def _rest(
        self, lines: Lines, layout: Layout, progress: Progress, rejected: Rejected
    ) -> Generator[Standing, None, None]:
        planner = Planner(self.organization, progress)
        dates = Dates.of(self.organization.locale)
        records = lines.records(layout.delimiter)
        if layout.has_header and not self.standing.offset:
            next(records)
        while piece := list(islice(records, PIECE_ROWS)):
            with progress.step():
                self._record(piece, layout, dates, planner, rejected)
                self.standing.offset, self.standing.number = lines.offset, lines.number
                self.standing.digest = lines.digest.hexdigest()
                progress.note(self.standing)
            yield replace(self.standing)

    def _take_up(self, file: BinaryIO, encoding: Encoding, progress: Progress, rejected: Rejected) -> Lines:
        """Return the lines after those that an earlier run has done, if the file still begins with the same ones."""
        earlier = progress.standing()
        digest = _digest(file, encoding.begins, earlier.offset)
        if not earlier.offset or digest.hexdigest() != earlier.digest or not rejected.has(earlier.rejected_bytes):
            if not self.dry_run:
                progress.forget()
                rejected.begin()
            return Lines(file, encoding, offset=encoding.begins)
        self.standing = replace(earlier, interruptions=earlier.interruptions + 1)
        rejected.cut(earlier.rejected_bytes)
        lines = Lines(file, encoding, offset=earlier.offset)
        lines.number, lines.digest = earlier.number, digest
        return lines

    def _record(self, piece: list[Record], layout: Layout, dates: Dates, planner: Planner, rejected: Rejected) -> None:
        """Record a piece, and count what became of its rows."""
        now = self.clock()
        rows = [read_row(record, layout, dates) for record in piece]
        self.said += tuple(said for said in said_of_dates(rows, layout, dates) if said not in self.said)
        planner.plan(rows, now=now)
        self._count(rows, now)
        bad = [row for row in rows if row.faults]
        self.standing.rows += len(rows)
        self.standing.rejected += len(bad)
        self.shown += [(row.number, row.reason) for row in bad[: MOST_SHOWN - len(self.shown)]]
        if bad and not self.dry_run:
            self.standing.rejected_bytes = rejected.write(bad, length=self.standing.rejected_bytes)

    def _count(self, rows: list[Row], now: datetime) -> None:
        planned = [(row, row.event) for row in rows if row.event is not None]
        events = [event for _, event in planned]
        if self.dry_run:
            outcomes = usage.foresee_batch(organization=self.organization, events=events, now=now)
        else:
            outcomes = usage.record_batch(
                organization=self.organization,
                events=events,
                now=now,
                source=Event.Source.IMPORT,
                actor=self.actor,
            )
        for (row, _), outcome in zip(planned, outcomes, strict=True):
            judge(row, outcome)
            self.standing.before += row.before
            self.standing.recorded += row.is_new
            self.standing.late += row.is_new and outcome.late


def _digest(file: BinaryIO, begins: int, ends: int) -> "hashlib._Hash":
    """Digest the bytes of a file between two offsets."""
    digest = hashlib.sha256()
    file.seek(begins)
    left = max(0, ends - begins)
    while left and (block := file.read(min(left, READ_BYTES))):
        digest.update(block)
        left -= len(block)
    return digest
