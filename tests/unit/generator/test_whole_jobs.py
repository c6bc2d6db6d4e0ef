"""Whole jobs: the real state machine and the real steps in virtual time, with everything outside faked."""

import asyncio

import pytest
from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import CLIPS, MUSIC, PLANNER, World
from tests.fakes.time_travel import run_virtually

from omnigen_generator.domain.attempts import TimeLimits
from omnigen_shared.contracts.job import IntentStatus, JobStatus, SceneState
from omnigen_shared.contracts.storyboard import PlannedBy
from omnigen_shared.contracts.text import check_text


def test_a_prompt_becomes_a_video_of_exactly_the_ordered_length() -> None:
    world = World()
    world.order(duration_s=15)
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    assert job.output is not None
    assert job.output.frames == 15 * 30
    assert job.storyboard is not None
    assert job.storyboard.planned_by is PlannedBy.MODEL
    assert {scene.state for scene in job.scenes} == {SceneState.PREPARED}
    assert world.jobs.statuses == [JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING]


def test_every_call_is_paid_once_and_closed() -> None:
    world = World()
    world.order(duration_s=15)
    job = world.run()
    assert sorted(world.provider.bill().values()) == [1] * 5
    assert {intent.status for intent in job.intents} == {IntentStatus.SETTLED}
    assert world.quota.held_microusd("job_1") == 0
    assert world.quota.spent_microusd("job_1") == 10_000 + 16 * 25_000 + 30_000


def test_the_render_joins_bodies_and_transitions_in_order_over_the_music() -> None:
    world = World()
    world.order(duration_s=15)
    world.run()
    (render,) = world.composer.renders.values()
    kinds = [world.composer.segments[key].kind for key in render.segment_keys]
    assert kinds == ["body", "transition", "body", "transition", "body"]
    assert render.music_key == f"u/ada/music/{world.intent('music.1').fingerprint}.mp3"


def test_hostile_words_of_the_planner_reach_neither_a_model_nor_the_video() -> None:
    world = World()
    world.provider.script(PLANNER, Fault.HOSTILE_PLAN)
    world.order(duration_s=15)
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    assert job.storyboard is not None
    assert job.storyboard.planned_by is PlannedBy.MODEL
    (render,) = world.composer.renders.values()
    assert render.title == "A[2J film"
    sent = [entry.prediction.input for entry in world.provider.accepted.values()]
    texts = [text for given in sent for text in given.values() if isinstance(text, str)]
    assert any("moment 1" in text for text in texts)
    assert all(check_text(text) == text for text in texts)


def test_clips_wait_side_by_side() -> None:
    world = World()
    world.provider.latency_s = 30
    world.order(duration_s=60)
    began = world.clock.now()

    async def timed() -> float:
        await world.run_executions()
        return (world.clock.now() - began).total_seconds()

    elapsed_s = run_virtually(timed())
    assert len(world.snapshot.scenes) > 10
    assert elapsed_s < 30 + 30 + 20


def test_without_music_none_is_bought() -> None:
    world = World()
    world.order(music=False)
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    assert MUSIC not in world.provider.creates
    assert job.music_key is None


def test_the_same_order_again_pays_for_nothing() -> None:
    world = World()
    world.order()
    first = world.run()
    again = world.beside("job_2")
    again.order()
    second = again.run()
    assert second.status is JobStatus.COMPLETED
    assert second.storyboard == first.storyboard
    assert second.output == first.output
    assert len(world.provider.creates) == 5
    assert world.quota.used_microusd("job_2") == 0


def test_another_user_pays_for_the_same_order() -> None:
    world = World()
    world.order()
    world.run()
    other = world.beside("job_2", "bob")
    other.order()
    assert other.run().status is JobStatus.COMPLETED
    assert set(world.provider.bill().values()) == {2}


def test_two_equal_jobs_at_once_share_one_set_of_clips() -> None:
    world = World()
    world.order()
    twin = world.beside("job_2")
    twin.order()

    async def both() -> None:
        await asyncio.gather(world.run_executions(), twin.run_executions())

    run_virtually(both())
    assert world.snapshot.status is JobStatus.COMPLETED
    assert twin.snapshot.status is JobStatus.COMPLETED
    assert set(world.provider.bill().values()) == {1}


def test_two_executions_of_one_attempt_side_by_side_pay_once() -> None:
    world = World()
    world.order()

    async def both() -> None:
        await asyncio.gather(world.run_executions(), world.run_executions())

    run_virtually(both())
    assert world.snapshot.status is JobStatus.COMPLETED
    assert set(world.provider.bill().values()) == {1}
    assert world.quota.held_microusd("job_1") == 0


def test_an_execution_that_runs_out_of_time_hands_over() -> None:
    world = World(limits=TimeLimits(execution_budget_s=20))
    world.provider.latency_s = 35
    world.order()
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    assert job.attempt > 2
    assert "Continue" in world.reached
    assert set(world.provider.bill().values()) == {1}


def test_an_old_attempt_ends_quietly() -> None:
    world = World()
    world.order()

    async def overtaken() -> None:
        running = asyncio.create_task(world.run_executions())
        await asyncio.sleep(8)
        newer = world.snapshot.model_copy(update={"attempt": 2, "status": JobStatus.CANCELED})
        world.jobs.snapshots[world.ref.job_id] = newer
        await running

    run_virtually(overtaken())
    assert "Superseded" in world.reached
    assert "(failed)" not in world.reached
    assert not {"Fail", "Settle", "Finish"} & world.reached


@pytest.mark.parametrize("duration_s", [5, 6, 7, 10, 30, 60, 180])
def test_every_length_is_met(duration_s: int) -> None:
    world = World()
    world.order(duration_s=duration_s)
    job = world.run()
    assert job.output is not None
    assert job.output.frames == duration_s * 30


def test_a_segment_that_was_lost_is_prepared_again() -> None:
    world = World()
    world.order()

    async def losing() -> None:
        running = asyncio.create_task(world.run_executions())
        while world.snapshot.status is not JobStatus.COMPOSING:  # noqa: ASYNC110 - the fake sets no event
            await asyncio.sleep(0.5)
        world.composer.lose(next(iter(world.composer.segments)))
        await running

    run_virtually(losing())
    assert world.snapshot.status is JobStatus.COMPLETED


def test_progress_is_told_while_the_video_is_rendered() -> None:
    world = World()
    world.order()
    world.run()
    assert {(told.stage, told.fraction) for told in world.jobs.progress} == {("composing", 0.5)}


def test_the_planner_is_told_the_length_of_every_scene() -> None:
    world = World()
    world.order(duration_s=15)
    world.run()
    assert '"scene_durations_s":[5,5,6]' in str(world.intent("plan.1").input["prompt"])
    assert world.provider.creates.count(PLANNER) == 1
    assert world.provider.creates.count(CLIPS) == 3
