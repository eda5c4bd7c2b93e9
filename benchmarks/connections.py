"""Ask a server over several connections at once, from one thread and with as little work as possible.

An HTTP library would cost this machine, which the server shares, several times as much per request.
"""

import selectors
import socket
from collections.abc import Iterator, Sequence

READ_BYTES = 1 << 20
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class Caller:
    """One connection at a time: it sends a request, takes the whole answer, and can do so again.

    `kept` connections carry one request after the other. Else each request has a new one, as behind a proxy: it is
    then taken by whichever process of the server has the time.
    """

    def __init__(self, address: tuple[str, int], *, kept: bool) -> None:
        """Connect."""
        self.kept = kept
        self.place = -1
        self.unsent = memoryview(b"")
        self._address = address
        self._received = bytearray()
        self.socket = self._connected()

    def renew(self) -> None:
        """Connect anew."""
        self.socket.close()
        self.socket = self._connected()

    def ask(self, place: int, request: bytes) -> None:
        """Begin to send the request that has this place in the caller's list."""
        self.place = place
        self.unsent = memoryview(request)
        self._received = bytearray()
        self.push()

    def push(self) -> None:
        """Send what the connection takes."""
        while self.unsent:
            try:
                self.unsent = self.unsent[self.socket.send(self.unsent) :]
            except BlockingIOError:
                return

    def take(self) -> bytes | None:
        """Read what has arrived; return the answer once it is whole. Raise ConnectionError when the server hung up."""
        arrived = self.socket.recv(READ_BYTES)
        if not arrived:
            raise ConnectionError("the server closed a connection in the middle of the work")
        self._received += arrived
        head = self._received.find(HEAD_END)
        if head < 0 or len(self._received) < head + len(HEAD_END) + _length(bytes(self._received[:head])):
            return None
        return bytes(self._received)

    def _connected(self) -> socket.socket:
        connected = socket.create_connection(self._address)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setblocking(False)
        return connected


def ask_all(callers: Sequence[Caller], requests: Sequence[bytes]) -> list[bytes]:
    """Send every request, each caller the next one as soon as it has its answer; return the answers in order."""
    answers = [b""] * len(requests)
    waiting = iter(enumerate(requests))
    with selectors.DefaultSelector() as selector:
        for caller in callers:
            selector.register(caller.socket, selectors.EVENT_READ, caller)
            _next(selector, caller, waiting)
        while selector.get_map():
            for key, ready in selector.select():
                caller = key.data
                if ready & selectors.EVENT_WRITE:
                    caller.push()
                    _watch(selector, caller)
                if ready & selectors.EVENT_READ:
                    answer = caller.take()
                    if answer is not None:
                        answers[caller.place] = answer
                        _renew(selector, caller)
                        _next(selector, caller, waiting)
    return answers


def status_of(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer[9:12])


def body_of(answer: bytes) -> bytes:
    """Return the body of an answer."""
    return answer[answer.index(HEAD_END) + len(HEAD_END) :]


def _renew(selector: selectors.BaseSelector, caller: Caller) -> None:
    if not caller.kept:
        selector.unregister(caller.socket)
        caller.renew()
        selector.register(caller.socket, selectors.EVENT_READ, caller)


def _next(selector: selectors.BaseSelector, caller: Caller, waiting: Iterator[tuple[int, bytes]]) -> None:
    place, request = next(waiting, (-1, b""))
    if place < 0:
        selector.unregister(caller.socket)
        return
    caller.ask(place, request)
    _watch(selector, caller)


def _watch(selector: selectors.BaseSelector, caller: Caller) -> None:
    wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if caller.unsent else 0)
    if selector.get_key(caller.socket).events != wanted:
        selector.modify(caller.socket, wanted, caller)


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(LENGTH)
    if at < 0:
        raise ConnectionError("the server answered without saying how long the answer is")
    return int(lowered[at + len(LENGTH) :].split(b"\r\n", 1)[0])
