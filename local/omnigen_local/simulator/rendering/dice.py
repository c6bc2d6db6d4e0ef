"""Chance that is the same everywhere: numbers drawn from a hash, whatever the Python version."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of numbers that depends on its parts alone."""

    def __init__(self, *parts: object) -> None:
        self._key = "\x1f".join(map(str, parts)).encode()
        self._drawn = 0

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        digest = hashlib.sha256(self._key + b"#%d" % self._drawn).digest()
        self._drawn += 1
        return low + (high - low) * int.from_bytes(digest[:6], "big") / 2**48

    def chance(self, probability: float) -> bool:
        return self.between(0, 1) < probability

    def sign(self) -> int:
        return 1 if self.chance(0.5) else -1

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.between(0, len(items)))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        drawn = [(self.between(0, 1), place) for place in range(len(items))]
        return [items[place] for _, place in sorted(drawn)]
