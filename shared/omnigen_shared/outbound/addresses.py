"""Which IP addresses are public: may be connected to on somebody's word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CLOSED_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own services, at an address that looks public
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
"""IANA's special-purpose registry, multicast and what is reserved; Python's own list changes with its version."""
_UNICAST_6: Final = IPv6Network("2000::/3")
_CLOSED_6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address, of whatever kind
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_ISATAP: Final = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")


@dataclass(frozen=True, slots=True)
class AddressRule:
    """Public addresses, and whatever lies in `allowed` (on one's own machine: loopback)."""

    allowed: Sequence[Network] = ()

    def permits(self, text: str) -> bool:
        """Whether this address (with or without a zone) may be connected to; no for what is no address."""
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self.allowed) or is_public(address)


def is_public(address: Address) -> bool:
    """Whether it, and every IPv4 address inside it, is a public unicast address."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    inner = list(_list_inner(address))
    if address.ipv4_mapped is None and address not in _NAT64:
        if address.scope_id is not None or address not in _UNICAST_6:
            return False
        if any(address in network for network in _CLOSED_6):
            return False
    return all(map(is_public, inner))


def _list_inner(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a router or the system may turn it into."""
    last = IPv4Address(address.packed[12:])
    if address.ipv4_mapped is not None or address in _NAT64 or address.packed[8:12] in _ISATAP:
        yield last
