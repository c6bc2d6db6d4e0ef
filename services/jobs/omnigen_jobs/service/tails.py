"""Jobs that are watched, each read once for all who watch it in this process."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog

from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.events import TERMINAL
from omnigen_jobs.domain.records import Event, ProgressMark
from omnigen_jobs.ports import JobStore
from omnigen_jobs.service.census import Census
from omnigen_shared.contracts.base import JobId
from omnigen_shared.errors import DependencyUnavailableError

EVENTS_PER_READ: Final = 100
KEPT: Final = 500
"""A job of thirty scenes tells some two hundred events; whoever misses older ones than these reads them alone."""
LOOKS_PER_PULSE: Final = 2
"""Progress and a vanished job may be seen later than an event: so a watched job costs three reads in two looks."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class News:
    """What a job has told by now. `has_ended`: nothing follows these events. `has_gap`: more of them are there."""

    events: Sequence[Event]
    progress: ProgressMark | None
    has_ended: bool
    has_gap: bool = False


class Tail:
    """One job's events as far as they have been read."""

    def __init__(self, store: JobStore, job_id: JobId) -> None:
        self.has_stopped = False
        """Whether nobody reads for it any more, although it has not ended."""
        self.is_begun = asyncio.Event()
        """Set once it has been looked what there is."""
        self.changed = asyncio.Event()
        """Set, and another one put in its place, when there is anything new."""
        self._store = store
        self._job_id = job_id
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._progress: ProgressMark | None = None
        self._has_ended = False
        self._looks = 0
        self._woken = asyncio.Event()

    @property
    def is_over(self) -> bool:
        return self._has_ended or self.has_stopped

    async def tell(self, after: int) -> News:
        """What is new to somebody who has seen the events up to this number; at once, but for those not kept."""
        if self._events and self._events[0].seq > after + 1:
            older = await self._store.list_events(self._job_id, after, EVENTS_PER_READ)
            return News(older, None, has_ended=False, has_gap=True)
        return News([event for event in self._events if event.seq > after], self._progress, self._has_ended)

    def hear(self, change: Change) -> None:
        """This process has written the job: its progress is known, a new event is read at once."""
        if change.job is not None and change.job.progress not in (None, self._progress):
            self._progress = change.job.progress
            self._tell_all()
        if change.event is not None:
            self._woken.set()

    async def read_on(
        self, poll_s: float, count_tasks: Callable[[], Awaitable[int]], is_stopping: Callable[[], bool]
    ) -> None:
        """Look every `poll_s`, in turn with the other tasks, until the job has ended, or this process is about to."""
        try:
            while not (self._has_ended or is_stopping()):
                self._woken.clear()
                is_behind = await self._look()
                self.is_begun.set()
                for _ in range(0 if is_behind else await count_tasks()):
                    if is_stopping() or await self._is_woken(poll_s):
                        break
        except Exception:  # noqa: BLE001 - nobody waits for this task: its watchers are let go and come again
            _log.exception("watched_job_failed", job_id=self._job_id)
        finally:
            self.has_stopped = not self._has_ended
            self.is_begun.set()
            self._tell_all()

    async def _is_woken(self, within_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                return await self._woken.wait()
        return False

    async def _look(self) -> bool:
        """Whether to look once more at once. While the table does not answer there is nothing new."""
        try:
            return await self._read()
        except DependencyUnavailableError as error:
            _log.warning("watched_job_not_read", job_id=self._job_id, detail=error.detail)
            return False

    async def _read(self) -> bool:
        """The pulse is read first: when it shows the end, all events are there to be read."""
        is_due = self._looks % LOOKS_PER_PULSE == 0 or self._tells_an_end
        self._looks += 1
        pulse = await self._store.find_pulse(self._job_id) if is_due else None
        last = self._events[-1].seq if self._events else 0
        events = await self._store.list_events(self._job_id, last, EVENTS_PER_READ)
        self._events.extend(events)
        progress = self._progress if pulse is None else pulse.progress
        is_all = len(events) < EVENTS_PER_READ
        self._has_ended = is_due and is_all and (pulse is None or (pulse.status.is_terminal and self._is_quiet))
        if events or self._has_ended or progress != self._progress:
            self._progress = progress
            self._tell_all()
        return not is_all or (self._tells_an_end and not is_due)

    @property
    def _tells_an_end(self) -> bool:
        return bool(self._events) and self._events[-1].type in TERMINAL

    @property
    def _is_quiet(self) -> bool:
        """Whether a job that has ended tells nothing after these. One that was resumed has ended more than once."""
        return self._tells_an_end or not self._events

    def _tell_all(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass(slots=True)
class _Watched:
    tail: Tail
    reader: asyncio.Task[None]
    watchers: int = 0


@dataclass(slots=True)
class Tails:
    """The tails of all jobs that somebody watches, for as long as they are watched.

    Each is read every `poll_s`; by tasks in turn, as it were, where several watch it.
    """

    store: JobStore
    census: Census
    poll_s: float
    is_stopping: Callable[[], bool] = lambda: False
    _watched: dict[JobId, _Watched] = field(default_factory=dict)

    def hear(self, change: Change) -> None:
        """A change that this process has committed."""
        if (watched := self._watched.get(change.fence.job_id)) is not None:
            watched.tail.hear(change)

    @asynccontextmanager
    async def watch(self, job_id: JobId) -> AsyncIterator[Tail]:
        """The job's tail; the last who leaves it ends its reading."""
        watched = self._watched.get(job_id)
        if watched is None or watched.tail.is_over:
            tail = Tail(self.store, job_id)
            count_tasks = partial(self._count_tasks, job_id)
            reader = asyncio.create_task(tail.read_on(self.poll_s, count_tasks, self.is_stopping))
            watched = self._watched[job_id] = _Watched(tail, reader)
        watched.watchers += 1
        try:
            await watched.tail.is_begun.wait()
            yield watched.tail
        finally:
            watched.watchers -= 1
            if watched.watchers == 0:
                await self._leave(job_id, watched)

    async def _count_tasks(self, job_id: JobId) -> int:
        return await self.census.count(job_id, self._watched)

    async def _leave(self, job_id: JobId, watched: _Watched) -> None:
        if self._watched.get(job_id) is watched:
            del self._watched[job_id]
        watched.reader.cancel()
        await asyncio.wait([watched.reader])
