"""An import that is killed, again and again, ends with exactly the rows of its file."""

import os
import signal
import time
from pathlib import Path

import pytest

from apps.core import clock
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.processes.commands import Surroundings, eventually

pytestmark = pytest.mark.processes

ROWS = 12_000
STARTING_SECONDS = 60
COMMAND = ("manage.py", "import_usage", "--organization", "northwind", "--json")


def written(folder: Path) -> Path:
    """Write a file in which each content comes three times, far apart, and every hundredth row is bad."""
    day = f"{clock.wall():%Y-%m-%d}"
    rows = [
        f"{'Nobody' if number % 100 == 0 else 'Fabrikam'},Coaching call,{day},1,job {number % (ROWS // 3)}\n"
        for number in range(ROWS)
    ]
    path = folder / "usage.csv"
    path.write_text("customer,type,date,amount,note\n" + "".join(rows))
    return path


def count(seller: Organization) -> int:
    with scope.of(seller):
        return Event.objects.count()


def cut_off(surroundings: Surroundings, seller: Organization, path: Path) -> None:
    """Start the import, and kill it once it has recorded something."""
    before = count(seller)
    process = surroundings.start(*COMMAND, str(path))
    eventually(lambda: count(seller) > before or process.poll() is not None, "nothing is recorded", STARTING_SECONDS)
    time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_twice_it_ends_with_exactly_the_rows_of_the_file(surroundings: Surroundings) -> None:
    now = clock.wall()
    seller = builders.organization(now=now)
    with scope.of(seller):
        builders.subscribed(
            builders.customer(seller, "Fabrikam", now=now), builders.usage_offer(seller, now=now), now=now
        )
    path = written(surroundings.folder)
    for _ in range(2):
        cut_off(surroundings, seller, path)
    assert 0 < count(seller) < ROWS - ROWS // 100, "it was not cut off in the middle"
    last = surroundings.start(*COMMAND, str(path))
    said, _ = last.communicate(timeout=120)
    assert last.returncode == 2, said
    assert f'"rows": {ROWS}' in said and f'"rejected": {ROWS // 100}' in said and '"interruptions": 2' in said
    with scope.of(seller):
        notes = list(Event.objects.values_list("note", flat=True))
    assert len(notes) == ROWS - ROWS // 100
    assert all(notes.count(f"job {number}") == 3 for number in (1, 1234, 3999))
    assert Path(f"{path}.rejected.csv").read_text().count("No customer of this name") == ROWS // 100
    assert not Path(f"{path}.progress").exists()
