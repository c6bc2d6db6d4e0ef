"""Growing rates until it breaks: the last one that held is the knee, and what the next one met is what broke."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.proofs.load.arrivals import Step
from tests.proofs.load.machine import CLIENT, OTHERS

GROWTH: Final = 1.6
BUSY: Final = 0.9
"""Of a core: whoever has one thread has no more to give."""
Measure = Callable[[float], Awaitable[Step]]


@dataclass(frozen=True)
class Climb:
    """The steps of one kind of request, up to the first that did not hold."""

    name: str
    within_s: float
    steps: Sequence[Step]

    @property
    def is_broken(self) -> bool:
        return not self.steps[-1].holds(self.within_s)

    @property
    def held(self) -> Sequence[Step]:
        return self.steps[:-1] if self.is_broken else self.steps

    @property
    def knee(self) -> float:
        """The last rate that held; 0 when not even the first did."""
        return self.held[-1].rate if self.held else 0

    @property
    def broke_first(self) -> str:
        """Who had no more to give, and what was answered."""
        if not self.is_broken:
            return "nothing"
        return describe_break(self.steps[-1], self.within_s)


async def climb(name: str, first_rate: float, most_steps: int, within_s: float, measure: Measure) -> Climb:
    """Up to so many steps, each GROWTH times as much as the one before."""
    steps: list[Step] = []
    while len(steps) < most_steps and (not steps or steps[-1].holds(within_s)):
        steps.append(await measure(first_rate * GROWTH ** len(steps)))
    return Climb(name, within_s, steps)


def describe_break(step: Step, within_s: float) -> str:
    """A process that has used up its core, else the machine's cores; and the commonest failure, else the time."""
    told = [f"{count} x {what}" for what, count in step.failures.most_common(2)]
    late_s = step.percentile_s(0.95)
    if late_s > within_s:
        told.append(f"p95 {late_s:.1f} s")
    return "; ".join([_who_is_busy(step), *told])


def _who_is_busy(step: Step) -> str:
    ours = {name: cores for name, cores in step.cores.items() if name != OTHERS}
    if not ours:
        return "unknown"
    name, cores = max(ours.items(), key=lambda pair: pair[1])
    everything = sum(step.cores.values())
    if name == CLIENT and cores >= BUSY:
        return f"the client, {cores:.2f} of a core: it is no more than this"
    if cores >= BUSY:
        return f"{name}, {cores:.2f} cores"
    if everything >= BUSY * (os.cpu_count() or 1):
        return f"all cores, {name} most ({cores:.2f})"
    return f"no process; {name} has most ({cores:.2f} cores)"
