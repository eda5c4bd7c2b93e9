"""Ask another system something over HTTP, within limits, and bring back what it said."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import httpcore

from apps.core.outbound import targets
from apps.core.outbound.faults import BadAnswer
from apps.core.outbound.guard import Deadline, GuardedBackend
from apps.core.outbound.resolving import Resolver, system_resolver
from apps.core.outbound.targets import Policy, Target

# What framing may add to a body on the wire: a body in chunks of one byte comes as six.
FRAMING = 8


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one request may cost. `total_seconds` runs from the look-up of the name to the last byte of the answer."""

    total_seconds: float = 20.0
    connect_seconds: float = 5.0
    header_bytes: int = 64 * 1024
    body_bytes: int = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. The names of headers are in small letters; of one that came twice the values are joined."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Client:
    """Sends requests under a policy. Redirects are answers like any other, and proxies are never asked."""

    policy: Policy
    limits: Limits = Limits()
    resolver: Resolver = system_resolver
    tls: ssl.SSLContext | None = None

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body; raise OutboundFault in plain words where no answer came."""
        return self.send("POST", url, body=body, headers=headers)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for what is there; raise OutboundFault in plain words where no answer came."""
        return self.send("GET", url, body=b"", headers=headers or {})

    def send(self, method: str, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request over a connection of its own."""
        target = targets.read(url, self.policy)
        backend = GuardedBackend(
            target=target,
            policy=self.policy,
            resolver=self.resolver,
            deadline=Deadline(self.limits.total_seconds),
            allowance_bytes=self.limits.header_bytes,
        )
        origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
        with httpcore.HTTPConnection(
            origin=origin, ssl_context=self.tls or _system_tls(), network_backend=backend
        ) as connection:
            try:
                return self._exchange(connection, backend, _request(method, target, body, headers, self.limits))
            except httpcore.RemoteProtocolError:
                # Its words would quote what came: nobody shall read a strange service's greeting through us.
                raise BadAnswer("What came back is not an answer in HTTP, or broke off.") from None

    def _exchange(
        self, connection: httpcore.HTTPConnection, backend: GuardedBackend, request: httpcore.Request
    ) -> Answer:
        response = connection.handle_request(request)
        try:
            most = self.limits.body_bytes
            backend.allowance.left_bytes = most * FRAMING + self.limits.header_bytes
            body = bytearray()
            for piece in response.iter_stream():
                body += piece
                if len(body) > most:
                    raise BadAnswer(f"The answer is too large: at most {most} bytes are read.")
        finally:
            response.close()
        headers: dict[str, str] = {}
        for raw_name, raw_value in response.headers:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Answer(status=response.status, headers=headers, body=bytes(body))


def client(*, limits: Limits | None = None) -> Client:
    """Return a client under the operator's policy."""
    return Client(policy=Policy.from_settings(), limits=limits or Limits())


def _request(method: str, target: Target, body: bytes, headers: Mapping[str, str], limits: Limits) -> httpcore.Request:
    sent = {
        "Host": target.host_header,
        "User-Agent": "Tallybook",
        "Accept-Encoding": "identity",  # nothing is unpacked, so nothing small becomes large
        "Connection": "close",
        **headers,
        "Content-Length": str(len(body)),
    }
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    timeout = {"connect": limits.connect_seconds}
    return httpcore.Request(method, url, headers=list(sent.items()), content=body, extensions={"timeout": timeout})


@cache
def _system_tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()
