"""The music bed. A video without music is better than none: what goes wrong here is logged, never the job's failure."""

import contextlib
from typing import Final

import structlog

from omnigen_generator.domain.calls import MAX_TAKES, find_last_take, music_call
from omnigen_generator.domain.errors import ClipSpoiledError
from omnigen_generator.domain.outcomes import Bought, Outcome, Reason, Waiting
from omnigen_generator.schemas import StepAnswer, StepOutcome
from omnigen_generator.service.answers import done, failed
from omnigen_generator.service.buying import buy
from omnigen_generator.service.preparing import begin_soundtrack
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.calls import CallKind
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import JobStatus

PATIENCE_SHARE: Final = 0.6
"""Of the time to the deadline: later music would cost the video."""

_log = structlog.get_logger()


async def advance_music(turn: Turn) -> StepAnswer:
    """`failed` leaves the video silent; its money is closed with the job's other calls."""
    if not turn.snapshot.request.music or turn.snapshot.music_key is not None:
        return done()
    outcome = await _buy(turn)
    if isinstance(outcome, Bought):
        turn.snapshot = await turn.tools.jobs.store_music(turn.ref, outcome.output_key)
        await begin_soundtrack(turn)
        return done()
    if isinstance(outcome, Waiting) and not is_patience_over(turn, outcome.wait_s):
        return StepAnswer(outcome=StepOutcome.WAITING, wait_s=outcome.wait_s)
    return _go_without(outcome.reason)


async def _buy(turn: Turn) -> Outcome:
    """The first take that was not made in vain by an earlier job."""
    for take in range(find_last_take(turn.snapshot.intents, CallKind.MUSIC), MAX_TAKES):
        with contextlib.suppress(ClipSpoiledError):
            return await buy(turn, music_call(turn.snapshot.request, turn.get_storyboard(), take))
    return await buy(turn, music_call(turn.snapshot.request, turn.get_storyboard(), MAX_TAKES))


def is_patience_over(turn: Turn, wait_s: int) -> bool:
    """Whether the video goes on without what is still waited for."""
    return turn.is_late(wait_s) or turn.window.share_used(turn.now) >= PATIENCE_SHARE


def _go_without(reason: Reason) -> StepAnswer:
    level = _log.info if reason.code is FailureCode.BUDGET_EXCEEDED else _log.warning
    level("music_left_out", code=reason.code.value, detail=reason.detail, provider_id=reason.provider_id)
    return failed(reason, JobStatus.GENERATING)
