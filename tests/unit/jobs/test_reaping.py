"""Whoever has died is found by the lease that runs out."""

import asyncio
from datetime import timedelta

from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, LEASE, OTHER_JOB, JobsBench, make_job

from omnigen_jobs.domain.records import Money
from omnigen_shared.contracts.job import JobStatus


async def test_a_live_attempt_is_left_alone(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock))
    bench.clock.advance(44)
    await bench.reaper.sweep()
    assert (await bench.read()).job.version == 1


async def test_a_dead_attempt_is_followed_by_the_next(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.GENERATING))
    bench.clock.advance(46)
    await bench.reaper.sweep()
    job = (await bench.read()).job
    assert (job.status, job.attempt, job.lease_until) == (JobStatus.GENERATING, 2, bench.clock.now() + LEASE)
    assert bench.workflow.started == [(JOB, 2)]
    await bench.reaper.sweep()
    assert bench.workflow.started == [(JOB, 2)]


async def test_many_reapers_help_a_job_once(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock))
    bench.clock.advance(46)
    await asyncio.gather(*(bench.reaper.sweep() for _ in range(8)))
    assert bench.workflow.started == [(JOB, 2)]


async def test_a_job_that_came_back_to_life_in_time_is_left_alone(bench: JobsBench) -> None:
    """The index still lists it; the record says otherwise."""
    seed(bench.store, make_job(bench.clock))
    bench.clock.advance(46)
    due = await bench.store.list_due(bench.clock.now(), 25)
    assert due == [JOB]
    seed(bench.store, make_job(bench.clock))
    bench.store.list_due = lambda *_: asyncio.sleep(0, due)
    await bench.reaper.sweep()
    assert bench.workflow.started == []


async def test_a_job_past_its_deadline_fails_and_says_what_to_do(bench: JobsBench) -> None:
    bench.quota.states[JOB] = "open"
    deadline_at = bench.clock.now() + timedelta(seconds=30)
    seed(bench.store, make_job(bench.clock, status=JobStatus.GENERATING, deadline_at=deadline_at))
    bench.clock.advance(46)
    await bench.reaper.sweep()
    job = (await bench.read()).job
    assert (job.status, job.money, job.attempt) == (JobStatus.FAILED, Money.CLOSED, 1)
    assert job.problem is not None
    assert (job.problem.code, job.problem.stage) == ("job_deadline_exceeded", "generating")
    assert "2026-11-24T12:00:30" in job.problem.detail
    assert job.problem.remedy
    assert bench.quota.states == {JOB: "released"}
    assert await bench.tell_types() == ["job.failed"]


async def test_an_ended_job_whose_money_is_open_is_closed(bench: JobsBench) -> None:
    bench.quota.states[JOB] = "open"
    seed(bench.store, make_job(bench.clock, status=JobStatus.COMPLETED))
    bench.clock.advance(46)
    await bench.reaper.sweep()
    assert bench.quota.states == {JOB: "committed"}
    assert await bench.store.list_due(bench.clock.now() + timedelta(days=1), 25) == []


async def test_one_jobs_trouble_is_not_the_others(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.FAILED))
    seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB))
    bench.quota.is_down = True
    bench.clock.advance(46)
    await bench.reaper.sweep()
    assert bench.workflow.started == [(OTHER_JOB, 2)]


async def test_a_job_that_cannot_be_helped_makes_room_for_others(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.FAILED))
    bench.quota.is_down = True
    bench.clock.advance(46)
    await bench.reaper.sweep()
    assert await bench.store.list_due(bench.clock.now(), 25) == []


async def test_a_creation_that_quota_refuses_in_the_end_leaves_no_trace(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, attempt=0, money=Money.REQUESTED, month=None))
    bench.quota.places = 0
    bench.clock.advance(46)
    await bench.reaper.sweep()
    assert bench.store.jobs == {}


async def test_a_lost_reservation_is_looked_for_in_every_month_it_may_be_in(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, attempt=0, money=Money.REQUESTED, month=None))
    bench.clock.advance(7 * 24 * 3600)
    await bench.reaper.sweep()
    assert bench.quota.calls == ["released 2026-11", "released 2026-12"]
