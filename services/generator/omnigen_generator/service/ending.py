"""The two ends of an execution that are not the video: the job fails, or the next attempt goes on."""

from collections.abc import Mapping
from typing import Any

from omnigen_generator.domain.outcomes import Reason
from omnigen_generator.schemas import StepAnswer
from omnigen_generator.service.answers import done
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import JobProblem


async def fail(turn: Turn, last: Mapping[str, Any] | None) -> StepAnswer:
    """Tell the first failed scene's problem; else what the state machine hands on of its last step."""
    problem = _find_scene_problem(turn) or _find_told(last) or _describe_error(turn, last)
    await turn.tools.jobs.fail(turn.ref, problem)
    return done()


async def continue_attempt(turn: Turn) -> StepAnswer:
    """Jobs starts the next attempt; this execution ends."""
    await turn.tools.jobs.continue_attempt(turn.ref)
    return done()


def _find_scene_problem(turn: Turn) -> JobProblem | None:
    return next((scene.problem for scene in turn.snapshot.scenes if scene.problem is not None), None)


def _find_told(last: Mapping[str, Any] | None) -> JobProblem | None:
    told = (last or {}).get("problem")
    return None if told is None else JobProblem.model_validate(told)


def _describe_error(turn: Turn, last: Mapping[str, Any] | None) -> JobProblem:
    """The error's name is enough for a user; its cause is in the execution's history and in our log."""
    name = str((last or {}).get("Error", "no reason given"))[:100]
    reason = Reason(
        FailureCode.STEP_FAILED,
        f"The work stopped with an error on our side, also when it was tried again: {name}.",
    )
    return reason.to_problem(turn.snapshot.status)
