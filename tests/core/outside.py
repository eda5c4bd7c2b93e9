"""The world outside, for tests of the guarded client: resolvers, a spy on sockets, and servers that answer badly."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

PUBLIC = "93.184.216.34"
HERE = "127.0.0.1"


class Book:
    """A resolver that knows some names, and gives one answer after the other; the last one stays."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self.names = {name.replace("_", "."): [list(answer) for answer in answers] for name, answers in names.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self.names.get(host)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def obliging_resolver(host: str, port: int) -> list[str]:
    """Read numbers as the C library does (2130706433, 0x7f.1, 127.1), and take every other name for a public host."""
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        return [PUBLIC]


class Spy:
    """Notes every address that a socket is connected to, and lets only this machine's servers be reached."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self.real = real
        self.seen: list[str] = []

    def connect(self, connecting: socket.socket, address: Any) -> Any:
        host = str(address[0])
        self.seen.append(host)
        if host != HERE:
            raise ConnectionRefusedError(111, "Connection refused")
        return self.real(connecting, address)


@contextmanager
def spying(patch: pytest.MonkeyPatch) -> Iterator[Spy]:
    """Watch every connection that any socket makes."""
    spy = Spy(socket.socket.connect)
    with patch.context() as patched:
        patched.setattr(socket.socket, "connect", lambda connecting, address: spy.connect(connecting, address))
        yield spy


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent, or as the server's `answer` says: (status, headers, body)."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server: Any = self.server
        server.requests.append((self.path, dict(self.headers.items()), body))
        status, headers, answer = server.answer(body)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *args: Any) -> None:
        return None


class Server(ThreadingHTTPServer):
    """A server on this machine; `answer` says what it answers to a body, `requests` what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: Callable[[bytes], tuple[int, dict[str, str], bytes]] = lambda body: (200, {}, body)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        return None


@contextmanager
def serving(server: Server | None = None) -> Iterator[Server]:
    """Run a server for a while."""
    running = server or Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.shutdown()
        running.server_close()
        thread.join(5)


@contextmanager
def speaking(*pieces: bytes, pause_seconds: float = 0.0, endless: bool = False) -> Iterator[int]:
    """Run a server that takes one request and says pieces, with pauses, the last one for ever; yield its port."""
    stop = threading.Event()

    def speak(listening: socket.socket) -> None:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(5)
            try:
                connection.recv(65536)
                said = 0
                while not stop.is_set() and (said < len(pieces) or endless):
                    connection.sendall(pieces[min(said, len(pieces) - 1)])
                    said += 1
                    time.sleep(pause_seconds)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak, args=(listening,), daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            stop.set()
            with socket.socket() as last:  # let accept end
                last.settimeout(1)
                last.connect_ex(listening.getsockname())
            thread.join(5)
