"""The provider tells of an end: the call is looked at beside the execution that waits for it, and paid once."""

import asyncio
from typing import Any

import pytest
from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import CLIPS, MUSIC, PLANNER, World
from tests.fakes.time_travel import run_virtually

from omnigen_generator.domain.calls import typical_latency_s
from omnigen_generator.domain.pacing import EARLY_POLL_S, poll_wait_s
from omnigen_shared.contracts.job import IntentStatus, JobStatus, SceneState


def a_world() -> World:
    world = World()
    world.order()
    return world


def test_a_clip_that_has_ended_is_collected_and_its_body_ordered_at_once() -> None:
    world = a_world()

    async def scenario() -> None:
        await world.plan_alone()
        await world.step("scene", scene=2)
        world.clock.advance(world.provider.latency_s)
        await world.look("scene-02.1")
        assert world.snapshot.scenes[1].state is SceneState.INGESTED
        assert world.intent("scene-02.1").status is IntentStatus.SETTLED
        assert len(world.composer.list_running()) == 1

    run_virtually(scenario())


def test_the_body_is_ordered_before_the_books_are_kept() -> None:
    world, seen = a_world(), []
    taken = world.composer.put_segment

    async def put_segment(*args: Any, **options: Any) -> Any:
        seen.append(world.intent("scene-02.1").status)
        return await taken(*args, **options)

    async def scenario() -> None:
        await world.plan_alone()
        await world.step("scene", scene=2)
        world.clock.advance(world.provider.latency_s)
        world.composer.put_segment = put_segment  # type: ignore[method-assign]
        await world.step("scene", scene=2)

    run_virtually(scenario())
    assert seen[0] in {IntentStatus.CREATED, IntentStatus.INGESTED}
    assert seen[-1] is IntentStatus.SETTLED


def test_a_plan_that_has_ended_sends_for_its_clips_at_once() -> None:
    world = a_world()

    async def scenario() -> None:
        await world.step("plan")
        assert world.snapshot.storyboard is None
        world.clock.advance(world.provider.latency_s)
        await world.look("plan.1")
        assert world.provider.creates.count(CLIPS) == 3

    run_virtually(scenario())


@pytest.mark.parametrize("lag_s", [0.0, 0.3, 1.0, 2.7])
def test_looks_beside_an_execution_pay_nothing_twice(lag_s: float) -> None:
    """One after each moment at which something may have ended, twice, while the execution makes its own steps."""
    world = a_world()

    async def tell(intent_id: str, at_s: float) -> None:
        await asyncio.sleep(at_s)
        await asyncio.gather(world.look(intent_id), world.look(intent_id))

    async def scenario() -> None:
        latency_s = world.provider.latency_s
        scenes = [tell(f"scene-0{number}.1", 2 * latency_s + 1 + lag_s) for number in (1, 2, 3)]
        await asyncio.gather(world.run_executions(), tell("plan.1", latency_s + lag_s), *scenes)

    run_virtually(scenario())
    assert world.snapshot.status is JobStatus.COMPLETED
    assert world.snapshot.attempt == 1
    assert set(world.provider.bill().values()) == {1}
    assert (world.provider.creates.count(PLANNER), world.provider.creates.count(CLIPS)) == (1, 3)
    assert {intent.status for intent in world.snapshot.intents} == {IntentStatus.SETTLED}


def test_a_look_at_a_job_that_has_gone_on_or_ended_does_nothing() -> None:
    world = a_world()
    world.run()
    calls = len(world.composer.asked)

    async def scenario() -> None:
        for intent_id in ("plan.1", "scene-01.1", "music.1", "nonsense"):
            await world.look(intent_id)

    run_virtually(scenario())
    assert "Superseded" in world.reached
    assert len(world.composer.asked) == calls


def test_who_is_told_of_an_end_asks_less_often_long_before_it() -> None:
    assert poll_wait_s(5, 30) == EARLY_POLL_S > poll_wait_s(5)
    assert [poll_wait_s(age_s, 30) for age_s in (10, 35, 500)] == [poll_wait_s(age_s) for age_s in (10, 35, 500)]


@pytest.mark.parametrize(("name", "latency_s"), [(CLIPS, 30), (MUSIC, 30), (PLANNER, 10), ("gone/model", 0)])
def test_a_models_usual_time_is_known(name: str, latency_s: int) -> None:
    assert typical_latency_s(name) == latency_s


def test_the_join_is_ordered_on_the_way_to_the_render() -> None:
    world = a_world()
    assert world.run().status is JobStatus.COMPLETED
    assert world.snapshot.output is not None
    assert world.composer.begun_early == {world.snapshot.output.video_key}


def test_nothing_is_ordered_early_that_goes_without_its_sound() -> None:
    world = a_world()
    world.provider.script(MUSIC, Fault.FAILED)
    assert world.run().status is JobStatus.COMPLETED
    assert world.composer.begun_early == set()


def test_a_plan_that_was_sent_for_a_moment_ago_is_looked_at_by_who_sent_for_it() -> None:
    world = a_world()
    world.provider.latency_s = 0.9

    async def scenario() -> None:
        await world.step("plan")
        world.clock.advance(0.5)
        await world.look("plan.1")
        assert world.intent("plan.1").status is IntentStatus.CREATED

    run_virtually(scenario())
