"""What was measured, round by round, and what it comes to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.gateway.load import Loaded


@dataclass(frozen=True, slots=True)
class Leg:
    """One peer's part of a round."""

    loaded: Loaded
    cpu_us: float
    """Of one request."""


@dataclass
class Findings:
    """Legs by peer and by the number of connections, one a round.

    Ratios are taken within each round, because a machine is not equally fast in all of them; then their median.
    """

    _legs: dict[tuple[str, int], list[Leg]] = field(default_factory=lambda: defaultdict(list))

    def add(self, peer: str, connections: int, loaded: Loaded, used_s: float) -> None:
        """The next round of this peer, which has used so much CPU."""
        self._legs[(peer, connections)].append(Leg(loaded, used_s / loaded.requests * 1e6))

    @property
    def peers(self) -> Sequence[str]:
        """In the order in which they were measured."""
        return list(dict.fromkeys(peer for peer, _ in self._legs))

    def list_peers(self, connections: int) -> Sequence[str]:
        """Those that were measured with so many connections."""
        return [peer for peer in self.peers if (peer, connections) in self._legs]

    def cpu_us(self, peer: str, connections: int) -> float:
        """Of one request."""
        return median(leg.cpu_us for leg in self._legs[(peer, connections)])

    def p50_us(self, peer: str, connections: int) -> float:
        """How long half of the requests took at most."""
        return median(leg.loaded.p50_us for leg in self._legs[(peer, connections)])

    def requests(self, peer: str, connections: int) -> int:
        """Of all rounds."""
        return sum(leg.loaded.requests for leg in self._legs[(peer, connections)])

    def refused(self, peer: str) -> int:
        """Of all its requests."""
        return sum(loaded.refused for loaded in self._all_of(peer))

    def broken(self, peer: str) -> int:
        """Of all its requests."""
        return sum(loaded.broken for loaded in self._all_of(peer))

    def ratio(self, peer: str, other: str, connections: int) -> float:
        """Of CPU per request."""
        return median(ours.cpu_us / theirs.cpu_us for ours, theirs in self._pairs(peer, other, connections))

    def p50_ratio(self, peer: str, other: str, connections: int) -> float:
        """Of how long half of the requests took at most."""
        pairs = self._pairs(peer, other, connections)
        return median(ours.loaded.p50_us / theirs.loaded.p50_us for ours, theirs in pairs)

    def _pairs(self, peer: str, other: str, connections: int) -> Iterator[tuple[Leg, Leg]]:
        return zip(self._legs[(peer, connections)], self._legs[(other, connections)], strict=True)

    def _all_of(self, peer: str) -> Iterator[Loaded]:
        return (leg.loaded for (name, _), legs in self._legs.items() if name == peer for leg in legs)
