"""A job is created once, and a crash anywhere leaves no trace or a job that runs."""

import asyncio
from dataclasses import replace

import pytest
from tests.fakes.jobs_bench import USER, JobsBench, make_order
from tests.fakes.sudden_death import Fate, KilledError, Mortal

from omnigen_jobs.domain.problems import IdempotencyInProgressError, IdempotencyMismatchError
from omnigen_jobs.domain.records import Money
from omnigen_jobs.service.creation import Created
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.errors import DependencyUnavailableError, PlanLimitError, QuotaExceededError, SpendingPausedError

KEY = "order-7"


async def test_a_new_job_is_reserved_told_of_and_started(bench: JobsBench) -> None:
    created = await bench.uses.creation.create(make_order(), None)
    job = (await bench.read(created.job_id)).job
    assert (job.status, job.attempt, job.money, job.month) == (JobStatus.PENDING, 1, Money.RESERVED, "2026-11")
    assert bench.quota.open_jobs == {job.job_id}
    assert bench.workflow.started == [(job.job_id, 1)]
    assert await bench.tell_types(job.job_id) == ["job.created"]
    assert f'"job_id":"{job.job_id}"' in created.answer


async def test_the_same_key_gives_the_same_answer(bench: JobsBench) -> None:
    first = await bench.uses.creation.create(make_order(), KEY)
    await bench.uses.attempts.heartbeat(USER, first.job_id, 1)
    bench.clock.advance(3600)
    again = await bench.uses.creation.create(make_order(), KEY)
    assert again == Created(first.job_id, first.answer, is_replay=True)
    assert len(bench.workflow.started) == 1


async def test_another_body_under_the_same_key_is_refused(bench: JobsBench) -> None:
    await bench.uses.creation.create(make_order(), KEY)
    with pytest.raises(IdempotencyMismatchError):
        await bench.uses.creation.create(make_order(seed=9), KEY)


async def test_keys_belong_to_users(bench: JobsBench) -> None:
    mine = await bench.uses.creation.create(make_order(), KEY)
    theirs = await bench.uses.creation.create(make_order(UserId("user-2")), KEY)
    assert mine.job_id != theirs.job_id


async def test_a_key_is_forgotten_after_a_day(bench: JobsBench) -> None:
    first = await bench.uses.creation.create(make_order(), KEY)
    bench.clock.advance(24 * 3600)
    assert (await bench.uses.creation.create(make_order(seed=9), KEY)).job_id != first.job_id


async def test_without_a_key_every_request_is_a_job(bench: JobsBench) -> None:
    assert await bench.create() != await bench.create()


async def test_five_hundred_requests_with_one_key_make_one_job(bench: JobsBench) -> None:
    answers = await asyncio.gather(
        *(bench.uses.creation.create(make_order(), KEY) for _ in range(500)), return_exceptions=True
    )
    made = [answer for answer in answers if isinstance(answer, Created)]
    refused = [answer for answer in answers if isinstance(answer, IdempotencyInProgressError)]
    assert len(made) + len(refused) == 500
    assert {answer.job_id for answer in made} == set(bench.store.jobs)
    assert len(bench.store.jobs) == len(bench.quota.open_jobs) == len(bench.workflow.started) == 1
    assert all(refusal.retry_after_s for refusal in refused)


async def test_a_refusal_by_quota_leaves_no_trace_and_may_be_granted_later(bench: JobsBench) -> None:
    bench.quota.places = 0
    with pytest.raises(QuotaExceededError) as refused:
        await bench.uses.creation.create(make_order(), KEY)
    assert refused.value.retry_after_s == 60
    assert (bench.store.jobs, bench.store.entries, bench.store.events) == ({}, {}, {})
    bench.quota.places = 1
    assert not (await bench.uses.creation.create(make_order(), KEY)).is_replay


async def test_more_than_the_plan_leaves_no_trace_either(bench: JobsBench) -> None:
    bench.quota.plan_limit = True
    with pytest.raises(PlanLimitError):
        await bench.uses.creation.create(make_order(), KEY)
    assert (bench.store.jobs, bench.store.entries, bench.store.events) == ({}, {}, {})


async def test_nor_does_a_pause(bench: JobsBench) -> None:
    bench.quota.is_paused = True
    with pytest.raises(SpendingPausedError):
        await bench.uses.creation.create(make_order(), KEY)
    assert (bench.store.jobs, bench.store.entries, bench.store.events) == ({}, {}, {})
    bench.quota.is_paused = False
    assert not (await bench.uses.creation.create(make_order(), KEY)).is_replay


async def test_a_request_waits_for_the_reaper_that_is_at_its_job(bench: JobsBench) -> None:
    await _die(bench, Fate(nth=3, is_heard=True))
    bench.clock.advance(31)
    bench.quota.is_down = True
    await bench.reaper.sweep()
    bench.quota.is_down = False
    with pytest.raises(IdempotencyInProgressError) as refused:
        await bench.uses.creation.create(make_order(), KEY)
    assert refused.value.retry_after_s == 45
    assert bench.workflow.started == []


async def test_a_job_that_quota_has_not_answered_for_is_unseen_until_the_reaper_has_asked_again(
    bench: JobsBench,
) -> None:
    bench.quota.loses_replies = True
    with pytest.raises(DependencyUnavailableError):
        await bench.create()
    [job_id] = bench.store.jobs
    assert (await bench.store.list_jobs(USER, None, 10)).jobs == ()
    bench.quota.loses_replies = False
    bench.clock.advance(60)
    await bench.reaper.sweep()
    assert bench.workflow.started == [(job_id, 1)]
    assert await bench.tell_types(job_id) == ["job.created"]
    assert [job.job_id for job in (await bench.store.list_jobs(USER, None, 10)).jobs] == [job_id]


async def test_a_job_that_quota_never_answers_for_fails_and_its_reservation_is_released(bench: JobsBench) -> None:
    bench.quota.loses_replies = True
    with pytest.raises(DependencyUnavailableError):
        await bench.uses.creation.create(make_order(), KEY)
    [job_id] = bench.store.jobs
    bench.clock.advance(3600)
    await bench.reaper.sweep()
    job = (await bench.read(job_id)).job
    assert (job.status, job.money, job.lease_until) == (JobStatus.FAILED, Money.CLOSED, None)
    assert bench.quota.states == {job_id: "released"}
    again = await bench.uses.creation.create(make_order(), KEY)
    assert (again.job_id, '"status":"failed"' in again.answer) == (job_id, True)
    assert bench.workflow.started == []


async def test_a_job_whose_execution_cannot_be_started_is_accepted_and_started_by_the_reaper(bench: JobsBench) -> None:
    bench.workflow.is_down = True
    job_id = await bench.create()
    bench.workflow.is_down = False
    bench.clock.advance(0.1)
    await bench.reaper.sweep()
    assert bench.workflow.started == [(job_id, 2)]


async def test_a_request_that_the_reaper_has_overtaken_answers_with_the_reapers_job(bench: JobsBench) -> None:
    """The request is so slow at quota that its lease ends, and its own writes come too late."""
    reserve = bench.quota.reserve

    async def slow_reserve(job: object) -> object:
        bench.quota.reserve = reserve
        bench.clock.advance(60)
        await bench.reaper.sweep()
        return await reserve(job)

    bench.quota.reserve = slow_reserve
    created = await bench.uses.creation.create(make_order(), KEY)
    assert bench.workflow.started == [(created.job_id, 1)]
    assert await bench.tell_types(created.job_id) == ["job.created"]


async def test_a_dead_requests_key_is_taken_over_with_the_same_job(bench: JobsBench) -> None:
    await _die(bench, Fate(nth=3, is_heard=True))
    [job_id] = bench.store.jobs
    with pytest.raises(IdempotencyInProgressError) as refused:
        await bench.uses.creation.create(make_order(), KEY)
    assert 1 <= (refused.value.retry_after_s or 0) <= 30
    bench.clock.advance(31)
    assert (await bench.uses.creation.create(make_order(), KEY)).job_id == job_id


CALLS_OF_A_CREATION = 9


@pytest.mark.parametrize("is_heard", [False, True])
@pytest.mark.parametrize("nth", range(CALLS_OF_A_CREATION))
async def test_death_at_any_call_leaves_no_trace_or_a_job_that_runs(bench: JobsBench, nth: int, is_heard: bool) -> None:
    """Then the same request again makes no second job, and every reservation belongs to a job that lives."""
    await _die(bench, Fate(nth, is_heard))
    bench.clock.advance(60)
    await bench.reaper.sweep()
    running = {job.job_id for job in bench.store.jobs.values() if job.attempt and job.is_visible}
    assert running == set(bench.store.jobs)
    assert bench.quota.open_jobs == running
    assert {job_id for job_id, _ in bench.workflow.started} == running

    created = await bench.uses.creation.create(make_order(), KEY)
    assert set(bench.store.jobs) == bench.quota.open_jobs == {created.job_id}
    assert running <= {created.job_id}
    assert await bench.tell_types(created.job_id) == ["job.created"]
    attempts = [attempt for _, attempt in bench.workflow.started]
    assert attempts == sorted(set(attempts))


async def test_the_deaths_above_cover_every_call(bench: JobsBench) -> None:
    fate = Fate(nth=10_000, is_heard=False)
    await _mortal(bench, fate).uses.creation.create(make_order(), KEY)
    assert fate.calls == CALLS_OF_A_CREATION


async def test_death_during_a_refusal_leaves_nothing_behind(bench: JobsBench) -> None:
    for nth in range(6):
        bench.quota.places = 0
        with pytest.raises((KilledError, QuotaExceededError)):
            await _mortal(bench, Fate(nth, is_heard=True)).uses.creation.create(make_order(seed=nth), f"key-{nth}")
        bench.clock.advance(60)
        await bench.reaper.sweep()
        assert bench.store.jobs == {}
        assert bench.quota.open_jobs == set()


def _mortal(bench: JobsBench, fate: Fate) -> JobsBench:
    """A process over the same table and services that will die."""
    return replace(
        bench,
        store=Mortal(bench.store, fate),
        quota=Mortal(bench.quota, fate),
        workflow=Mortal(bench.workflow, fate),
    )


async def _die(bench: JobsBench, fate: Fate) -> None:
    with pytest.raises(KilledError):
        await _mortal(bench, fate).uses.creation.create(make_order(), KEY)
