"""The runner opens the office; whatever is killed comes back or leaves nothing behind."""

import os
import signal
import socket
import time
import urllib.request

import pytest

from tests.processes.commands import Surroundings, eventually, free_port, listens, parent_of

pytestmark = pytest.mark.processes

ROLES = {"web": "gunicorn", "worker": "worker", "beat": "beat"}


class Office:
    """A running runner."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.port = free_port()
        self.said: list[str] = []
        self.process = surroundings.start("-m", "billing_site.runner", "--port", str(self.port))
        self.wait_for("The office is open")

    def wait_for(self, words: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return
        raise AssertionError("".join(self.said))

    def child(self, role: str) -> int | None:
        """Return the pid of the child that has this role now."""
        found = [p for p in self.surroundings.pids("-m", ROLES[role]) if parent_of(p) == self.process.pid]
        return found[0] if found else None

    def answers(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=10) as answer:
            return bool(answer.status == 200)


@pytest.fixture
def office(surroundings: Surroundings) -> Office:
    return Office(surroundings)


def test_it_opens_tells_the_first_login_once_and_closes_on_ctrl_c(office: Office) -> None:
    assert office.answers()
    assert any("owner@localhost" in line for line in office.said)
    assert f"http://127.0.0.1:{office.port} " in office.said[-1]
    office.process.send_signal(signal.SIGINT)
    rest, _ = office.process.communicate(timeout=20)
    assert office.process.returncode == 0, rest
    assert not office.surroundings.pids()
    assert not listens(office.port)
    again = Office(office.surroundings)
    assert not any("password" in line for line in again.said)


def test_a_killed_child_is_back_within_two_seconds(office: Office) -> None:
    eventually(lambda: all(office.child(role) for role in ROLES), "a child is missing")
    for role in ROLES:
        killed = office.child(role)
        assert killed
        offspring = [pid for pid in office.surroundings.pids() if parent_of(pid) == killed]
        os.kill(killed, signal.SIGKILL)
        eventually(lambda role=role, killed=killed: office.child(role) not in (None, killed), role, seconds=2)
        assert not set(offspring) & set(office.surroundings.pids())
    assert office.answers()  # the door stayed open: callers wait for the web child


def test_a_killed_web_worker_is_back(office: Office) -> None:
    master = office.child("web")
    workers = [pid for pid in office.surroundings.pids() if parent_of(pid) == master]
    os.kill(workers[0], signal.SIGKILL)
    assert office.answers()


def test_a_killed_runner_leaves_no_orphan_and_no_listener(office: Office) -> None:
    assert len(office.surroundings.pids()) >= 4
    os.kill(office.process.pid, signal.SIGKILL)
    time.sleep(0.5)
    assert not office.surroundings.pids()
    assert not listens(office.port)


def test_a_taken_port_is_said_in_a_sentence(surroundings: Surroundings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = surroundings.run("-m", "billing_site.runner", "--port", str(port))
    assert said == (
        f"Another program listens on 127.0.0.1 port {port}. End it, or choose another port: --port {port + 1}\n"
    )
    assert surroundings.started[-1].returncode == 1
