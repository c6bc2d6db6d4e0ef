"""Where the time of a run goes."""

import time
from collections.abc import Callable


class Stopwatch:
    """Phases one after the other: entering one ends the one before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._phases: list[tuple[str, float]] = []

    def enter(self, phase: str) -> bool:
        """Whether this phase begins now: entering the present one again changes nothing."""
        if self._phases and self._phases[-1][0] == phase:
            return False
        self._phases.append((phase, self._clock()))
        return True

    def lines(self) -> list[str]:
        """One line a phase, and the sum; the last phase ends now."""
        ends = [*(started for _, started in self._phases[1:]), self._clock()]
        spans = [(phase, end - started) for (phase, started), end in zip(self._phases, ends, strict=True)]
        return [f"{seconds:7.2f} s  {phase}" for phase, seconds in [*spans, ("in all", sum(span[1] for span in spans))]]
