"""A committed message reaches a real worker through a real broker, without waiting for a tick."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from apps.outbox.models import Job
from apps.tenancy import scope
from tests import builders
from tests.processes import appending
from tests.processes.commands import Surroundings, eventually, free_port, listens

pytestmark = pytest.mark.processes

# No beat runs here: only the hint can have told the worker.
WORKER = ("-m", "celery", "--quiet", "-A", "billing_site.celery", "worker", "--pool", "solo", "--without-gossip")
HINTED_SECONDS = 3


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A real Redis on a free port."""
    program = shutil.which("redis-server")
    assert program, "This test needs a Redis server. As root: apt-get install --no-install-recommends redis-server"
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
        eventually(lambda: listens(port), "Redis does not start")
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@pytest.fixture(params=["redis", "files"])
def working(request: pytest.FixtureRequest, surroundings: Surroundings) -> Surroundings:
    """Surroundings with an organization and a worker, for each broker."""
    if request.param == "redis":
        surroundings.redis_url = request.getfixturevalue("redis_url")
    builders.organization()
    surroundings.start(*WORKER, "--without-mingle")
    return surroundings


def append(surroundings: Surroundings, times: int = 1) -> list[tuple[str, float]]:
    said = surroundings.run(*appending.COMMAND, str(times))
    lines = [line.split() for line in said.splitlines() if line.startswith("msg_")]
    assert len(lines) == times, said
    return [(public_id, float(seconds)) for public_id, seconds in lines]


def done_by(surroundings: Surroundings, public_id: str) -> str:
    trace = surroundings.folder / public_id
    eventually(trace.exists, "the worker did not hear of it", seconds=HINTED_SECONDS)
    return trace.read_text()


def test_a_committed_message_is_done_by_the_worker(working: Surroundings) -> None:
    worker = str(working.started[0].pid)
    eventually(lambda: working.pids("worker"), "no worker")
    (first,) = append(working)
    eventually((working.folder / first[0]).exists, "the worker did not hear of it")  # it may still be starting
    (second,) = append(working)
    assert done_by(working, second[0]) == worker
    with scope.everywhere():
        eventually(lambda: not Job.objects.exclude(status=Job.Status.DONE).exists(), "a job is not done")
        assert Job.objects.count() == 2


def test_the_worker_survives_the_loss_of_its_database_connection(working: Surroundings) -> None:
    (first,) = append(working)
    eventually((working.folder / first[0]).exists, "the worker did not hear of it")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        assert cursor.fetchone()[0] >= 1
    (second,) = append(working)
    assert done_by(working, second[0]) == str(working.started[0].pid)


def test_files_leave_nothing_readable_by_others_and_no_litter(surroundings: Surroundings) -> None:
    builders.organization()
    surroundings.start(*WORKER, "--without-mingle")
    for _ in range(2):
        (message,) = append(surroundings)
        eventually((surroundings.folder / message[0]).exists, "the worker did not hear of it")
    broker = surroundings.folder / "broker"
    assert not list((broker / "messages").iterdir())
    assert [path.name for path in (broker / "control").iterdir()] == ["celery.exchange"]
    assert {path.stat().st_mode & 0o077 for path in (broker, broker / "messages", broker / "control")} == {0}


def test_a_broker_that_refuses_delays_a_commit_once_and_never_fails_it(surroundings: Surroundings) -> None:
    builders.organization()
    surroundings.redis_url = f"redis://127.0.0.1:{free_port()}/0"
    first, *others = append(surroundings, times=3)
    assert first[1] < 4
    assert max(seconds for _, seconds in others) < 0.5


def test_a_broker_that_is_silent_delays_a_commit_once_and_never_fails_it(surroundings: Surroundings) -> None:
    builders.organization()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        surroundings.redis_url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        first, *others = append(surroundings, times=3)
    assert first[1] < 4
    assert max(seconds for _, seconds in others) < 0.5
