"""The definition in the emulator's Step Functions, under both types, with a Lambda that answers as scripted."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from tests.fakes.scripted_lambda import DEFINITION, TYPES, Call, Execution, Script, open_machines, step_answer

from omnigen_generator.domain.errors import JobTerminalError, StaleAttemptError
from omnigen_shared.errors import DependencyUnavailableError

SCENES = [1, 2]
CHAINS = [[1], [2]]
SIDE_BY_SIDE = 7


def plainly(call: Call, earlier: int) -> Any:
    """Everything waits once and is done."""
    if earlier == 0 and call["step"] in {"plan", "scene", "music", "narration", "render"}:
        return step_answer("waiting", wait_s=1)
    return step_answer("done", chains=CHAINS if call["step"] == "plan" else [])


def with_a_broken_scene(call: Call, earlier: int) -> Any:
    if (call["step"], call.get("scene")) == ("scene", 2):
        return ZeroDivisionError()
    if call["step"] == "judge":
        return step_answer("failed")
    return plainly(call, earlier)


def lost_while_producing(call: Call, earlier: int) -> Any:
    if call["step"] == "scene" and call["scene"] == 1 and earlier:
        return StaleAttemptError(409, "stale_attempt", "gone")
    return plainly(call, earlier)


def lost_while_rendering(call: Call, earlier: int) -> Any:
    return JobTerminalError(409, "job_terminal", "over") if call["step"] == "render" else plainly(call, earlier)


def with_a_service_away(call: Call, earlier: int) -> Any:
    is_away = call["step"] == "music" and earlier < 2
    return DependencyUnavailableError("quota is away") if is_away else plainly(call, earlier)


def out_of_time(call: Call, earlier: int) -> Any:
    if call["step"] in {"scene", "judge"}:
        return step_answer("out_of_time")
    return plainly(call, earlier)


def failing(call: Call, earlier: int) -> Any:
    if call["step"] == "render":
        return step_answer("failed", problem={"code": "render_failed"})
    if call["step"] == "settle" and earlier == 0:
        return step_answer("waiting", wait_s=1)
    return plainly(call, earlier)


def breaking_before_there_is_a_plan(call: Call, earlier: int) -> Any:
    return KeyError("no model") if call["step"] == "plan" else plainly(call, earlier)


def in_a_chain(call: Call, earlier: int) -> Any:
    if call["step"] == "plan":
        return step_answer("done", chains=[SCENES])
    return plainly(call, earlier)


def impossible_to_close(call: Call, earlier: int) -> Any:
    return ZeroDivisionError() if call["step"] == "finish" else plainly(call, earlier)


def settling(call: Call, earlier: int) -> Any:
    """Started for a job that has ended."""
    return DependencyUnavailableError("quota is away") if earlier == 0 else plainly(call, earlier)


def looking(_call: Call, _earlier: int) -> Any:
    """Started for a call that has ended; what the step says is nobody's business."""
    return step_answer("failed")


def looking_in_vain(_call: Call, _earlier: int) -> Any:
    return DependencyUnavailableError("quota is away")


SCRIPTS: tuple[Script, ...] = (
    plainly,
    with_a_broken_scene,
    lost_while_producing,
    lost_while_rendering,
    with_a_service_away,
    out_of_time,
    failing,
    breaking_before_there_is_a_plan,
    impossible_to_close,
    settling,
    looking,
    looking_in_vain,
    in_a_chain,
)
LOOKS = (looking, looking_in_vain)
LOOK = {"kind": "look", "intent": "scene-02.1"}
PURPOSES: dict[Script, dict[str, str]] = {settling: {"kind": "settle"}, **dict.fromkeys(LOOKS, LOOK)}


@dataclass(frozen=True)
class Runs:
    """Every script under every type."""

    executions: dict[tuple[str, Script], Execution]

    def get(self, kind: str, script: Script) -> Execution:
        return self.executions[kind, script]


async def run_all(emulator_url: str) -> Runs:
    """Side by side, because they mostly wait; not all at once, because the emulator's workers are few.

    Looks go first, alone: one that finds no worker is not tried again.
    """
    some = asyncio.Semaphore(SIDE_BY_SIDE)
    async with open_machines(emulator_url) as machines:

        async def run(kind: str, script: Script) -> Execution:
            async with some:
                return await machines.run(kind, script, PURPOSES.get(script, {"kind": "make"}))

        executions: dict[tuple[str, Script], Execution] = {}
        for scripts in (LOOKS, set(SCRIPTS) - set(LOOKS)):
            keys = [(kind, script) for script in scripts for kind in TYPES]
            ended = await asyncio.gather(*(run(*key) for key in keys))
            executions |= dict(zip(keys, ended, strict=True))
    return Runs(executions)


@pytest.fixture(scope="module")
def runs(emulator_url: str) -> Iterator[Runs]:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        yield runner.run(run_all(emulator_url))


@pytest.fixture(params=TYPES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_job_goes_its_way_to_the_end(runs: Runs, kind: str) -> None:
    run = runs.get(kind, plainly)
    assert run.status == "SUCCEEDED"
    assert run.order[0] == "plan"
    assert set(run.order[1:4]) == {"scene", "music", "narration"}
    assert run.order[4:] == ["judge", "render", "finish"]
    assert [len(run.of("scene", number)) for number in SCENES] == [2, 2]


def test_a_chain_makes_one_scene_after_the_other(runs: Runs, kind: str) -> None:
    run = runs.get(kind, in_a_chain)
    assert run.status == "SUCCEEDED"
    assert [call["scene"] for call in run.of("scene")] == [1, 1, 2, 2]
    (judged,) = run.of("judge")
    assert judged["produced"][0] == [[{"scene": 1, "outcome": "done"}, {"scene": 2, "outcome": "done"}]]


def test_every_call_says_which_state_of_which_job_it_is(runs: Runs, kind: str) -> None:
    for call in runs.get(kind, plainly).calls:
        assert call["state"].lower() == call["step"] or call["step"] in {"scene", "music", "narration"}
        assert set(call["job"]) == {"job_id", "user_id", "plan", "attempt", "kind"}
        assert call["started_at"].startswith("20")
        assert call["entered_at"] >= call["started_at"]


def test_the_judge_is_told_how_every_branch_ended(runs: Runs, kind: str) -> None:
    (judged,) = runs.get(kind, plainly).of("judge")
    assert judged["produced"] == [
        [[{"scene": 1, "outcome": "done"}], [{"scene": 2, "outcome": "done"}]],
        {"outcome": "done"},
        {"outcome": "done"},
    ]


def test_a_scene_that_breaks_is_retried_and_leaves_its_siblings_alone(runs: Runs, kind: str) -> None:
    run = runs.get(kind, with_a_broken_scene)
    assert len(run.of("scene", 2)) == 3
    (judged,) = run.of("judge")
    assert judged["produced"][0] == [[{"scene": 1, "outcome": "done"}], [{"scene": 2, "outcome": "broken"}]]
    assert run.order[-2:] == ["settle", "fail"]
    assert run.status == "SUCCEEDED"


@pytest.mark.parametrize("script", [lost_while_producing, lost_while_rendering])
def test_a_lost_attempt_is_not_retried_and_ends_quietly(runs: Runs, kind: str, script: Script) -> None:
    run = runs.get(kind, script)
    assert run.status == "SUCCEEDED"
    assert not run.of("finish") + run.of("settle") + run.of("fail")
    if script is lost_while_producing:
        assert len(run.of("scene", 1)) == 2
        assert not run.of("judge")
    else:
        assert len(run.of("render")) == 1


def test_a_service_that_is_away_for_a_while_is_retried_by_its_errors_name(runs: Runs, kind: str) -> None:
    run = runs.get(kind, with_a_service_away)
    assert run.status == "SUCCEEDED"
    assert run.of("finish")
    assert len(run.of("music")) == 3


def test_an_execution_out_of_time_starts_the_next_attempt(runs: Runs, kind: str) -> None:
    run = runs.get(kind, out_of_time)
    assert run.order[-1] == "continue"
    assert run.of("judge")[0]["produced"][0][0][0]["outcome"] == "out_of_time"


def test_a_failure_is_settled_first_and_told_with_its_reason(runs: Runs, kind: str) -> None:
    run = runs.get(kind, failing)
    assert run.order[-2:] == ["settle", "fail"]
    assert len(run.of("settle")) == 2
    assert run.of("fail")[0]["last"]["problem"] == {"code": "render_failed"}


def test_an_error_is_told_by_its_name(runs: Runs, kind: str) -> None:
    run = runs.get(kind, breaking_before_there_is_a_plan)
    assert run.of("fail")[0]["last"]["Error"] == "KeyError"
    assert not run.of("scene")


def test_an_execution_that_cannot_close_its_job_fails(runs: Runs, kind: str) -> None:
    run = runs.get(kind, impossible_to_close)
    assert (run.status, run.error) == ("FAILED", "ZeroDivisionError")


def test_the_calls_of_an_ended_job_are_accounted_for_and_nothing_else_is_done(runs: Runs, kind: str) -> None:
    run = runs.get(kind, settling)
    assert run.status == "SUCCEEDED"
    assert [call["step"] for call in run.calls] == ["reckon", "reckon"]


@pytest.mark.parametrize("script", LOOKS)
def test_a_call_is_looked_at_beside_the_execution_that_waits_and_nothing_else_is_done(
    runs: Runs, kind: str, script: Script
) -> None:
    run = runs.get(kind, script)
    assert run.status == "SUCCEEDED"
    assert [(call["step"], call["intent"]) for call in run.calls] == [("look", "scene-02.1")]


def test_render_and_finish_are_told_what_the_render_before_has_found_out(runs: Runs, kind: str) -> None:
    run = runs.get(kind, plainly)
    assert run.of("render")[1]["last"]["outcome"] == "waiting"
    assert run.of("finish")[0]["last"]["is_silent"] is False


def test_all_tasks_of_the_definition_were_reached(runs: Runs, kind: str) -> None:
    reached = {state for script in SCRIPTS for state in runs.get(kind, script).states}
    assert reached >= tasks_of(orjson.loads(DEFINITION.read_bytes()))


def tasks_of(machine: Any) -> set[str]:
    found = set()
    for name, state in machine["States"].items():
        found |= {name} if state["Type"] == "Task" else set()
        nested = [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]
        found |= {inner for branch in nested for inner in tasks_of(branch)}
    return found
