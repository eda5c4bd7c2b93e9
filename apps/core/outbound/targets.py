"""Read the address of another system as it was typed, strictly: what two programs could read two ways is refused."""

import ipaddress
import re
from dataclasses import dataclass, field

from django.conf import settings

from apps.core.outbound.addresses import Address, Network, inner, is_listed, networks, never
from apps.core.outbound.faults import Forbidden

LONGEST_URL = 2000
LONGEST_NAME = 253
DEFAULT_PORTS = {"https": 443, "http": 80}

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?]*)(?P<target>.*)")
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>.*))?")
_PLAIN = re.compile(r"[!-~]*")
_MISREAD = re.compile(r"[\\\"<>^`{|}]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
# Names that never mean a machine of the public internet (RFC 6761, 6762, 8375, 9476 and habit).
_LOCAL_ENDINGS = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")
_NOWHERE_ENDINGS = ("onion", "invalid", "alt", "in-addr.arpa", "ip6.arpa")
_METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What this installation may call: private networks beside the public internet, ports, and HTTP without TLS."""

    allowed: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset(DEFAULT_PORTS.values())
    plain_http: bool = False

    @classmethod
    def from_settings(cls) -> "Policy":
        """Return the policy that the operator has set."""
        return cls(
            allowed=networks(settings.OUTBOUND_ALLOWED_NETWORKS),
            ports=frozenset(settings.OUTBOUND_ALLOWED_PORTS),
            plain_http=settings.OUTBOUND_PLAIN_HTTP,
        )

    def check_address(self, address: Address, *, secure: bool) -> None:
        """Raise Forbidden unless an address may be connected to, with TLS or without."""
        if is_listed(address, self.allowed):
            return
        words = inner(address)
        if words is not None:
            hint = "" if never(address) else ", and no network that the operator of this office has allowed"
            raise Forbidden(f"{address} may not be called: it is {words}{hint}.")
        if not secure and not self.plain_http:
            raise Forbidden("Use https: without it, everybody on the way could read and change what is sent.")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a request goes: host is a name in small letters, or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None = field(default=None)  # where the host is an address itself

    @property
    def secure(self) -> bool:
        """Whether it is spoken to over TLS."""
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        """What the request calls the host."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"


def check_url(text: str, *, policy: Policy | None = None) -> None:
    """Raise Forbidden with a precise sentence where an address can never be called.

    It helps people at a form and looks nothing up; the wall stands where the connection is opened.
    """
    read(text, policy or Policy.from_settings())


def read(text: str, policy: Policy) -> Target:
    """Read an absolute http or https address. Raise Forbidden with a sentence that says what is wrong with it."""
    if len(text) > LONGEST_URL:
        raise Forbidden(f"This address is too long: at most {LONGEST_URL} characters.")
    _check_characters(text)
    match = _URL.fullmatch(text)
    if match is None:
        raise Forbidden("Write the whole address, such as https://example.com/usage.")
    scheme = match["scheme"].lower()
    if scheme not in DEFAULT_PORTS:
        raise Forbidden(f"The address must begin with https://, not {scheme}://.")
    if "@" in match["authority"]:
        raise Forbidden("Leave out the user name and password before the @: requests are signed instead.")
    host, port = _split(match["authority"])
    number = _port(port, scheme, policy)
    address = _literal(host)
    if address is not None:
        policy.check_address(address, secure=scheme == "https")
        name = str(address)
    else:
        name = _name(host, policy)
        if scheme == "http" and not policy.plain_http and not policy.allowed:
            raise Forbidden("The address must begin with https://.")
    path = match["target"] if match["target"].startswith("/") else "/" + match["target"]
    return Target(scheme=scheme, host=name, port=number, path=path, address=address)


def _check_characters(text: str) -> None:
    if not text:
        raise Forbidden("The address is empty.")
    if any(character.isspace() or not character.isprintable() for character in text):
        raise Forbidden("The address must not contain spaces, line breaks or other invisible characters.")
    if not _PLAIN.fullmatch(text):
        raise Forbidden(
            "Write the address in plain letters and digits: a name in another script as xn--…, anything else as %…"
        )
    misread = _MISREAD.search(text)
    if misread is not None:
        raise Forbidden(f"The address must not contain {misread[0]}: programs read it differently.")
    if "#" in text:
        raise Forbidden("Leave out the # and what follows it: it is never sent.")


def _split(authority: str) -> tuple[str, str | None]:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise Forbidden("The host is not one: write an IPv6 address in brackets, such as https://[2001:4860::1]/.")
    if not match["host"]:
        raise Forbidden("The address names no host.")
    return match["host"], match["port"]


def _port(text: str | None, scheme: str, policy: Policy) -> int:
    number = DEFAULT_PORTS[scheme]
    if text is not None:
        if not _PORT.fullmatch(text):
            raise Forbidden("The port after the colon must be a number, without zeros before it.")
        number = int(text)
    if number not in policy.ports:
        ports = ", ".join(str(each) for each in sorted(policy.ports))
        raise Forbidden(f"Port {number} may not be called; allowed: {ports}.")
    return number


def _literal(host: str) -> Address | None:
    """Return the address that a host is, in its one plain notation; None for a name."""
    if host.startswith("["):
        text = host[1:-1]
        if "%" in text:
            raise Forbidden("Leave out the % and the zone after it: it means something on one machine only.")
        try:
            return ipaddress.IPv6Address(text)
        except ValueError:
            raise Forbidden(f"{host} is not an IPv6 address.") from None
    if not _NUMERIC.fullmatch(host.removesuffix(".").rpartition(".")[2].lower()):
        return None
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        raise Forbidden(
            "Write an IPv4 address as four decimal numbers without zeros before them, such as 203.0.113.7."
        ) from None


def _name(host: str, policy: Policy) -> str:
    name = host.lower()
    if name.endswith("."):
        raise Forbidden("Leave out the dot at the end of the host's name.")
    labels = name.split(".")
    if len(name) > LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise Forbidden(f"{host[:100]} is not the name of a host.")
    if name in _METADATA_NAMES:
        raise Forbidden(f"{name} may not be called: it is the metadata service of a cloud.")
    if _ends(name, _NOWHERE_ENDINGS):
        raise Forbidden(f"{name} may not be called: such names belong to no machine.")
    if not policy.allowed and (len(labels) == 1 or _ends(name, _LOCAL_ENDINGS)):
        raise Forbidden(f"{name} is a name inside a private network, and the operator of this office has allowed none.")
    return name


def _ends(name: str, endings: tuple[str, ...]) -> bool:
    return any(name == ending or name.endswith("." + ending) for ending in endings)
