"""One scene: its clip is bought once and copied into our store, then the composer prepares what it makes possible."""

import asyncio
import textwrap
from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from omnigen_generator.domain.calls import PaidCall, clip_call, find_current
from omnigen_generator.domain.errors import ClipSpoiledError
from omnigen_generator.domain.outcomes import Bought, Reason, Waiting
from omnigen_generator.domain.segments import bodies_of, is_chained, start_frame_key, transitions_around
from omnigen_generator.domain.spoiling import find_spoiled_problem, has_had_enough
from omnigen_generator.schemas import StepAnswer, StepOutcome
from omnigen_generator.service.answers import done, failed_as_recorded, out_of_time, wait_while_there_is_time
from omnigen_generator.service.buying import buy
from omnigen_generator.service.preparing import AGAIN, begin, prepare
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import JobProblem, JobStatus, SceneState, SpoilOutput

QUOTED: Final = 160

_log = structlog.get_logger()


async def advance_scene(turn: Turn, number: int) -> StepAnswer:
    """A scene that has failed stays so; a prepared one is joined to its neighbours."""
    state = turn.get_scene(number).state
    if state is SceneState.FAILED:
        return failed_as_recorded()
    if state is not SceneState.PREPARED:
        answer = await _wait_for_turn(turn, number) or await _get_clip(turn, number) or await _make_body(turn, number)
        if answer is not None:
            return answer
    return await _join(turn, number)


async def _wait_for_turn(turn: Turn, number: int) -> StepAnswer | None:
    """None unless the scene begins where the one before it ends, and that one is not there.

    The state machine makes the scenes of a chain one after the other, so the one before has ended without being ready,
    and nothing will come of waiting for it. Why, another attempt or the judge finds out.
    """
    if number == 1 or not is_chained(turn.snapshot):
        return None
    ahead = [turn.get_scene(earlier).state for earlier in range(1, number)]
    if ahead[-1] is SceneState.PREPARED:
        return None
    if SceneState.FAILED in ahead:
        return failed_as_recorded()
    return out_of_time()


async def _get_clip(turn: Turn, number: int) -> StepAnswer | None:
    """None when the clip lies in the store and the record says so."""
    if turn.get_scene(number).clip_key is not None:
        return None
    spoiled = find_spoiled_problem(turn.snapshot, number)
    if spoiled is not None and has_had_enough(turn.snapshot, number):
        return await _fail(turn, number, spoiled)
    turn.on_stored = partial(_begin_body, turn, number)
    try:
        outcome = await buy(turn, _call(turn, number))
    except ClipSpoiledError:
        return await _begin_next_take(turn, number)
    if isinstance(outcome, Bought):
        await turn.update_scene(number, SceneState.INGESTED, clip_key=outcome.output_key)
        return None
    if isinstance(outcome, Waiting):
        state = SceneState.THROTTLED if outcome.is_throttled else SceneState.GENERATING
        return await _wait(turn, number, outcome, state)
    # Without the budget for one more take, the trouble is that the first was of no use.
    problem = spoiled if outcome.reason.code is FailureCode.BUDGET_EXCEEDED else None
    reason = _name_words(turn, number, outcome.reason)
    return await _fail(turn, number, problem or reason.to_problem(JobStatus.GENERATING, number))


def _name_words(turn: Turn, number: int, reason: Reason) -> Reason:
    """Where the words stand that a provider's moderation refused: it says only that it did."""
    if reason.code is not FailureCode.CONTENT_MODERATED:
        return reason
    storyboard = turn.get_storyboard()
    words = textwrap.shorten(storyboard.scenes[number - 1].prompt, QUOTED, placeholder=" …")
    picture = ", or the reference image" if turn.snapshot.request.reference_image else ""
    place = f"It was given storyboard.scenes.{number - 1}.prompt ({words!r}) with the storyboard's subject and style"
    return replace(reason, detail=f"{reason.detail} {place}{picture}.")


async def _begin_body(turn: Turn, number: int, clip_key: str) -> None:
    await begin(turn, bodies_of(turn.snapshot, number, clip_key))


async def _begin_next_take(turn: Turn, number: int) -> StepAnswer:
    """An earlier job has paid for this very take in vain."""
    await turn.update_scene(number, SceneState.QUEUED, take=turn.get_scene(number).take + 1)
    return await _wait(turn, number, AGAIN, SceneState.QUEUED)


async def _make_body(turn: Turn, number: int) -> StepAnswer | None:
    """None when the scene is prepared. Only its own body speaks for or against a clip."""
    clip_key = turn.get_scene(number).clip_key or ""
    around = prepare(turn, transitions_around(turn.snapshot, number))  # made beside it; how they went, _join asks
    outcome, _ = await asyncio.gather(prepare(turn, bodies_of(turn.snapshot, number, clip_key)), around)
    if outcome is None:
        await turn.update_scene(number, SceneState.PREPARED)
        return None
    if isinstance(outcome, Waiting):
        return await _wait(turn, number, outcome, SceneState.INGESTED)
    if outcome.code is FailureCode.CLIP_INVALID:
        return await _spoil(turn, number, outcome)
    return await _fail(turn, number, outcome.to_problem(JobStatus.GENERATING, number))


async def _spoil(turn: Turn, number: int, reason: Reason) -> StepAnswer:
    """The clip is paid and of no use: nobody is given it again, and the scene makes another take."""
    intent = find_current(turn.snapshot, _call(turn, number).intent_id)
    if intent is None:
        raise LookupError(f"scene {number} of {turn.ref.job_id} has a clip that nobody ordered")
    spoiled = SpoilOutput(reason=reason.detail[:1000], scene=number)
    turn.snapshot = await turn.tools.jobs.spoil(turn.ref, intent.intent_id, spoiled)
    _log.warning("clip_spoiled", job_id=turn.ref.job_id, intent_id=intent.intent_id, detail=reason.detail)
    return await _wait(turn, number, AGAIN, SceneState.QUEUED)


async def _join(turn: Turn, number: int) -> StepAnswer:
    """Transitions to prepared neighbours. What fails here is no scene's fault: the render asks again, and says why."""
    outcome = await prepare(turn, transitions_around(turn.snapshot, number))
    if isinstance(outcome, Waiting) and not turn.is_late(outcome.wait_s):
        return StepAnswer(outcome=StepOutcome.WAITING, wait_s=outcome.wait_s)
    if isinstance(outcome, Reason):
        _log.warning("transition_not_made", job_id=turn.ref.job_id, scene=number, detail=outcome.detail)
    return done()


def _call(turn: Turn, number: int) -> PaidCall:
    take, storyboard = turn.get_scene(number).take, turn.get_storyboard()
    start = start_frame_key(turn.snapshot, number)
    return clip_call(turn.snapshot.request, storyboard, storyboard.scenes[number - 1], take, start)


async def _wait(turn: Turn, number: int, waiting: Waiting, state: SceneState) -> StepAnswer:
    answer = wait_while_there_is_time(turn, waiting, JobStatus.GENERATING)
    if answer.outcome is StepOutcome.WAITING:
        await turn.update_scene(number, state)
        return answer
    return await _fail(turn, number, waiting.reason.to_problem(JobStatus.GENERATING, number))


async def _fail(turn: Turn, number: int, problem: JobProblem) -> StepAnswer:
    await turn.update_scene(number, SceneState.FAILED, problem=problem)
    return failed_as_recorded()
