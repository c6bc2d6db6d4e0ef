"""One call of the Lambda: read the record, advance one unit by one short step, say how it stands."""

import math
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from omnigen_generator.domain.attempts import Window
from omnigen_generator.ports import Tools
from omnigen_generator.schemas import StepAnswer, StepCall, StepName, StepOutcome
from omnigen_generator.service.answers import out_of_time
from omnigen_generator.service.closing import settle_job
from omnigen_generator.service.ending import continue_attempt, fail
from omnigen_generator.service.judge import judge
from omnigen_generator.service.looking import look
from omnigen_generator.service.music import advance_music
from omnigen_generator.service.narration import advance_narration
from omnigen_generator.service.plan import plan
from omnigen_generator.service.reckoning import reckon
from omnigen_generator.service.render import finish, render
from omnigen_generator.service.scene import advance_scene
from omnigen_generator.service.turn import Turn
from omnigen_shared.errors import DependencyUnavailableError

DEPENDENCY_WAIT_S: Final = 2
LOOPS: Final = frozenset(
    {StepName.PLAN, StepName.SCENE, StepName.MUSIC, StepName.NARRATION, StepName.RENDER, StepName.SETTLE}
)
"""Steps that the state machine asks again while they wait."""

_log = structlog.get_logger()

Step = Callable[[Turn, StepCall], Awaitable[StepAnswer]]
_STEPS: Final[dict[StepName, Step]] = {
    StepName.PLAN: lambda turn, _: plan(turn),
    StepName.SCENE: lambda turn, call: advance_scene(turn, call.scene),
    StepName.MUSIC: lambda turn, _: advance_music(turn),
    StepName.NARRATION: lambda turn, _: advance_narration(turn),
    StepName.JUDGE: lambda turn, call: judge(turn, call.ends),
    StepName.RENDER: lambda turn, call: render(turn, is_silent=call.was_silent, is_mute=call.was_mute),
    StepName.FINISH: lambda turn, call: finish(turn, is_silent=call.was_silent, is_mute=call.was_mute),
    StepName.SETTLE: lambda turn, _: settle_job(turn),
    StepName.FAIL: lambda turn, call: fail(turn, call.last),
    StepName.CONTINUE: lambda turn, _: continue_attempt(turn),
    StepName.RECKON: lambda turn, _: reckon(turn),
    StepName.LOOK: lambda turn, call: look(turn, call.intent),
}


async def run_step(tools: Tools, call: StepCall) -> StepAnswer:
    """StaleAttemptError and JobTerminalError end the execution; DependencyUnavailableError is for Retry."""
    ref = call.job.to_ref()
    snapshot = await tools.jobs.beat(ref)
    turn = Turn(tools, ref, Window(call.started_at, snapshot.deadline_at, tools.limits), snapshot)
    is_loop = call.step in LOOPS
    if is_loop and turn.window.is_spent(turn.now):
        return out_of_time()
    try:
        answer = await _STEPS[call.step](turn, call)
    except DependencyUnavailableError as error:
        if not is_loop or turn.is_late(DEPENDENCY_WAIT_S):
            raise
        _log.warning("dependency_unavailable", step=call.step.value, detail=error.detail)
        answer = StepAnswer(outcome=StepOutcome.WAITING, wait_s=DEPENDENCY_WAIT_S)
    return _within_budget(turn, answer)


def _within_budget(turn: Turn, answer: StepAnswer) -> StepAnswer:
    """A long wait ends when the execution's time does, so that there is somebody left to hand over."""
    left_s = max(math.ceil(turn.window.limits.execution_budget_s - turn.elapsed_s), 0)
    return answer if answer.wait_s <= left_s else answer.model_copy(update={"wait_s": left_s})
