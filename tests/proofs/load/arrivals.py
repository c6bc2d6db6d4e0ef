"""Requests that come when they are due, whatever has become of those before: an open loop.

Each is timed from the moment it was due, so that a system that falls behind shows it, and the client cannot hide it
by asking less.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.proofs.load.answers import Answer

Act = Callable[[], Awaitable[Answer]]
ERRORS: Final = 0.01
"""The share of answers that are none of success, from which on it does not hold."""
MOST_AT_ONCE: Final = 4_000
"""More than so many would only tell of the client."""
UNSENT: Final = Answer(0, "unsent")


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, and how long after it was due it was there."""

    answer: Answer
    took_s: float


@dataclass(frozen=True, slots=True)
class Step:
    """So many a second, for a while. `cores` is what each process used of the machine while it took."""

    rate: float
    outcomes: Sequence[Outcome]
    cores: Mapping[str, float] = field(default_factory=dict)
    took_s: float = 0
    """To the last answer."""

    def percentile_s(self, share: float) -> float:
        """That share of all is there by then."""
        times = sorted(outcome.took_s for outcome in self.outcomes)
        return times[min(len(times) - 1, int(share * len(times)))]

    @property
    def error_share(self) -> float:
        return sum(not outcome.answer.is_good for outcome in self.outcomes) / len(self.outcomes)

    @property
    def failures(self) -> Counter[str]:
        """What was answered instead of a success, and how often."""
        return Counter(outcome.answer.told for outcome in self.outcomes if not outcome.answer.is_good)

    @property
    def undocumented(self) -> Counter[str]:
        """What a service may not say, however much it has to do; what the client never sent is not its word."""
        return Counter(
            outcome.answer.told
            for outcome in self.outcomes
            if not outcome.answer.is_documented and outcome.answer != UNSENT
        )

    def holds(self, within_s: float) -> bool:
        """All but a few are answered well, and nineteen of twenty in time."""
        return self.error_share <= ERRORS and self.percentile_s(0.95) <= within_s


async def keep_coming(rate: float, seconds: float, act: Act) -> list[Outcome]:
    """All outcomes, once the last is there."""
    began_s = time.monotonic()
    under_way: set[asyncio.Task[None]] = set()
    outcomes: list[Outcome] = []

    async def one(due_s: float) -> None:
        answer = await act()
        outcomes.append(Outcome(answer, time.monotonic() - due_s))

    for number in range(max(1, round(rate * seconds))):
        due_s = began_s + number / rate
        await asyncio.sleep(max(0, due_s - time.monotonic()))
        if len(under_way) >= MOST_AT_ONCE:
            outcomes.append(Outcome(UNSENT, 0))
            continue
        task = asyncio.create_task(one(due_s))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    if under_way:
        await asyncio.gather(*under_way)
    return outcomes
