"""A job as it happens: its stored events in order, its progress in between, and signs of life when nothing happens."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import Enum, auto

from omnigen_jobs.domain.records import Event, ProgressMark
from omnigen_jobs.service.tails import Tails
from omnigen_shared.contracts.base import JobId


class Sign(Enum):
    """What is said without an event: that we are still here, and that nothing more will come."""

    ALIVE = auto()
    END = auto()


Item = Event | ProgressMark | Sign


@dataclass(frozen=True, slots=True)
class Following:
    """Tells each watcher what a tail reads for all of them; says ALIVE after `heartbeat_s` of silence."""

    tails: Tails
    heartbeat_s: float

    async def follow(self, job_id: JobId, after: int) -> AsyncGenerator[Item, None]:
        """Everything after event number `after`, until END, or without it when this process stops.

        Closing the iterator ends it.
        """
        seen: ProgressMark | None = None
        async with self.tails.watch(job_id) as tail:
            while True:
                changed, has_stopped, news = tail.changed, tail.has_stopped, await tail.tell(after)
                for event in news.events:
                    yield event
                    after = event.seq
                if news.progress is not None and news.progress != seen:
                    yield news.progress
                    seen = news.progress
                if news.has_ended:
                    yield Sign.END
                if news.has_ended or has_stopped:
                    return
                if not news.has_gap and not await self._is_changed(changed):
                    yield Sign.ALIVE

    async def _is_changed(self, changed: asyncio.Event) -> bool:
        """False when nothing has come for so long that it is time for a sign of life."""
        try:
            async with asyncio.timeout(self.heartbeat_s):
                await changed.wait()
        except TimeoutError:
            return False
        return True
