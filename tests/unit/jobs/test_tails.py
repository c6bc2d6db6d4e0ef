"""A watched job is read once for all who watch it, and what this process writes is told without a look."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime

import pytest
from tests.fakes.job_store import FakeJobStore, seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_job, make_problem, make_settings
from tests.fakes.time_travel import VirtualClock, run_virtually

from omnigen_jobs.domain.records import Event, ProgressMark, Pulse
from omnigen_jobs.domain.watching import Watch
from omnigen_jobs.service.census import AGAIN_S, HOLDS, Census
from omnigen_jobs.service.following import Following, Item, Sign
from omnigen_jobs.service.tails import KEPT, Tails
from omnigen_jobs.settings import JobsSettings
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus, Progress
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.testing.clock import FrozenClock

NEVER_S = 1e6
COUNTED_S = 54
WATCH_POLL_S = JobsSettings.model_fields["watch_poll_s"].default


class CountingStore(FakeJobStore):
    """Counts what a watcher reads; `error` is raised instead of reading."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: Counter[str] = Counter()
        self.error: Exception | None = None
        self.is_uncounted = False
        self.silent_s = 0.0

    async def find_pulse(self, job_id: JobId) -> Pulse | None:
        self._count("pulse")
        return await super().find_pulse(job_id)

    async def list_events(self, job_id: JobId, after: int, limit: int) -> Sequence[Event]:
        self._count("events")
        return await super().list_events(job_id, after, limit)

    async def list_watches(self, now: datetime) -> Sequence[Watch]:
        self._count("watches")
        await asyncio.sleep(self.silent_s)
        if self.is_uncounted:
            raise DependencyUnavailableError("away")
        return await super().list_watches(now)

    def _count(self, what: str) -> None:
        self.reads[what] += 1
        if self.error is not None:
            raise self.error

    def write_event(self, job_id: JobId, kind: str = "scene.changed") -> None:
        """As another process does."""
        told = self.events.setdefault(job_id, [])
        told.append(Event(seq=len(told) + 1, type=kind, data={}))


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


@pytest.fixture
def bench(store: CountingStore) -> JobsBench:
    made = JobsBench(store=store, settings=make_settings(watch_poll_s=NEVER_S))
    seed(store, make_job(made.clock))
    return made


def make_following(store: CountingStore, poll_s: float = 0, heartbeat_s: float = NEVER_S) -> Following:
    """A task of its own."""
    return Following(Tails(store, Census(store, FrozenClock()), poll_s), heartbeat_s)


async def gather(items: AsyncIterator[Item]) -> list[Item]:
    async with asyncio.timeout(10):
        return [item async for item in items]


def numbers(items: Sequence[Item]) -> list[int]:
    return [item.seq for item in items if isinstance(item, Event)]


@pytest.mark.parametrize("tasks", [1, 2, 4, 10])
def test_a_thousand_watchers_of_fifty_jobs_cost_sixty_reads_a_second(store: CountingStore, tasks: int) -> None:
    jobs = [JobId(f"job_{number:032}") for number in range(50)]
    for job_id in jobs:
        seed(store, make_job(FrozenClock(), job_id=job_id))

    async def work(job_id: JobId) -> None:
        for second in range(60):
            mark = ProgressMark(stage="generating", fraction=second / 60, at=FrozenClock().now())
            store.jobs[job_id] = replace(store.jobs[job_id], progress=mark)
            if second % 4 == 0:
                store.write_event(job_id)
            await asyncio.sleep(1)
        store.write_event(job_id, "job.completed")
        store.jobs[job_id] = replace(store.jobs[job_id], status=JobStatus.COMPLETED)

    async def watch_all() -> list[list[Item]]:
        followings = [make_following(store, WATCH_POLL_S, heartbeat_s=10) for _ in range(tasks)]
        working = [asyncio.create_task(work(job_id)) for job_id in jobs]
        counting = asyncio.create_task(count_reads())
        watchers = zip(itertools.cycle(followings), (job_id for job_id in jobs for _ in range(20)), strict=False)
        seen = await asyncio.gather(*(gather_all(following, job_id) for following, job_id in watchers))
        await asyncio.gather(*working)
        assert 0 < await counting <= 60 * COUNTED_S
        return seen

    async def count_reads() -> int:
        """Between the looks with which each task begins, and those with which it ends."""
        await asyncio.sleep(3)
        before = store.reads.total()
        await asyncio.sleep(COUNTED_S)
        return store.reads.total() - before

    for items in run_virtually(watch_all()):
        assert numbers(items) == list(range(1, 17))
        assert items[-1] is Sign.END
    assert tasks > 1 or store.reads.total() <= 60 * 60


def test_what_other_tasks_watch_makes_no_watcher_wait_for_what_they_do_not(store: CountingStore) -> None:
    async def watch() -> list[int]:
        mine, others = make_following(store, WATCH_POLL_S), [make_following(store, WATCH_POLL_S) for _ in range(9)]
        for number, following in enumerate([mine, *others]):
            seed(store, make_job(FrozenClock(), job_id=JobId(f"job_{number:032}")))
            reading = asyncio.create_task(gather_all(following, JobId(f"job_{number:032}")))
            watching.append(reading)
        waits = []
        for _ in range(10):
            await asyncio.sleep(7)
            before = store.reads["events"]
            await asyncio.sleep(WATCH_POLL_S)
            waits.append(store.reads["events"] - before)
        for reading in watching:
            reading.cancel()
        return waits

    watching: list[asyncio.Task[list[Item]]] = []
    assert run_virtually(watch()) == [10] * 10


def test_a_job_is_read_as_often_again_once_other_tasks_have_left_it(store: CountingStore) -> None:
    seed(store, make_job(FrozenClock()))

    async def watch() -> tuple[int, int]:
        clock = VirtualClock()
        tasks = [Following(Tails(store, Census(store, clock), WATCH_POLL_S), NEVER_S) for _ in range(4)]
        reading = [asyncio.create_task(gather_all(task, JOB)) for task in tasks]
        together = await count_minute()
        for other in reading[1:]:
            other.cancel()
        await asyncio.sleep(HOLDS.total_seconds() + AGAIN_S)
        alone = await count_minute()
        reading[0].cancel()
        return together, alone

    async def count_minute() -> int:
        await asyncio.sleep(6)
        before = store.reads["events"]
        await asyncio.sleep(60)
        return store.reads["events"] - before

    together, alone = run_virtually(watch())
    assert (together, alone) == (40, 40)


def test_who_cannot_count_the_watchers_reads_on(store: CountingStore) -> None:
    seed(store, make_job(FrozenClock()))

    async def watch() -> list[int]:
        store.is_uncounted = True
        following = make_following(store, WATCH_POLL_S)
        reading = asyncio.create_task(gather_all(following, JOB))
        await asyncio.sleep(30)
        store.write_event(JOB, "job.failed")
        store.jobs[JOB] = replace(store.jobs[JOB], status=JobStatus.FAILED)
        return numbers(await reading)

    assert run_virtually(watch()) == [1]
    assert store.reads["events"] >= 20


def test_a_table_that_keeps_silent_about_the_watchers_holds_up_none_of_them(store: CountingStore) -> None:
    async def watch() -> int:
        following = make_following(store, WATCH_POLL_S)
        store.silent_s = 12.0
        reading = []
        for number in range(50):
            seed(store, make_job(FrozenClock(), job_id=JobId(f"job_{number:032}")))
            reading.append(asyncio.create_task(gather_all(following, JobId(f"job_{number:032}"))))
        await asyncio.sleep(60)
        for each in reading:
            each.cancel()
        return store.reads["watches"]

    assert run_virtually(watch()) <= 60 / 12 + 1
    assert store.reads["events"] >= 49 * 39, "one of them asks"


def test_however_many_tasks_watch_a_job_one_that_is_about_to_end_lets_its_watchers_go_soon(
    store: CountingStore,
) -> None:
    seed(store, make_job(FrozenClock()))
    stopping = asyncio.Event()

    async def watch() -> float:
        others = [asyncio.create_task(gather_all(make_following(store, WATCH_POLL_S), JOB)) for _ in range(9)]
        tails = Tails(store, Census(store, FrozenClock()), WATCH_POLL_S, stopping.is_set)
        reading = asyncio.create_task(gather_all(Following(tails, NEVER_S), JOB))
        await asyncio.sleep(40)
        began_s = asyncio.get_running_loop().time()
        stopping.set()
        await reading
        for other in others:
            other.cancel()
        return asyncio.get_running_loop().time() - began_s

    assert run_virtually(watch()) <= WATCH_POLL_S


async def gather_all(following: Following, job_id: JobId) -> list[Item]:
    return [item async for item in following.follow(job_id, 0)]


async def test_what_this_process_writes_is_told_at_once(bench: JobsBench, store: CountingStore) -> None:
    watching = [asyncio.create_task(gather(bench.uses.following.follow(JOB, 0))) for _ in range(5)]
    await bench.reach(JobStatus.PLANNING)
    await asyncio.sleep(0.01)
    before = store.reads.copy()
    await bench.uses.attempts.mark_progress(USER, JOB, 1, Progress(stage="planning", fraction=0.5))
    assert store.reads == before, "progress is heard, not read"
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    for items in await asyncio.gather(*watching):
        assert numbers(items) == [1, 2]
        assert [item.fraction for item in items if isinstance(item, ProgressMark)] == [0.5]
        assert items[-1] is Sign.END


async def test_a_stream_outlives_a_table_that_does_not_answer(store: CountingStore) -> None:
    seed(store, make_job(FrozenClock()))
    store.write_event(JOB)
    following = make_following(store, heartbeat_s=0.001)
    async with aclosing(following.follow(JOB, 0)) as items, asyncio.timeout(10):
        assert numbers([await anext(items)]) == [1]
        store.error = DependencyUnavailableError("away")
        while await anext(items) is not Sign.ALIVE:
            pass
        store.error = None
        store.write_event(JOB)
        while (item := await anext(items)) is Sign.ALIVE:
            pass
        assert numbers([item]) == [2]


async def test_a_fault_lets_the_watchers_go_without_an_end_and_the_next_one_reads_anew(store: CountingStore) -> None:
    seed(store, make_job(FrozenClock(), status=JobStatus.FAILED))
    store.write_event(JOB, "job.failed")
    following = make_following(store, heartbeat_s=NEVER_S)
    store.error = ZeroDivisionError("nobody foresaw it")
    assert await gather(following.follow(JOB, 0)) == []
    store.error = None
    assert numbers(await gather(following.follow(JOB, 0))) == [1]


async def test_who_comes_late_reads_what_is_not_kept_any_more(store: CountingStore) -> None:
    seed(store, make_job(FrozenClock()))
    for _ in range(KEPT + 250):
        store.write_event(JOB)
    following = make_following(store, heartbeat_s=NEVER_S)
    async with aclosing(following.follow(JOB, KEPT)) as first:
        assert numbers([await anext(first)]) == [KEPT + 1]
        late = asyncio.create_task(gather(following.follow(JOB, 3)))
        await asyncio.sleep(0)
        store.write_event(JOB, "job.failed")
        store.jobs[JOB] = replace(store.jobs[JOB], status=JobStatus.FAILED)
        assert numbers(await late) == list(range(4, KEPT + 252))


async def test_nobody_reads_for_nobody(store: CountingStore) -> None:
    seed(store, make_job(FrozenClock()))
    store.write_event(JOB)
    following = make_following(store, heartbeat_s=NEVER_S)
    for _ in range(2):
        async with aclosing(following.follow(JOB, 0)) as one, aclosing(following.follow(JOB, 0)) as other:
            assert numbers([await anext(one), await anext(other)]) == [1, 1]
    assert len(asyncio.all_tasks()) == 1
    before = store.reads.copy()
    await asyncio.sleep(0.01)
    assert store.reads == before
