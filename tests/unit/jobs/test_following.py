"""A watcher sees each event once, in order, from wherever it begins."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_job, make_problem, make_settings

from omnigen_jobs.domain.records import Event, ProgressMark
from omnigen_jobs.service.census import Census
from omnigen_jobs.service.following import Following, Item, Sign
from omnigen_jobs.service.tails import EVENTS_PER_READ, Tails
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus, Progress


@pytest.fixture
def bench() -> JobsBench:
    made = JobsBench(settings=make_settings(heartbeat_s=0.000001))
    seed(made.store, make_job(made.clock))
    return made


async def gather(items: AsyncIterator[Item]) -> list[Item]:
    async with asyncio.timeout(10):
        return [item async for item in items]


def numbers(items: list[Item]) -> list[int]:
    return [item.seq for item in items if isinstance(item, Event)]


async def test_an_ended_job_is_told_from_the_beginning(bench: JobsBench) -> None:
    await bench.reach(JobStatus.COMPOSING)
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    items = await gather(bench.uses.following.follow(JOB, 0))
    assert numbers(items) == [1, 2, 3, 4]
    assert items[-1] is Sign.END


@pytest.mark.parametrize(("after", "expected"), [(2, [3, 4]), (4, []), (99, [])])
async def test_a_watcher_that_comes_back_sees_what_it_has_missed(
    bench: JobsBench, after: int, expected: list[int]
) -> None:
    await bench.reach(JobStatus.COMPOSING)
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    items = await gather(bench.uses.following.follow(JOB, after))
    assert numbers(items) == expected
    assert items[-1] is Sign.END


async def test_a_watcher_sees_a_job_live_with_its_progress_and_signs_of_life(bench: JobsBench) -> None:
    seen: list[Item] = []
    async with aclosing(bench.uses.following.follow(JOB, 0)) as items:
        seen.append(await anext(items))
        await bench.reach(JobStatus.PLANNING)
        seen += [await anext(items), await anext(items)]
        await bench.uses.attempts.mark_progress(USER, JOB, 1, Progress(stage="planning", fraction=0.5))
        while not any(isinstance(item, ProgressMark) for item in seen):
            seen.append(await anext(items))
        await bench.uses.ending.fail(USER, JOB, 1, make_problem())
        while seen[-1] is not Sign.END:
            seen.append(await anext(items))
    assert seen[0] is Sign.ALIVE
    assert numbers(seen) == [1, 2]
    assert [item.fraction for item in seen if isinstance(item, ProgressMark)] == [0.5]


async def test_silence_is_broken_only_when_it_lasts(bench: JobsBench) -> None:
    looks = asyncio.Semaphore(0)

    async def list_events(*_: object) -> list[Event]:
        looks.release()
        return []

    bench.store.list_events = list_events
    following = Following(Tails(bench.store, Census(bench.store, bench.clock), poll_s=0), heartbeat_s=3600)
    async with aclosing(following.follow(JOB, 0)) as items:
        word = asyncio.ensure_future(anext(items))
        for _ in range(20):
            await looks.acquire()
        assert not word.done()
        word.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await word


async def test_more_events_than_one_read_brings_come_all_and_once(bench: JobsBench) -> None:
    total = EVENTS_PER_READ * 2 + 7
    bench.store.events[JOB] = [Event(seq=seq, type="scene.changed", data={}) for seq in range(1, total)]
    bench.store.events[JOB].append(Event(seq=total, type="job.failed", data={}))
    seed(bench.store, make_job(bench.clock, status=JobStatus.FAILED))
    items = await gather(bench.uses.following.follow(JOB, 0))
    assert numbers(items) == list(range(1, total + 1))
    assert items.count(Sign.END) == 1


async def test_a_job_that_vanishes_ends_the_stream(bench: JobsBench) -> None:
    assert await gather(bench.uses.following.follow(JobId("job_" + "c" * 32), 0)) == [Sign.END]


async def test_a_process_that_stops_lets_its_watchers_go_without_an_end(bench: JobsBench) -> None:
    await bench.reach(JobStatus.COMPOSING)
    answers = iter([False, False, True])
    following = Following(
        Tails(bench.store, Census(bench.store, bench.clock), 0, is_stopping=lambda: next(answers)), 3600
    )
    assert numbers(await gather(following.follow(JOB, 0))) == [1, 2, 3]


async def test_a_watcher_that_is_cut_off_again_and_again_sees_everything_once(bench: JobsBench) -> None:
    async def work() -> None:
        for second in range(40):
            mark = Progress(stage="pending", fraction=second / 40)
            bench.clock.advance(timedelta(seconds=1).total_seconds())
            await bench.uses.attempts.mark_progress(USER, JOB, 1, mark)
            bench.store.events.setdefault(JOB, []).append(Event(seq=second + 1, type="scene.changed", data={}))
            await asyncio.sleep(0.001)
        await bench.uses.ending.fail(USER, JOB, 1, make_problem())

    worker = asyncio.create_task(work())
    seen: list[int] = []
    cuts, is_over = 0, False
    while not is_over:
        async with aclosing(bench.uses.following.follow(JOB, seen[-1] if seen else 0)) as items:
            async for item in items:
                is_over = item is Sign.END
                if isinstance(item, Event):
                    seen.append(item.seq)
                    cuts += 1
                    break
    await worker
    assert seen == list(range(1, 42))
    assert cuts == 41
