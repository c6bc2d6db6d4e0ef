"""A job as it happens: its stored events in order, its progress in between, and signs of life when nothing happens."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from omnigen_jobs.domain.events import TERMINAL
from omnigen_jobs.domain.records import Event, ProgressMark
from omnigen_jobs.ports import JobStore
from omnigen_shared.contracts.base import JobId

EVENTS_PER_READ: Final = 100


class Sign(Enum):
    """What is said without an event: that we are still here, and that nothing more will come."""

    ALIVE = auto()
    END = auto()


Item = Event | ProgressMark | Sign


@dataclass(frozen=True, slots=True)
class Following:
    """Reads the table every `poll_s` for each watcher; says ALIVE after `heartbeat_s` of silence."""

    store: JobStore
    poll_s: float
    heartbeat_s: float
    is_stopping: Callable[[], bool] = lambda: False
    """Whether this process is about to end: the stream ends without END, and its watcher goes on elsewhere."""

    async def follow(self, job_id: JobId, after: int) -> AsyncGenerator[Item, None]:
        """Everything after event number `after`, until END. Closing the iterator ends it."""
        seen: ProgressMark | None = None
        said_at = _now()
        while not self.is_stopping():
            items = await self._read(job_id, after, seen)
            for item in items:
                yield item
                after = item.seq if isinstance(item, Event) else after
                seen = item if isinstance(item, ProgressMark) else seen
            if items and items[-1] is Sign.END:
                return
            if items:
                said_at = _now()
            elif _now() - said_at >= self.heartbeat_s:
                yield Sign.ALIVE
                said_at = _now()
            await asyncio.sleep(self.poll_s)

    async def _read(self, job_id: JobId, after: int, seen: ProgressMark | None) -> list[Item]:
        """What is new. The pulse is read first: when it shows the end, all events are there to be read."""
        pulse = await self.store.find_pulse(job_id)
        events = await self.store.list_events(job_id, after, EVENTS_PER_READ)
        if pulse is None or (pulse.status.is_terminal and _is_last(events)):
            return [*events, Sign.END]
        if pulse.progress is None or pulse.progress == seen:
            return [*events]
        return [*events, pulse.progress]


def _is_last(events: Sequence[Event]) -> bool:
    """Whether a job that has ended tells nothing after these. A job that was resumed has ended more than once."""
    return len(events) < EVENTS_PER_READ and (not events or events[-1].type in TERMINAL)


def _now() -> float:
    return asyncio.get_running_loop().time()
