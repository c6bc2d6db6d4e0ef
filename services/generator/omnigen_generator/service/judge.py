"""After all branches have ended: a video to render, a next attempt to start, or a failure to tell."""

from typing import Final

from omnigen_generator.domain.outcomes import Reason
from omnigen_generator.schemas import BranchEnd, StepAnswer, StepOutcome
from omnigen_generator.service.answers import done, failed_as_recorded, out_of_time
from omnigen_generator.service.preparing import begin_video
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import JobStatus, SceneState

BROKEN: Final = "broken"


async def judge(turn: Turn, ends: tuple[BranchEnd, ...]) -> StepAnswer:
    """The record decides; an end counts only where the record is silent."""
    for end in ends:
        if end.outcome == BROKEN and end.scene is not None:
            await _fail_broken(turn, end.scene)
    states = {scene.state for scene in turn.snapshot.scenes}
    if SceneState.FAILED in states:
        return failed_as_recorded()
    if any(end.outcome == StepOutcome.OUT_OF_TIME for end in ends) or states != {SceneState.PREPARED}:
        return out_of_time()
    await begin_video(turn)
    return done()


async def _fail_broken(turn: Turn, number: int) -> None:
    if turn.get_scene(number).state in {SceneState.PREPARED, SceneState.FAILED}:
        return
    reason = Reason(
        FailureCode.STEP_FAILED,
        f"The work on scene {number} stopped with an error on our side, also when it was tried again.",
    )
    problem = reason.to_problem(JobStatus.GENERATING, number)
    await turn.update_scene(number, SceneState.FAILED, problem=problem)
