"""The posting process: every request gets its own answer, whatever its size and over however many connections."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from benchmarks.connections import body_of, status_of
from benchmarks.posting import poster

LARGE_BYTES = 3_000_000  # more than a socket takes at once


class Echo(BaseHTTPRequestHandler):
    """Give back what was posted."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201 if self.headers["Authorization"] == "Bearer secret" else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield "127.0.0.1", server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.processes
def test_answers_come_in_the_order_of_their_requests(address: tuple[str, int], tmp_path: Path) -> None:
    bodies = [b"%d" % number for number in range(50)] + [b"x" * LARGE_BYTES, b""]
    with poster(address, tmp_path) as sender:
        for connections, kept in ((1, True), (3, True), (3, False)):
            requests = [sender.request("POST", "/", key="secret", body=body) for body in bodies]
            sender.prepare(requests, connections=connections, kept=kept)
            posted = sender.go()
            assert [body_of(answer) for answer in posted.answers] == bodies
            assert {status_of(answer) for answer in posted.answers} == {201}
            assert posted.seconds > 0


@pytest.mark.processes
def test_a_server_that_is_not_there_ends_the_work(tmp_path: Path) -> None:
    with poster(("127.0.0.1", 1), tmp_path) as sender, pytest.raises(ConnectionError):
        sender.prepare([sender.request("GET", "/")], connections=1, kept=True)
