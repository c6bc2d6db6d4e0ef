"""The plan's own step begins the first scenes, so that no clip waits for another worker to wake up."""

from typing import Any

import pytest
from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import CLIPS, World
from tests.fakes.time_travel import run_virtually

from omnigen_generator.domain.errors import StaleAttemptError
from omnigen_generator.schemas import StepOutcome
from omnigen_generator.service.beginning import AT_ONCE
from omnigen_shared.contracts.job import IntentRecord, JobStatus, SceneState
from omnigen_shared.errors import DependencyUnavailableError


def planned(world: World, **order: Any) -> None:
    """By steps of the plan alone."""
    world.order(**order)

    async def scenario() -> None:
        while (await world.step("plan")).outcome is not StepOutcome.DONE:
            world.clock.advance(1)

    run_virtually(scenario())


def break_spending(patch: pytest.MonkeyPatch, world: World, error: Exception) -> None:
    """Quota fails for the second scene."""
    spend = world.quota.spend

    async def spend_or_fail(ref: Any, intent: IntentRecord) -> None:
        if intent.intent_id == "scene-02.1":
            raise error
        await spend(ref, intent)

    patch.setattr(type(world.quota), "spend", lambda _, *args: spend_or_fail(*args))


def test_all_clips_are_on_their_way_when_the_plan_is_done() -> None:
    world = World()
    planned(world)
    assert world.provider.creates.count(CLIPS) == 3
    assert [scene.state for scene in world.snapshot.scenes] == [SceneState.GENERATING] * 3


def test_the_scenes_own_steps_send_nothing_again() -> None:
    world = World()
    planned(world)
    assert world.run().status is JobStatus.COMPLETED
    assert world.provider.creates.count(CLIPS) == 3


def test_of_many_scenes_the_rest_begins_with_its_own_steps() -> None:
    world = World()
    planned(world, duration_s=120)
    assert len(world.snapshot.scenes) > AT_ONCE
    assert world.provider.creates.count(CLIPS) == AT_ONCE
    assert world.run().status is JobStatus.COMPLETED


def test_what_has_begun_is_not_begun_again() -> None:
    world = World()
    planned(world)
    calls = len(world.provider.creates)
    assert run_virtually(world.step("plan")).outcome is StepOutcome.DONE
    assert len(world.provider.creates) == calls


def test_a_scene_that_is_refused_fails_alone() -> None:
    world = World()
    world.provider.script(CLIPS, Fault.NONE, Fault.REFUSED)
    planned(world)
    assert sorted(scene.state for scene in world.snapshot.scenes) == ["failed", "generating", "generating"]


def test_trouble_with_one_scene_is_left_to_its_own_step(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    with monkeypatch.context() as patch:
        break_spending(patch, world, DependencyUnavailableError("quota is away"))
        planned(world)
    assert [scene.state for scene in world.snapshot.scenes] == ["generating", "queued", "generating"]
    assert world.run().status is JobStatus.COMPLETED


def test_a_lost_attempt_is_told_and_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    break_spending(monkeypatch, world, StaleAttemptError(409, "stale_attempt", "another attempt has the job"))
    with pytest.raises(StaleAttemptError):
        planned(world)
