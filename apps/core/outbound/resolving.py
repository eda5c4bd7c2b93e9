"""Ask for the addresses of a name, and wait no longer than there is time."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread

from apps.core.outbound.addresses import Address
from apps.core.outbound.faults import Unreachable

# From a name and a port to the addresses as text; OSError where there are none.
Resolver = Callable[[str, int], Sequence[str]]

MOST_ADDRESSES = 32


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


def addresses_of(host: str, port: int, *, resolver: Resolver, seconds: float) -> list[Address]:
    """Return every address of a name, each once, in the resolver's order. Raise Unreachable where there is none.

    The system's resolver knows no time limit, so it is asked in a thread of its own, which is left behind when the
    time is up.
    """
    answers: SimpleQueue[Sequence[str] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError) as fault:
            answers.put(fault)

    Thread(target=ask, name=f"resolving {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except Empty:
        raise Unreachable(f"The name {host} was not found in time.") from None
    if isinstance(answer, Exception):
        raise Unreachable(f"The name {host} was not found: {answer}.") from None
    if not answer or len(answer) > MOST_ADDRESSES:
        raise Unreachable(f"The name {host} leads to {len(answer)} addresses: at least one and at most 32 are needed.")
    try:
        return [ipaddress.ip_address(text) for text in dict.fromkeys(answer)]
    except ValueError:
        raise Unreachable(f"The name {host} leads to something that is no address.") from None
