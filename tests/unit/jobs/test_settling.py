"""Calls that are open when their job ends are looked after until the provider has said what became of them."""

import asyncio
from datetime import timedelta

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import CLIP, FINGERPRINT, JOB, USER, JobsBench, make_job, make_problem, make_storyboard

from omnigen_jobs.domain.problems import JobTerminalError, StaleAttemptError
from omnigen_jobs.domain.records import ClaimState, Job
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import BeginStage, IntentStatus, JobStatus, MoveIntent

OUTPUT = f"u/{USER}/clips/{FINGERPRINT}.mp4"
SETTLER = 2


@pytest.fixture
async def bench() -> JobsBench:
    """A job that has failed with a clip under way at the provider."""
    made = JobsBench()
    seed(made.store, make_job(made.clock, storyboard=make_storyboard()))
    await made.plan()
    await made.send()
    await made.uses.ending.fail(USER, JOB, 1, make_problem())
    return made


async def read_job(bench: JobsBench) -> Job:
    return (await bench.read()).job


async def sweep(bench: JobsBench, seconds: float = 1) -> None:
    bench.clock.advance(seconds)
    await bench.reaper.sweep()


async def move(bench: JobsBench, expected: str, status: str, attempt: int = SETTLER, **told: object) -> None:
    body = MoveIntent(expected=IntentStatus(expected), status=IntentStatus(status), **told)
    await bench.uses.spending.move(USER, JOB, attempt, CLIP, body)


async def test_somebody_is_started_at_once_to_account_for_it(bench: JobsBench) -> None:
    await sweep(bench)
    assert bench.workflow.settling == [(JOB, SETTLER)]
    job = await read_job(bench)
    assert (job.status, job.attempt, job.settling) == (JobStatus.FAILED, SETTLER, SETTLER)


async def test_many_reapers_start_one(bench: JobsBench) -> None:
    bench.clock.advance(1)
    await asyncio.gather(*(bench.reaper.sweep() for _ in range(5)))
    assert bench.workflow.settling == [(JOB, SETTLER)]


async def test_the_clip_is_kept_for_later_jobs_and_charged(bench: JobsBench) -> None:
    await sweep(bench)
    told = await bench.tell_types()
    await bench.uses.attempts.heartbeat(USER, JOB, SETTLER)
    await move(bench, "created", "ingested", output_key=OUTPUT)
    await move(bench, "ingested", "settled", actual_microusd=150_000)
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.READY
    assert (await read_job(bench)).spent_microusd == 150_000
    assert await bench.tell_types() == told, "the last event of an ended job has been told"


async def test_what_is_accounted_for_is_looked_after_no_more(bench: JobsBench) -> None:
    await sweep(bench)
    await move(bench, "created", "refunded")
    await sweep(bench, 60)
    assert (await read_job(bench)).lease_until is None
    await sweep(bench, 10**6)
    assert len(bench.workflow.settling) == 1


async def test_an_attempt_of_before_the_end_spends_no_more(bench: JobsBench) -> None:
    with pytest.raises(JobTerminalError):
        await move(bench, "created", "ingested", attempt=1, output_key=OUTPUT)
    await sweep(bench)
    with pytest.raises(StaleAttemptError):
        await move(bench, "created", "ingested", attempt=1, output_key=OUTPUT)


async def test_an_attempt_that_settles_does_nothing_else(bench: JobsBench) -> None:
    await sweep(bench)
    with pytest.raises(JobTerminalError):
        await bench.plan(intent=IntentId("scene-02.1"), attempt=SETTLER, fingerprint="e" * 64)
    with pytest.raises(JobTerminalError):
        await bench.uses.attempts.begin_stage(USER, JOB, SETTLER, BeginStage(status=JobStatus.PLANNING))
    with pytest.raises(JobTerminalError):
        await bench.uses.ending.fail(USER, JOB, SETTLER, make_problem(detail="another"))


async def test_looks_become_rarer_and_never_end(bench: JobsBench) -> None:
    await sweep(bench)
    await move(bench, "created", "unknown")
    pauses = []
    for _ in range(30):
        job = await read_job(bench)
        assert job.lease_until is not None
        bench.clock.advance((job.lease_until - bench.clock.now()).total_seconds() + 1)
        before = bench.clock.now()
        await bench.reaper.sweep()
        after = (await read_job(bench)).lease_until
        assert after is not None
        pauses.append(after - before)
    assert pauses == sorted(pauses)
    assert pauses[0] <= timedelta(minutes=3)
    assert pauses[-1] == timedelta(hours=6)


async def test_an_execution_that_was_not_started_is_started_later(bench: JobsBench) -> None:
    bench.workflow.is_down = True
    await sweep(bench)
    bench.workflow.is_down = False
    await sweep(bench, 130)
    assert [attempt for _, attempt in bench.workflow.settling] == [SETTLER + 1]
