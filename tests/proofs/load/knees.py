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
COMPANY: Final = 0.5
"""Of the machine, taken by whoever has nothing to do with us."""
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
    def cpu_ms_each(self) -> dict[str, float]:
        """CPU of each process for one request, over all rates that held, the dearest first."""
        steps = self.held or self.steps
        asked = sum(len(step.outcomes) for step in steps)
        names = {name for step in steps for name in step.cores} - {OTHERS}
        used = {name: sum(step.cores.get(name, 0) * step.took_s for step in steps) * 1000 / asked for name in names}
        return dict(sorted(used.items(), key=lambda pair: -pair[1]))

    @property
    def had_company(self) -> bool:
        """Whether others took most of the machine while it broke, or all along: then the knee is theirs."""
        return self.steps[-1].cores.get(OTHERS, 0) >= COMPANY * _count_cores()

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
    everything, others = sum(step.cores.values()), step.cores.get(OTHERS, 0)
    if others >= COMPANY * _count_cores():
        return f"others on this machine, {others:.2f} cores"
    if name == CLIENT and cores >= BUSY:
        return f"the client, {cores:.2f} of a core: it is no more than this"
    if cores >= BUSY:
        return f"{name}, {cores:.2f} cores"
    if everything >= BUSY * _count_cores():
        return f"all cores, {name} most ({cores:.2f})"
    return f"no process; {name} has most ({cores:.2f} cores)"


def _count_cores() -> int:
    return os.cpu_count() or 1
