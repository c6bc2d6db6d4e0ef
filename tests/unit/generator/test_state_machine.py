"""The definition itself, and each of its states reached by some job."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import CLIPS, DEFINITION, World, broken
from tests.fakes.time_travel import run_virtually

from omnigen_generator.domain import errors
from omnigen_generator.domain.attempts import TimeLimits
from omnigen_generator.domain.errors import JobTerminalError, StaleAttemptError
from omnigen_generator.schemas import StepCall, StepName
from omnigen_generator.settings import GeneratorSettings
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError

MACHINE: Mapping[str, Any] = orjson.loads(DEFINITION.read_bytes())
LOST = ["StaleAttemptError", "JobTerminalError"]


def machines(machine: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The definition and all that are nested in it."""
    yield machine
    for state in machine["States"].values():
        inner = [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]
        for nested in inner:
            yield from machines(nested)


def all_states() -> dict[str, Mapping[str, Any]]:
    return {name: state for machine in machines(MACHINE) for name, state in machine["States"].items()}


def tasks() -> dict[str, Mapping[str, Any]]:
    return {name: state for name, state in all_states().items() if state["Type"] == "Task"}


def retried() -> dict[str, Mapping[str, Any]]:
    return {name: task for name, task in tasks().items() if "Retry" in task}


def test_names_are_unique_and_every_target_exists_in_its_machine() -> None:
    names = [name for machine in machines(MACHINE) for name in machine["States"]]
    assert len(names) == len(set(names))
    for machine in machines(MACHINE):
        for state in machine["States"].values():
            targets = [state.get("Next"), state.get("Default")]
            targets += [entry["Next"] for entry in (*state.get("Choices", []), *state.get("Catch", []))]
            assert {target for target in targets if target} <= machine["States"].keys()
            assert ("Next" in state) or state.get("End") or state["Type"] in {"Choice", "Succeed", "Fail"}


def test_every_task_says_who_it_is_retries_the_service_and_not_a_lost_attempt() -> None:
    assert len(tasks()) == len(StepName)
    for name, task in retried().items():
        assert task["Resource"] == "${GeneratorFunctionArn}"
        given = task["Parameters"]
        assert given["state.$"] == "$$.State.Name"
        assert given["started_at.$"] == "$$.Execution.StartTime"
        first, busy, service, rest = task["Retry"]
        assert first == {"ErrorEquals": LOST, "MaxAttempts": 0}
        assert busy["ErrorEquals"] == ["Lambda.TooManyRequestsException", "TooManyRequestsException"]
        assert DependencyUnavailableError.__name__ in service["ErrorEquals"]
        assert rest["ErrorEquals"] == ["States.ALL"], name
        assert task["Catch"][0]["ErrorEquals"] == LOST


def test_a_busy_lambda_is_waited_for_as_long_as_an_execution_may_work() -> None:
    """Nothing was done, so asking again costs nothing; a step that gave up would fail a job that has paid for clips."""
    _, busy, *_ = next(iter(retried().values()))["Retry"]
    assert busy["JitterStrategy"] == "FULL", "half of each pause, on average"
    pauses_s = [
        min(busy["MaxDelaySeconds"], busy["IntervalSeconds"] * busy["BackoffRate"] ** number) / 2
        for number in range(busy["MaxAttempts"])
    ]
    assert sum(pauses_s) >= GeneratorSettings.model_fields["execution_budget_s"].default


def test_every_task_retries_alike() -> None:
    """JSON has no names for what is written nine times: it must at least be the same nine times."""
    blocks = {orjson.dumps(task["Retry"], option=orjson.OPT_SORT_KEYS) for task in retried().values()}
    assert len(blocks) == 1


def test_what_others_do_later_anyway_is_not_tried_again() -> None:
    """Where all workers are busy, a repetition would keep from them whoever waits."""
    assert tasks().keys() - retried().keys() == {"Look"}
    assert [catcher["Next"] for catcher in tasks()["Look"]["Catch"]] == ["Superseded", "Ended"]


def test_error_names_are_classes_of_ours() -> None:
    known = {*vars(errors), DependencyUnavailableError.__name__}
    named = {
        name
        for state in all_states().values()
        for entry in (*state.get("Retry", []), *state.get("Catch", []))
        for name in entry["ErrorEquals"]
    }
    ours = {name for name in named if not re.match(r"(States|Lambda)\.|TooMany", name)}
    assert ours <= known
    assert {LOST[0], LOST[1]} == {StaleAttemptError.__name__, JobTerminalError.__name__}


def test_the_readme_tells_of_every_state_and_every_error() -> None:
    text = DEFINITION.with_name("README.md").read_text()
    diagram = text.split("```mermaid")[1].split("```")[0]
    missing = [name for name in all_states() if not re.search(rf"\b{name}\b", diagram)]
    assert not missing
    named = {name for task in retried().values() for retrier in task["Retry"] for name in retrier["ErrorEquals"]}
    assert all(f"`{name}`" in text for name in named - {"States.ALL"})


def test_the_generators_readme_tells_of_every_failure() -> None:
    text = (DEFINITION.parents[1] / "services" / "generator" / "README.md").read_text()
    listed = re.findall(r"^\| `([a-z_]+)` \|", text.split("## Failed jobs")[1].split("\n## ")[0], re.MULTILINE)
    # The reaper of jobs gives the one other code.
    assert listed == sorted(code.value for code in FailureCode if code is not FailureCode.JOB_DEADLINE_EXCEEDED)


def test_the_definition_holds_for_express_too() -> None:
    text = DEFINITION.read_text()
    assert "waitForTaskToken" not in text
    assert ".sync" not in text
    assert "TimeoutSeconds" not in MACHINE


@pytest.mark.parametrize("lost", [StaleAttemptError, JobTerminalError])
@pytest.mark.parametrize("step", [step for step in StepName if step not in {StepName.CONTINUE, StepName.LOOK}])
def test_a_lost_attempt_ends_quietly_wherever_it_is_noticed(step: StepName, lost: type[RemoteProblemError]) -> None:
    world = World()
    if step in {StepName.SETTLE, StepName.FAIL}:
        world.provider.script(CLIPS, Fault.FAILED)
    world.order()

    def overtake(call: StepCall) -> Exception | None:
        if call.step is not step:
            return None
        world.jobs.snapshots[world.ref.job_id] = world.snapshot.model_copy(update={"status": JobStatus.CANCELED})
        return lost(409, "gone", "gone")

    if step is StepName.RECKON:
        world.run()
        world.reached.clear()
    world.breaks = overtake
    if step is StepName.RECKON:
        world.reckon()
    else:
        world.run(max_attempts=1)
    assert "Superseded" in world.reached
    assert "Ended" not in world.reached
    assert "(failed)" not in world.reached


def test_a_scene_whose_lambda_breaks_for_good_fails_alone() -> None:
    world = World()
    world.order()
    world.breaks = broken(StepName.SCENE, 2)
    job = world.run()
    assert job.problem is not None
    assert (job.problem.code, job.problem.scene) == ("step_failed", 2)
    assert [world.quota.state("job_1", f"scene-0{number}.1") for number in (1, 3)] == ["settled", "settled"]
    assert {"SceneBroken", "SceneEnded", "Judge"} <= world.reached


def test_music_whose_lambda_breaks_for_good_is_left_out() -> None:
    world = World()
    world.order()
    world.breaks = broken(StepName.MUSIC)
    assert world.run().status is JobStatus.COMPLETED
    assert "MusicBroken" in world.reached


def test_narration_whose_lambda_breaks_for_good_is_left_out() -> None:
    world = World()
    world.order(narration=True)
    world.breaks = broken(StepName.NARRATION)
    assert world.run().status is JobStatus.COMPLETED
    assert "NarrationBroken" in world.reached


@pytest.mark.parametrize("step", [StepName.PLAN, StepName.JUDGE, StepName.RENDER])
def test_a_step_that_breaks_for_good_fails_the_job_by_the_errors_name(step: StepName) -> None:
    world = World()
    world.order()
    world.breaks = broken(step)
    job = world.run()
    assert job.problem is not None
    assert job.problem.code == "step_failed"
    assert "RuntimeError" in job.problem.detail
    assert world.quota.held_microusd("job_1") == 0


def test_a_job_that_cannot_be_closed_fails_its_execution_and_is_taken_over() -> None:
    world = World()
    world.order()
    attempts: list[int] = []

    def refuse_first_attempt(call: StepCall) -> Exception | None:
        attempts.append(call.job.attempt)
        return RuntimeError("lost") if (call.step, call.job.attempt) == (StepName.FINISH, 1) else None

    world.breaks = refuse_first_attempt
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    assert job.attempt == 2
    assert "(failed)" in world.reached
    assert set(world.provider.bill().values()) == {1}


def test_every_state_is_reached_by_some_job() -> None:
    reached: set[str] = set()
    arrangements = (_plain, _handing_over, _failing, _broken_scene, _broken_music, _broken_narration)
    for arrange in (*arrangements, _lost_in_scene, _lost_in_music, _lost_in_narration):
        world = World()
        world.order(time_s=900, narration=arrange is not _failing)
        arrange(world)
        world.run(max_attempts=30)
        world.breaks = lambda _: None
        world.reckon()
        run_virtually(world.look("scene-01.1"))
        reached |= world.reached
    assert reached == all_states().keys()


def _plain(world: World) -> None:
    world.provider.latency_s = 5


def _handing_over(world: World) -> None:
    world.limits = TimeLimits(execution_budget_s=20)
    world.provider.latency_s = 35


def _failing(world: World) -> None:
    """All clips are refused at once, and the music's Lambda breaks after its call: Settle waits for the music."""
    world.provider.script(CLIPS, *[Fault.REFUSED] * 3)
    world.provider.latency_s = 30
    calls: list[StepCall] = []

    def break_music(call: StepCall) -> Exception | None:
        calls.append(call)
        has_begun = sum(earlier.step is StepName.MUSIC for earlier in calls) > 1
        return RuntimeError("no space left") if call.step is StepName.MUSIC and has_begun else None

    world.breaks = break_music


def _broken_scene(world: World) -> None:
    world.breaks = broken(StepName.SCENE, 1)


def _broken_music(world: World) -> None:
    world.breaks = broken(StepName.MUSIC)


def _broken_narration(world: World) -> None:
    world.breaks = broken(StepName.NARRATION)


def _lost_in_narration(world: World) -> None:
    _lose(world, StepName.NARRATION)


def _lost_in_scene(world: World) -> None:
    _lose(world, StepName.SCENE)


def _lost_in_music(world: World) -> None:
    _lose(world, StepName.MUSIC)


def _lose(world: World, step: StepName) -> None:
    def overtake(call: StepCall) -> Exception | None:
        if call.step is not step:
            return None
        world.jobs.snapshots[world.ref.job_id] = world.snapshot.model_copy(update={"status": JobStatus.CANCELED})
        return StaleAttemptError(409, "stale_attempt", "gone")

    world.breaks = overtake
