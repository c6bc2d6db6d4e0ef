"""One call of the Lambda at a time."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import CLIPS, World
from tests.fakes.time_travel import run_virtually

from omnigen_generator.domain.attempts import TimeLimits
from omnigen_generator.domain.errors import StaleAttemptError
from omnigen_generator.schemas import StepCall, StepOutcome
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.job import IntentStatus, JobStatus, MoveIntent, SceneState
from omnigen_shared.contracts.storyboard import PlannedBy
from omnigen_shared.errors import DependencyUnavailableError

AN_INPUT = {"job_id": "job_1", "user_id": "ada", "plan": "free", "attempt": 1}
A_REFUND = MoveIntent(expected=IntentStatus.PLANNED, status=IntentStatus.REFUNDED)
A_PROBLEM = {"code": "render_failed", "stage": "composing", "detail": "d", "remedy": "r"}
LOOPS = ["plan", "scene", "music", "narration", "render", "settle"]


class Away:
    """A service that does not answer."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: Any) -> None:
            raise DependencyUnavailableError(f"{name} is not answered")

        return fail


def a_world(time_s: float = 600) -> World:
    world = World()
    world.order(time_s=time_s)
    return world


async def produce(world: World) -> None:
    """Until every clip and the music are there, and the segments of each scene."""
    while (await world.step("plan")).outcome is not StepOutcome.DONE:
        world.clock.advance(3)
    for scene in (1, 2, 3, 0):
        name = "scene" if scene else "music"
        while (await world.step(name, scene=scene)).outcome is not StepOutcome.DONE:
            world.clock.advance(3)


@pytest.mark.parametrize("step", LOOPS)
def test_an_old_execution_hands_over_before_it_does_anything(step: str) -> None:
    world = a_world()
    began = to_rfc3339(world.clock.now() - timedelta(seconds=240))
    answer = run_virtually(world.step(step, scene=1, started_at=began))
    assert answer.outcome is StepOutcome.OUT_OF_TIME
    assert world.snapshot.status is JobStatus.PENDING


@pytest.mark.parametrize("step", ["judge", "finish", "fail", "continue"])
def test_the_end_of_an_execution_is_not_put_off(step: str) -> None:
    world = a_world()

    async def scenario() -> None:
        await produce(world)
        await world.step("render")
        world.clock.advance(5)
        began = to_rfc3339(world.clock.now() - timedelta(seconds=250))
        answer = await world.step(step, started_at=began)
        assert answer.outcome in {StepOutcome.DONE, StepOutcome.WAITING}

    run_virtually(scenario())


def test_a_plan_lists_its_scenes() -> None:
    world = a_world()

    async def scenario() -> None:
        first = await world.step("plan")
        assert (first.outcome, first.wait_s) == (StepOutcome.WAITING, 1)
        world.clock.advance(6)
        assert (await world.step("plan")).chains == ((1,), (2,), (3,))
        assert (await world.step("plan")).chains == ((1,), (2,), (3,))
        assert world.snapshot.recipe_id == "recipe1"
        assert world.snapshot.status is JobStatus.GENERATING

    run_virtually(scenario())


def test_a_scene_that_is_done_asks_for_its_transitions_alone() -> None:
    world = a_world()

    async def scenario() -> None:
        await produce(world)
        asked, writes = len(world.composer.requested), len(world.jobs.scene_states)
        assert (await world.step("scene", scene=1)).outcome is StepOutcome.DONE
        assert [request.kind for request in world.composer.requested[asked:]] == ["transition"]
        assert len(world.jobs.scene_states) == writes

    run_virtually(scenario())


def test_a_scene_that_the_storyboard_does_not_have_is_an_error() -> None:
    world = a_world()

    async def scenario() -> None:
        await produce(world)
        with pytest.raises(LookupError, match="no scene 9"):
            await world.step("scene", scene=9)

    run_virtually(scenario())


@pytest.mark.parametrize("away", ["quota", "composer", "assets"])
def test_a_service_that_is_away_is_waited_for(away: str) -> None:
    world = a_world()

    async def scenario() -> None:
        kept = getattr(world, away)
        setattr(world, away, Away())
        for _ in range(5):
            answer = await world.step("plan")
            assert answer.outcome is StepOutcome.WAITING
            world.clock.advance(2)
        setattr(world, away, kept)
        assert (await world.step("plan")).outcome in {StepOutcome.WAITING, StepOutcome.DONE}

    run_virtually(scenario())


def test_when_jobs_is_away_the_state_machine_retries() -> None:
    world = a_world()
    world.jobs = Away()  # type: ignore[assignment]
    with pytest.raises(DependencyUnavailableError):
        run_virtually(world.step("scene", scene=1, job=AN_INPUT))


def test_a_service_that_is_away_until_the_end_breaks_the_step() -> None:
    world = a_world(time_s=21)
    world.quota = Away()  # type: ignore[assignment]
    with pytest.raises(DependencyUnavailableError):
        run_virtually(world.step("plan"))


def test_a_stale_attempt_is_refused_before_anything_is_done() -> None:
    world = a_world()
    with pytest.raises(StaleAttemptError):
        run_virtually(world.step("plan", job={**AN_INPUT, "attempt": 7}))
    assert world.provider.creates == []


def test_nothing_is_sent_when_the_time_is_over() -> None:
    world = a_world(time_s=100)

    async def scenario() -> None:
        world.clock.advance(85)
        await world.step("plan")
        assert (await world.step("scene", scene=1)).outcome is StepOutcome.FAILED
        assert CLIPS not in world.provider.creates
        problem = world.snapshot.scenes[0].problem
        assert problem is not None
        assert problem.code == "deadline_exceeded"

    run_virtually(scenario())


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [
        ([[{"scene": 1, "outcome": "done"}], {"outcome": "done"}], StepOutcome.DONE),
        ([[{"scene": 1, "outcome": "done"}], {"outcome": "failed"}], StepOutcome.DONE),
        ([[{"scene": 1, "outcome": "done"}], {"outcome": "out_of_time"}], StepOutcome.OUT_OF_TIME),
    ],
)
def test_the_judge_reads_the_record_and_the_branches(ends: list[Any], outcome: StepOutcome) -> None:
    world = a_world()

    async def scenario() -> None:
        await produce(world)
        assert (await world.step("judge", produced=ends)).outcome is outcome

    run_virtually(scenario())


def test_the_judge_fails_a_job_with_a_failed_scene() -> None:
    world = a_world()
    world.provider.script(CLIPS, Fault.REFUSED)

    async def scenario() -> None:
        while (await world.step("plan")).outcome is not StepOutcome.DONE:
            world.clock.advance(3)
        await world.step("scene", scene=1)
        ends = [[{"scene": 1, "outcome": "failed"}, {"scene": 2, "outcome": "out_of_time"}], {"outcome": "done"}]
        assert (await world.step("judge", produced=ends)).outcome is StepOutcome.FAILED

    run_virtually(scenario())


def test_a_branch_that_broke_after_its_scene_was_ready_does_no_harm() -> None:
    world = a_world()

    async def scenario() -> None:
        await produce(world)
        ends = [[{"scene": 2, "outcome": "broken"}], {"outcome": "done"}]
        assert (await world.step("judge", produced=ends)).outcome is StepOutcome.DONE
        assert world.snapshot.scenes[1].state is SceneState.PREPARED

    run_virtually(scenario())


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (
            {
                "outcome": "failed",
                "problem": {"code": "render_failed", "stage": "composing", "detail": "d", "remedy": "r"},
            },
            "render_failed",
        ),
        ({"Error": "Sandbox.Timedout", "Cause": "{}"}, "step_failed"),
        ({}, "step_failed"),
        (None, "step_failed"),
    ],
)
def test_a_job_fails_with_what_is_known(last: dict[str, Any] | None, code: str) -> None:
    world = a_world()
    run_virtually(world.step("fail", last=last))
    assert world.snapshot.problem is not None
    assert world.snapshot.problem.code == code


def test_finish_is_repeatable_until_the_job_is_told() -> None:
    world = a_world()

    async def scenario() -> None:
        await produce(world)
        while (await world.step("render")).outcome is not StepOutcome.DONE:
            world.clock.advance(3)
        assert (await world.step("finish")).outcome is StepOutcome.DONE
        assert world.snapshot.output is not None
        assert world.snapshot.output.poster_key.endswith(".jpg")

    run_virtually(scenario())


def test_finish_without_a_video_goes_back_to_render() -> None:
    world = a_world()

    async def scenario() -> None:
        await produce(world)
        await world.step("render")
        world.composer.ready_at.clear()
        assert (await world.step("finish")).outcome is StepOutcome.WAITING
        assert world.snapshot.status is JobStatus.COMPOSING

    run_virtually(scenario())


def test_a_render_that_is_not_ready_in_time_fails_in_its_stage() -> None:
    world = a_world(time_s=100)
    world.composer.work_s = 0
    world.provider.latency_s = 1

    async def scenario() -> None:
        await produce(world)
        world.composer.work_s = 1000
        world.clock.advance(75)
        answer = await world.step("render")
        assert answer.outcome is StepOutcome.FAILED
        assert answer.problem is not None
        assert (answer.problem.code, answer.problem.stage) == ("deadline_exceeded", "composing")

    run_virtually(scenario())


@pytest.mark.parametrize("is_pinned", [True, False])
def test_a_plan_that_was_bought_before_and_swept_since(is_pinned: bool) -> None:
    """The storyboard that was made of it stays; where none was, the template steps in."""
    world = a_world()
    run_virtually(produce(world))
    world.assets.objects = {key: kept for key, kept in world.assets.objects.items() if "/plans/" not in key}
    if not is_pinned:
        world.jobs.pins.clear()
    again = world.beside("job_2")
    again.order()
    assert again.run().status is JobStatus.COMPLETED
    assert again.snapshot.storyboard is not None
    assert again.snapshot.storyboard.planned_by is (PlannedBy.MODEL if is_pinned else PlannedBy.TEMPLATE)


def test_a_call_that_another_run_gave_up_meanwhile_leaves_no_hold() -> None:
    """The other run refunds between this one's reading and its hold."""
    world = a_world()

    async def scenario() -> None:
        await world.plan_alone()
        spend = world.quota.spend

        async def overtaken(ref: Any, intent: Any) -> None:
            await world.jobs.move_intent(ref, intent.intent_id, A_REFUND)
            await spend(ref, intent)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(world.quota), "spend", lambda _, *args: overtaken(*args))
            assert (await world.step("scene", scene=1)).outcome is StepOutcome.WAITING
        assert world.quota.state("job_1", "scene-01.1") == "refunded"
        assert CLIPS not in world.provider.creates

    run_virtually(scenario())


def test_a_composer_without_room_is_asked_again() -> None:
    world = a_world()

    async def scenario() -> None:
        await produce(world)
        await world.step("render")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(world.composer), "put_segment", full)
            world.composer.segments.clear()
            answer = await world.step("render")
        assert (answer.outcome, answer.wait_s) == (StepOutcome.WAITING, 2)

    async def full(*_: object, is_held: bool) -> None:
        assert is_held
        raise DependencyUnavailableError("no room", retry_after_s=5)

    run_virtually(scenario())


def test_a_long_wait_ends_with_the_executions_time() -> None:
    world = a_world()
    world.provider.script(CLIPS, Fault.THROTTLED)

    async def scenario() -> None:
        await world.plan_alone()
        began = to_rfc3339(world.clock.now() - timedelta(seconds=237.5))
        assert (await world.step("scene", scene=1, started_at=began)).wait_s == 3

    run_virtually(scenario())


def test_limits_come_in_with_the_tools() -> None:
    world = a_world()
    world.limits = TimeLimits(execution_budget_s=5)
    began = to_rfc3339(world.clock.now() - timedelta(seconds=5))
    assert run_virtually(world.step("plan", started_at=began)).outcome is StepOutcome.OUT_OF_TIME


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"step": "dance", "state": "S", "started_at": "2026-11-24T12:00:00Z", "job": {}},
        {
            "step": "plan",
            "state": "S",
            "started_at": "now",
            "job": {"job_id": "j", "user_id": "u", "plan": "", "attempt": 1},
        },
    ],
)
def test_an_input_that_no_task_sends_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StepCall.model_validate(event)
