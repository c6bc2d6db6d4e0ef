"""An event loop in which waiting takes no time: when nobody can go on, its clock jumps to the next timer."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
EPOCH = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class _Jumping(selectors.DefaultSelector):
    """Polls; a time-out is passed on to the loop's clock instead of being waited for."""

    passed_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is not None and timeout > 0:
            self.passed_s += timeout
        return ready


class TimeTravelLoop(asyncio.SelectorEventLoop):
    """`asyncio.sleep` returns at once, and the loop's time is later by what was slept."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.passed_s


class VirtualClock:
    """The running time-travel loop's time as a date; it can also be moved by hand."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        try:
            passed_s = asyncio.get_running_loop().time()
        except RuntimeError:
            passed_s = 0.0
        return EPOCH + self.offset + timedelta(seconds=passed_s)

    def advance(self, seconds: float) -> None:
        self.offset += timedelta(seconds=seconds)


def run_virtually(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=TimeTravelLoop) as runner:
        return runner.run(coroutine)
