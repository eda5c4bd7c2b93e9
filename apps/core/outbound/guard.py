"""Open connections to addresses that were checked, and to no other; keep every step within one deadline.

The name is looked up once. Each of its addresses must be one that may be called, and the connection is made to the
very address that was checked: a name that leads elsewhere a moment later leads nowhere.
"""

import socket
import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Any

import httpcore

from apps.core.outbound.addresses import Address
from apps.core.outbound.faults import BadAnswer, TooSlow, Unreachable
from apps.core.outbound.resolving import Resolver, addresses_of
from apps.core.outbound.targets import Policy, Target

MOST_ATTEMPTS = 4


class Deadline:
    """The instant, on the monotonic clock, after which nothing is waited for any more."""

    def __init__(self, seconds: float, what: str = "There was no complete answer") -> None:
        """Begin to count; `what` says what was missed when the time is up."""
        self.seconds, self.what = seconds, what
        self.ends = monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raise TooSlow when there are none."""
        left = self.ends - monotonic()
        if left <= 0:
            raise self.missed()
        return left

    def missed(self) -> TooSlow:
        """Return the fault of having waited in vain."""
        return TooSlow(f"{self.what} within {self.seconds:g} seconds.")


class Allowance:
    """How many bytes may still come in. A connection and its secured form share one."""

    def __init__(self, most_bytes: int) -> None:
        """Begin with so many."""
        self.left_bytes = most_bytes


class Stream(httpcore.NetworkStream):
    """A connection whose every read and write ends with the deadline, and that takes in no more than its allowance."""

    def __init__(self, connected: socket.socket, deadline: Deadline, allowance: Allowance) -> None:
        """Speak over a connected socket."""
        self.socket, self.deadline, self.allowance = connected, deadline, allowance

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self.allowance.left_bytes <= 0:
            raise BadAnswer("The answer is too large.")
        self.socket.settimeout(self.deadline.left())
        try:
            came = self.socket.recv(min(max_bytes, self.allowance.left_bytes))
        except TimeoutError:
            raise self.deadline.missed() from None
        except OSError as broken:
            raise Unreachable(f"The connection broke before the answer was complete: {broken}.") from None
        self.allowance.left_bytes -= len(came)
        return came

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        while buffer:
            self.socket.settimeout(self.deadline.left())
            try:
                buffer = buffer[self.socket.send(buffer) :]
            except TimeoutError:
                raise self.deadline.missed() from None
            except OSError as broken:
                raise httpcore.WriteError(str(broken)) from broken  # an answer may have come all the same

    def close(self) -> None:
        self.socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Stream":
        self.socket.settimeout(min(timeout or self.deadline.seconds, self.deadline.left()))
        try:
            secured = ssl_context.wrap_socket(self.socket, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise TooSlow(f"{server_hostname} agreed on no secure connection in time.") from None
        except ssl.SSLCertVerificationError as fault:
            self.close()
            raise Unreachable(f"The certificate is not valid: {fault.verify_message}.") from None
        except OSError as broken:
            self.close()
            raise Unreachable(f"No secure connection could be made: {_words(broken)}.") from None
        return Stream(secured, self.deadline, self.allowance)

    def get_extra_info(self, info: str) -> Any:
        return None


class GuardedBackend(httpcore.NetworkBackend):
    """Connects for one request to one target."""

    def __init__(
        self, *, target: Target, policy: Policy, resolver: Resolver, deadline: Deadline, allowance_bytes: int
    ) -> None:
        """Serve one request; `allowance_bytes` may come in until more is allowed."""
        self.target, self.policy, self.resolver = target, policy, resolver
        self.deadline, self.allowance = deadline, Allowance(allowance_bytes)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        assert (host, port) == (self.target.host, self.target.port), "a connection serves one target"
        patience = Deadline(
            min(timeout or self.deadline.seconds, self.deadline.left()),
            f"{self.target.host} accepted no connection",
        )
        addresses = self._checked(patience)[:MOST_ATTEMPTS]
        failed: list[str] = []
        for tried, address in enumerate(addresses):
            try:
                connected = _connect(address, port, patience.left() / (len(addresses) - tried))
            except OSError as fault:
                failed.append(f"{address}: {_words(fault)}")
            else:
                return Stream(connected, self.deadline, self.allowance)
        raise Unreachable(f"{self.target.host} accepts no connection ({'; '.join(failed)}).")

    def _checked(self, patience: Deadline) -> list[Address]:
        """Look the name up once, and let nothing pass unless every answer may."""
        target = self.target
        if target.address is not None:
            found = [target.address]
        else:
            found = addresses_of(target.host, target.port, resolver=self.resolver, seconds=patience.left())
        for address in found:
            self.policy.check_address(address, secure=target.secure)
        return found


def _connect(address: Address, port: int, seconds: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.settimeout(seconds)
        opened.connect((str(address), port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        opened.close()
        raise
    return opened


def _words(fault: OSError) -> str:
    return (fault.strerror or str(fault)).lower()
