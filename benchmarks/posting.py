"""The process that posts: it holds finished requests, sends them when told, and says how long that took.

It runs as python -m benchmarks.posting HOST PORT and knows nothing of usage: its requests come from a file, and the
answers go into one, to be read when no clock runs.
"""

import json
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.connections import Caller, ask_all
from billing_site.embedded import processes
from billing_site.embedded.places import CHECKOUT


@dataclass(frozen=True)
class Posted:
    """The answers in the order of the requests, and the time from the first request to the last answer."""

    answers: list[bytes]
    seconds: float


class Poster:
    """The posting process, as its parent sees it."""

    def __init__(self, process: "subprocess.Popen[str]", address: tuple[str, int], folder: Path) -> None:
        """Note the process and the folder for its files."""
        self._process = process
        self._address = address
        self._files = folder / "requests", folder / "answers"

    def request(self, method: str, path: str, *, key: str = "", body: bytes = b"") -> bytes:
        """Return a whole request, ready to be sent."""
        head = [f"{method} {path} HTTP/1.1", "Host: {}:{}".format(*self._address)]
        if key:
            head.append(f"Authorization: Bearer {key}")
        if method == "POST":
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*head, "", ""]).encode() + body

    def prepare(self, requests: Sequence[bytes], *, connections: int, kept: bool) -> None:
        """Hand over requests, and open the connections, kept or one for each request; no clock runs."""
        requests_file, answers_file = self._files
        requests_file.write_bytes(pickle.dumps(list(requests)))
        files = {"requests": str(requests_file), "answers": str(answers_file)}
        self._tell({**files, "connections": connections, "kept": kept})
        self._hear()

    def go(self) -> Posted:
        """Send what was prepared, against the clock."""
        self._tell("go")
        seconds = float(self._hear())
        return Posted(pickle.loads(self._files[1].read_bytes()), seconds)

    def _tell(self, what: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ConnectionError("the posting process ended; its message stands above")
        return json.loads(line)


@contextmanager
def poster(address: tuple[str, int], folder: Path) -> Iterator[Poster]:
    """Run a posting process for the time of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.posting", *map(str, address)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=processes.dies_with_parent(signal.SIGKILL),
    )
    try:
        yield Poster(process, address, folder)
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    """Serve one turn after the other until the parent closes our input."""
    address = sys.argv[1], int(sys.argv[2])
    for line in sys.stdin:
        turn = json.loads(line)
        requests = pickle.loads(Path(turn["requests"]).read_bytes())
        callers = [Caller(address, kept=turn["kept"]) for _ in range(turn["connections"])]
        say("ready")
        sys.stdin.readline()
        started = time.perf_counter()
        answers = ask_all(callers, requests)
        seconds = time.perf_counter() - started
        for caller in callers:
            caller.socket.close()
        Path(turn["answers"]).write_bytes(pickle.dumps(answers))
        say(seconds)


def say(what: Any) -> None:
    """Tell the parent."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
