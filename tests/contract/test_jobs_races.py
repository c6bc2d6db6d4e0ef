"""The races that would cost a user money or a video, over the fake and over the table on the emulator."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs_bench import (
    FINGERPRINT,
    JOB,
    OTHER_JOB,
    USER,
    JobsBench,
    make_job,
    make_order,
    make_problem,
    make_storyboard,
)

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.problems import (
    ClipInProgressError,
    IdempotencyInProgressError,
    IntentMovedError,
    JobTerminalError,
    PredictionBoundError,
    StaleAttemptError,
)
from omnigen_jobs.domain.records import Intent, Money
from omnigen_jobs.service.creation import Created
from omnigen_shared.contracts.job import IntentStatus, JobStatus, SceneState, UpdateScene


@pytest.fixture(params=["fake", "dynamodb"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "fake" else request.getfixturevalue("emulator_url")


@pytest.fixture
async def bench(endpoint: str | None) -> AsyncIterator[JobsBench]:
    if endpoint is None:
        yield JobsBench(store=FakeJobStore())
        return
    async with open_jobs_table(endpoint) as access:
        yield JobsBench(store=TableStore(access))


async def begin(bench: JobsBench, **changes: Any) -> None:
    await bench.store.commit(change_job(make_job(bench.clock, version=0, **changes)))


async def race(*calls: Any) -> tuple[list[Any], list[BaseException]]:
    """What came back, and what was raised."""
    answers = await asyncio.gather(*calls, return_exceptions=True)
    raised = [answer for answer in answers if isinstance(answer, BaseException)]
    return [answer for answer in answers if not isinstance(answer, BaseException)], raised


async def test_fifty_clients_with_one_key_make_one_job(bench: JobsBench) -> None:
    made, raised = await race(*(bench.uses.creation.create(make_order(), "k") for _ in range(50)))
    assert made
    assert {type(answer) for answer in made} == {Created}
    assert {type(error) for error in raised} <= {IdempotencyInProgressError}
    [job_id] = {answer.job_id for answer in made}
    assert bench.workflow.started == [(job_id, 1)]
    assert bench.quota.open_jobs == {job_id}
    assert [job.job_id for job in (await bench.store.list_jobs(USER, None, 10)).jobs] == [job_id]
    assert await bench.tell_types(job_id) == ["job.created"]


async def test_of_two_senders_one_wins(bench: JobsBench) -> None:
    await begin(bench)
    await bench.plan()
    await bench.move("planned", "reserved")
    won, raised = await race(*(bench.move("reserved", "sending", owner=f"w{number}") for number in range(6)))
    assert len(won) == 1
    assert {type(error) for error in raised} == {IntentMovedError}
    assert (await bench.read()).intents[0].owner == won[0].owner


async def test_of_two_intents_one_binds_a_prediction(bench: JobsBench) -> None:
    for job_id in (JOB, OTHER_JOB):
        await begin(bench, job_id=job_id)
        await bench.plan(job_id, claims_clip=False, input={"job": job_id})
        await bench.move("planned", "reserved", job_id)
        await bench.move("reserved", "sending", job_id, owner="w1")
    won, raised = await race(
        *(bench.move("sending", "created", job_id, provider_id="p-1") for job_id in (JOB, OTHER_JOB))
    )
    assert [type(error) for error in raised] == [PredictionBoundError]
    assert [intent.provider_id for intent in won] == ["p-1"]
    binding = await bench.store.find_binding("p-1")
    states = {job_id: (await bench.read(job_id)).intents[0].status for job_id in (JOB, OTHER_JOB)}
    assert states.pop(binding.job_id) is IntentStatus.CREATED
    assert list(states.values()) == [IntentStatus.SENDING]


async def test_of_many_jobs_one_makes_a_clip(bench: JobsBench) -> None:
    for job_id in (JOB, OTHER_JOB):
        await begin(bench, job_id=job_id)
    names = ("scene-01.1", "scene-02.1")
    won, raised = await race(*(bench.plan(job_id, name) for job_id in (JOB, OTHER_JOB) for name in names))
    assert [type(answer) for answer in won] == [Intent]
    assert {type(error) for error in raised} == {ClipInProgressError}
    claim = await bench.store.find_claim(USER, FINGERPRINT)
    assert [intent.intent_id for intent in (await bench.read(claim.job_id)).intents] == [claim.intent_id]


async def test_a_released_clip_is_taken_over_by_one(bench: JobsBench) -> None:
    for job_id in (JOB, OTHER_JOB):
        await begin(bench, job_id=job_id)
    await bench.plan()
    await bench.move("planned", "refunded")
    won, raised = await race(*(bench.plan(OTHER_JOB, f"scene-0{number}.1") for number in range(1, 5)))
    assert len(won) == 1
    assert {type(error) for error in raised} == {ClipInProgressError}


async def test_an_old_attempt_is_refused_wherever_it_stands(bench: JobsBench) -> None:
    await begin(bench)
    await bench.plan()
    assert await bench.uses.attempts.continue_job(USER, JOB, 1) == 2
    calls = (
        bench.uses.attempts.heartbeat(USER, JOB, 1),
        bench.move("planned", "reserved"),
        bench.plan(JOB, "music.1"),
        bench.uses.ending.fail(USER, JOB, 1, make_problem()),
    )
    won, raised = await race(*calls)
    assert won == []
    assert [type(error) for error in raised] == [StaleAttemptError] * 4


async def test_scenes_and_costs_side_by_side_have_events_without_a_gap(bench: JobsBench) -> None:
    await begin(bench, storyboard=make_storyboard(10))
    for number in range(1, 11):
        await bench.plan(JOB, f"scene-{number:02d}.1", fingerprint=f"{number:064x}")
        await bench.send(f"p-{number}", JOB, f"scene-{number:02d}.1")
    told = UpdateScene(state=SceneState.GENERATING)
    _, raised = await race(
        *(bench.uses.attempts.update_scene(USER, JOB, 1, number, told) for number in range(1, 11)),
        *(
            bench.move("created", "settled", JOB, f"scene-{number:02d}.1", actual_microusd=1000)
            for number in range(1, 11)
        ),
    )
    assert raised == []
    assert [event.seq for event in await bench.store.list_events(JOB, 0, 100)] == list(range(1, 21))
    assert (await bench.read()).job.spent_microusd == 10_000


async def test_finishing_against_failing_ends_in_one_truth(bench: JobsBench) -> None:
    bench.quota.states[JOB] = "open"
    await begin(bench, status=JobStatus.GENERATING)
    _, raised = await race(
        *(bench.uses.ending.fail(USER, JOB, 1, make_problem(detail=str(number))) for number in range(4))
    )
    assert {type(error) for error in raised} == {JobTerminalError}
    job = (await bench.read()).job
    assert (job.status, job.money, bench.quota.states) == (JobStatus.FAILED, Money.CLOSED, {JOB: "released"})
    assert await bench.tell_types() == ["job.failed"]


async def test_many_reapers_start_one_attempt(bench: JobsBench) -> None:
    await begin(bench)
    bench.clock.advance(46)
    await asyncio.gather(*(bench.reaper.sweep() for _ in range(4)))
    assert bench.workflow.started == [(JOB, 2)]
