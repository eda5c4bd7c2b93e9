"""Which IP addresses may be connected to: those of the public internet, and networks that the operator names.

The special networks are those of the IANA registries of special-purpose addresses (RFC 6890 and its updates),
written out here: what the standard library calls global differs between versions of Python.
"""

import ipaddress
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Never, whatever the operator allows: they answer with the keys of the machine we run on, or name no single machine.
METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google, Oracle, DigitalOcean, OpenStack
        "169.254.170.2",  # AWS containers
        "169.254.170.23",  # AWS EKS
        "169.254.42.42",  # Scaleway
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's host
        "192.0.0.192",  # Oracle, older
        "fd00:ec2::254",  # AWS
        "fd00:ec2::23",  # AWS EKS
        "fd20:ce::254",  # Google
        "fd00:42::42",  # Scaleway
    )
)
_NOWHERE = tuple(
    ipaddress.ip_network(text) for text in ("0.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/128", "ff00::/8")
)
# IPv4 in the clothes of IPv6: mapped, translated, NAT64 (both), Teredo, 6to4; compatible comes below.
_DISGUISES = tuple(
    ipaddress.ip_network(text)
    for text in ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
)
_COMPATIBLE = ipaddress.ip_network("::/96")
_LOOPBACK_6 = ipaddress.ip_address("::1")

_SPECIAL: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(text), words)
    for text, words in (
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's inner network"),
        ("127.0.0.0/8", "this machine itself"),
        ("169.254.0.0/16", "the local link"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "set aside for protocols"),
        ("192.0.2.0/24", "set aside for examples"),
        ("192.31.196.0/24", "set aside for AS112"),
        ("192.52.193.0/24", "set aside for AMT"),
        ("192.88.99.0/24", "set aside for 6to4"),
        ("192.168.0.0/16", "a private network"),
        ("192.175.48.0/24", "set aside for AS112"),
        ("198.18.0.0/15", "set aside for measurements"),
        ("198.51.100.0/24", "set aside for examples"),
        ("203.0.113.0/24", "set aside for examples"),
        ("240.0.0.0/4", "reserved"),
        ("::1/128", "this machine itself"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "the local link"),
        ("fec0::/10", "a private network"),
        ("2001::/23", "set aside for protocols"),
        ("2001:db8::/32", "set aside for examples"),
        ("2620:4f:8000::/48", "set aside for AS112"),
        ("3fff::/20", "set aside for examples"),
    )
)
_UNICAST_6 = ipaddress.ip_network("2000::/3")


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks such as 10.0.0.0/8 or fd12::/16; raise ValueError naming the one that is none."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text.strip()))
        except ValueError as fault:
            raise ValueError(f"{text!r} is not a network such as 10.0.0.0/8: {fault}.") from None
    return tuple(found)


def is_listed(address: Address, allowed: Iterable[Network]) -> bool:
    """Say whether an address lies in one of the networks that the operator allows, and may be allowed at all."""
    return never(address) is None and any(address in network for network in allowed)


def never(address: Address) -> str | None:
    """Say what an address is that no operator may allow; None where it is nothing of the kind."""
    if address in METADATA:
        return "the metadata service of a cloud"
    if any(address in network for network in _NOWHERE):
        return "no single machine's address"
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return "bound to one interface of this machine"
        is_compatible = address in _COMPATIBLE and address != _LOOPBACK_6
        if is_compatible or any(address in network for network in _DISGUISES):
            return "an IPv4 address in disguise"
    return None


def inner(address: Address) -> str | None:
    """Say what an address is where it is not one of the public internet; None where it is."""
    words = never(address)
    if words is not None:
        return words
    for network, words in _SPECIAL:
        if address in network:
            return words
    if isinstance(address, IPv6Address) and address not in _UNICAST_6:
        return "outside the public internet"
    return None
