"""The spoken lines. As with music, a line that cannot be had is left out, and its scene is heard without it."""

from typing import Final

import structlog

from omnigen_generator.domain.calls import PaidCall, find_current, voice_call
from omnigen_generator.domain.errors import ClipSpoiledError
from omnigen_generator.domain.outcomes import Bought, NotBought, Waiting
from omnigen_generator.domain.segments import find_speech_key
from omnigen_generator.schemas import StepAnswer, StepOutcome
from omnigen_generator.service.answers import done
from omnigen_generator.service.buying import buy
from omnigen_generator.service.closing import NOT_SENT, give_up
from omnigen_generator.service.music import is_patience_over
from omnigen_generator.service.preparing import begin_soundtrack
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.storyboard import Scene
from omnigen_shared.together import run_all

LINES_AT_ONCE: Final = 12
"""So many are under way at once: each takes some calls of jobs and quota. Those at their end make room for others."""

_log = structlog.get_logger()


async def advance_narration(turn: Turn) -> StepAnswer:
    """`done` when every line is there or given up."""
    if not turn.snapshot.request.narration:
        return done()
    missing = [scene for scene in turn.get_storyboard().scenes if _is_missing(turn, scene)]
    waits: list[int] = []
    for start in range(0, len(missing), LINES_AT_ONCE):
        answers = await run_all(_advance(turn.fork(), scene) for scene in missing[start : start + LINES_AT_ONCE])
        waits += [wait_s for wait_s in answers if wait_s is not None]
        if waits:  # lines that are at their end hold up nobody
            return StepAnswer(outcome=StepOutcome.WAITING, wait_s=min(waits))
    if missing:
        turn.snapshot = await turn.tools.jobs.beat(turn.ref)
    await begin_soundtrack(turn)
    return done()


def _is_missing(turn: Turn, scene: Scene) -> bool:
    return bool(scene.narration) and find_speech_key(turn.snapshot, scene.number) is None


async def _advance(turn: Turn, scene: Scene) -> int | None:
    """How long this line likes to be waited for; None when it is at its end."""
    call = voice_call(turn.snapshot.request, scene)
    try:
        outcome = await buy(turn, call)
    except ClipSpoiledError:  # An earlier job has paid for this very line in vain.
        return None
    if isinstance(outcome, Bought):
        return None
    if isinstance(outcome, Waiting) and not is_patience_over(turn, outcome.wait_s):
        return outcome.wait_s
    if isinstance(outcome, NotBought):
        _log.warning("line_left_out", scene=scene.number, code=outcome.reason.code.value, detail=outcome.reason.detail)
        await _forget_refused(turn, call)
    return None


async def _forget_refused(turn: Turn, call: PaidCall) -> None:
    """A refused call is as good as unsent; while other lines are waited for, it is not sent again and again."""
    turn.snapshot = await turn.tools.jobs.beat(turn.ref)
    intent = find_current(turn.snapshot, call.intent_id)
    if intent is not None and intent.status in NOT_SENT:
        await give_up(turn, intent)
