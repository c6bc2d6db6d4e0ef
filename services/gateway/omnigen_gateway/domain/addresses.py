"""How often one client address may ask before it is known who asks: a token bucket each."""

import math
from collections import OrderedDict
from ipaddress import IPv6Address, ip_network
from typing import Final

from omnigen_shared.contracts.rates import WINDOW_S

IPV6_PREFIX: Final = 64
"""One household's or one machine's share of IPv6 addresses; whoever has one has them all."""
_ROUNDING_S: Final = 1e-6
"""Instants are sums of fractions; a token that is there is not missed by the last bit."""


class AddressLimit:
    """In this process: `per_min` on average, `burst` at once; `per_min` 0 allows everything.

    A bucket is one number, the instant at which it will be full again, so one that is full need not be kept. At most
    `capacity` are, the least recently used leaving first.
    """

    def __init__(self, per_min: int, burst: int, capacity: int = 10_000) -> None:
        self.per_min = per_min
        self._interval_s = WINDOW_S / per_min if per_min else 0.0
        self._burst_s = burst * self._interval_s + _ROUNDING_S
        self._capacity = capacity
        self._full_at_s: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at_s)

    def find_wait(self, address: str, now_s: float) -> int | None:
        """None and one token less, or the seconds until there is one."""
        if not self.per_min:
            return None
        name = network_of(address) if ":" in address else address
        full_at_s = max(self._full_at_s.get(name, now_s), now_s) + self._interval_s
        missing_s = full_at_s - now_s - self._burst_s
        if missing_s > 0:
            return max(1, math.ceil(missing_s))
        self._full_at_s[name] = full_at_s
        self._full_at_s.move_to_end(name)
        if len(self._full_at_s) > self._capacity:
            self._full_at_s.popitem(last=False)
        return None


def network_of(address: str) -> str:
    """What is counted as one client: an IPv4 address, an IPv6 network; anything else as it is."""
    bare = address.partition("%")[0]
    try:
        mapped = IPv6Address(bare).ipv4_mapped
    except ValueError:
        return address
    return str(mapped) if mapped else str(ip_network((bare, IPV6_PREFIX), strict=False))
