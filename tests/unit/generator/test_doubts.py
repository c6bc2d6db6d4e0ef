"""Calls that nobody can be sure of: equal ones of two users, and predictions that the provider has forgotten."""

import asyncio

from tests.fakes.generator_provider import NEVER_S, Fault
from tests.fakes.generator_world import CLIPS, World
from tests.fakes.time_travel import run_virtually

from omnigen_shared.contracts.job import IntentStatus, JobStatus

CLIP_PRICE = 5 * 25_000


def test_a_lost_call_never_takes_the_equal_one_of_somebody_else() -> None:
    """Ada's request is lost on its way; Bob orders the very same at the same time."""
    world = World()
    world.provider.script(CLIPS, Fault.REQUEST_LOST)
    world.order()
    other = world.beside("job_2", "bob")
    other.order()

    async def both() -> None:
        await asyncio.gather(world.run_executions(), other.run_executions())

    run_virtually(both())
    unknown = [job for job in (world, other) if job.snapshot.status is JobStatus.FAILED]
    assert len(unknown) == 1, "the one whose request was lost"
    fates = {job.intent("scene-01.1").status for job in (world, other)}
    assert fates == {IntentStatus.UNKNOWN, IntentStatus.SETTLED}
    charged = sum(world.quota.spent_microusd(job) for job in ("job_1", "job_2"))
    accepted = [entry.prediction.id for entry in world.provider.accepted.values()]
    assert sorted(world.jobs.bindings) == sorted(accepted)
    assert charged == 2 * (10_000 + 16 * 25_000 + 30_000) - CLIP_PRICE


def test_a_prediction_that_is_not_known_yet_is_asked_for_again() -> None:
    world = World()
    world.order()

    async def forgetting() -> None:
        running = asyncio.create_task(world.run_executions())
        while world.provider.creates.count(CLIPS) < 3:  # noqa: ASYNC110 - the fake sets no event
            await asyncio.sleep(0.1)
        world.provider.forgotten |= world.provider.accepted.keys()
        await asyncio.sleep(20)
        world.provider.forgotten.clear()
        await running

    run_virtually(forgetting())
    assert world.snapshot.status is JobStatus.COMPLETED


def test_a_prediction_that_stays_unknown_keeps_its_hold_and_is_named() -> None:
    world = World()
    world.provider.latency_s = NEVER_S
    world.order()
    world.provider.forgotten |= {f"p{number}" for number in range(1, 9)}
    job = world.run()
    assert job.problem is not None
    assert (job.problem.code, job.problem.scene) == ("outcome_unknown", 1)
    assert job.problem.provider_id is not None
    assert {intent.status for intent in job.intents} == {IntentStatus.UNKNOWN}
    assert world.quota.held_microusd("job_1") == 10_000 + 16 * 25_000 + 30_000


def test_one_that_is_known_again_is_settled_after_all() -> None:
    world = World()
    world.provider.latency_s = 300
    world.order()
    world.provider.forgotten |= {f"p{number}" for number in range(1, 9)}
    world.run()
    world.provider.forgotten.clear()
    for _ in range(10):
        world.reckon()
    assert {intent.status for intent in world.snapshot.intents} == {IntentStatus.SETTLED}
    assert world.quota.held_microusd("job_1") == 0
