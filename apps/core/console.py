"""How commands talk: a bar on a terminal, plain lines elsewhere, a table at the end."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table


class Say(Protocol):
    """Tell how far the work is: what was just done, and how many of the total are done now."""

    def __call__(self, what: str, *, done: int) -> None: ...


@contextmanager
def progress(title: str, *, total: int, quiet: bool = False, unit: str = "") -> Iterator[Say]:
    """Show progress on standard error; standard output stays for results. `unit` may be bytes: 3.2/5.0 MB."""
    console = Console(stderr=True, highlight=False)
    if quiet:
        yield _silent
    elif console.is_terminal:
        far: list[ProgressColumn] = [MofNCompleteColumn(), TimeElapsedColumn()]
        if unit == "bytes":
            far = [DownloadColumn(), TimeElapsedColumn(), TimeRemainingColumn()]
        with Progress(TextColumn("{task.description}"), BarColumn(), *far, console=console) as bar:
            task = bar.add_task(title, total=total)

            def advance(what: str, *, done: int) -> None:
                bar.update(task, description=f"{title}: {what}", completed=done, total=max(total, done))

            yield advance
    else:

        def line(what: str, *, done: int) -> None:
            print(f"{title}: {done}/{max(total, done)}{f' {unit}' if unit else ''} {what}", file=sys.stderr, flush=True)

        yield line


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Print a table on standard output; the columns named in `right` are aligned right."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=200)
    console.print(drawn)


def _silent(what: str, *, done: int) -> None:
    return None
