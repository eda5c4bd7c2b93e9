"""Rejected rows, in a file beside the imported one: as they were, with row number and reason, to mend and import."""

import csv
import io
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from apps.usage.imports.layout import OURS, Layout
from apps.usage.imports.rows import Row

BOM = b"\xef\xbb\xbf"  # by which spreadsheets know UTF-8


class Rejected:
    """The file of rejected rows. It is there once there is one; a spreadsheet opens it, and the import reads it."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        self._layout = layout
        ours = {place for place, name in enumerate(layout.names) if name.strip().lower() in OURS}
        self._kept = [place for place in range(len(layout.names)) if place not in ours]

    def has(self, length: int) -> bool:
        """Say whether what was written of it, so many bytes, is there."""
        return length == 0 or (self.path.exists() and self.path.stat().st_size >= length)

    def begin(self) -> None:
        """Set an earlier file of this name aside, as somebody may be mending it."""
        if not self.path.exists():
            return
        names = (f"{self.path.name}.old{number}" if number > 1 else f"{self.path.name}.old" for number in count(1))
        free = next(name for name in names if not self.path.with_name(name).exists())
        self.path.rename(self.path.with_name(free))

    def cut(self, length: int) -> None:
        """Forget what was written beyond a length."""
        if self.path.exists():
            with self.path.open("r+b") as file:
                file.truncate(length)

    def write(self, rows: Iterable[Row], *, length: int) -> int:
        """Add rows at a length, and return the new one."""
        written = _text([self._cells(row) for row in rows], self._layout.delimiter)
        if not length:
            names = [self._layout.names[place] for place in self._kept]
            written = BOM + _text([[*names, *OURS]], self._layout.delimiter) + written
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.truncate(length)
            file.seek(length)
            file.write(written)
        return length + len(written)

    def _cells(self, row: Row) -> list[str]:
        cells = [row.cells[place] if place < len(row.cells) else "" for place in self._kept]
        return [*cells, str(row.number), row.reason]


def _text(rows: Iterable[list[str]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")
