"""Jobs from their reservation to their end, told by clients that repeat themselves, die, and are taken over."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

PRICES: Final = (1, 999, 30_000, 150_001)


@dataclass(frozen=True, slots=True)
class PaidCall:
    """One intent: held at its price, then settled, refunded, or left without an end. `is_late`: after its job's end."""

    name: str
    price: int
    end: str
    actual: int = 0
    is_late: bool = False

    @property
    def held(self) -> int:
        """What it holds for good."""
        return self.price if self.end == "never" else 0


@dataclass
class Story:
    """What is to happen to one job, and what its client was told of it."""

    job_id: str
    cost: int
    calls: tuple[PaidCall, ...]
    ending: str
    """commit, release, or stay: its client never ends it."""
    lives: list[int] = field(default_factory=list)
    """After how many calls each of its clients dies; the one after the last lives."""
    month: str = ""
    """Set by quota's yes to the reservation; empty while there was none."""
    is_doubtful: bool = False
    """A reservation was sent whose answer nobody has seen: a later refusal does not say that it was in vain."""

    is_swept: bool = False
    """It never ended, and the sweep has released it in the end."""

    @property
    def is_open(self) -> bool:
        """Whether it stays open for good."""
        return self.ending == "stay" and not self.is_swept

    @property
    def spent(self) -> int:
        return sum(call.actual for call in self.calls)

    @property
    def held(self) -> int:
        return sum(call.held for call in self.calls)

    @property
    def claim(self) -> int:
        """What the month's spend counts for it in the end."""
        return self.cost if self.is_open else self.spent + self.held

    @property
    def remaining(self) -> int:
        return self.cost - self.spent - self.held if self.is_open else 0

    @property
    def counts_video(self) -> bool:
        return self.ending == "commit" or self.is_open


def invent(chance: random.Random, count: int) -> Iterator[Story]:
    """Stories as they may happen: most end well, some are released, a few never end."""
    for number in range(count):
        calls = tuple(_invent_call(chance, f"scene-{place:02d}.1") for place in range(chance.choice((0, 1, 1, 2, 3))))
        ending = chance.choices(("commit", "release", "stay"), (70, 27, 3))[0]
        spare = chance.choice((0, 1, 250_000))
        lives = [chance.randint(1, 8) for _ in range(chance.choices((0, 1, 2), (75, 18, 7))[0])]
        yield Story(f"job_{number}", sum(call.price for call in calls) + spare, calls, ending, lives)


def _invent_call(chance: random.Random, name: str) -> PaidCall:
    price = chance.choice(PRICES)
    end = chance.choices(("settle", "refund", "never"), (80, 15, 5))[0]
    actual = chance.randint(0, price) if end == "settle" else 0
    return PaidCall(name, price, end, actual, is_late=end != "never" and chance.random() < 0.2)
