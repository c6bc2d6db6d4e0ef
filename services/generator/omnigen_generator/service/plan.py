"""The storyboard: a model writes the words for the cuts that were ordered. Planning never fails a job."""

import asyncio
from typing import Final

import structlog

from omnigen_generator.domain.calls import PaidCall, plan_call, repair_call
from omnigen_generator.domain.outcomes import Bought, Waiting
from omnigen_generator.domain.prompting import PlannedVideo, Unusable, read_plan
from omnigen_generator.domain.segments import is_chained
from omnigen_generator.domain.storyboards import build_storyboard
from omnigen_generator.domain.templates import write_plan
from omnigen_generator.schemas import StepAnswer, StepOutcome
from omnigen_generator.service.answers import done
from omnigen_generator.service.beginning import begin_scenes
from omnigen_generator.service.buying import buy
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.job import JobKind, JobStatus, StoreStoryboard
from omnigen_shared.contracts.storyboard import PlannedBy, Storyboard

PATIENCE_SHARE: Final = 0.25
"""Of the time to the deadline; the clips need the rest."""

SECOND_LOOK_S: Final = 0.5
"""Everything else waits for the planner, which often needs no second."""

_log = structlog.get_logger()


async def plan(turn: Turn) -> StepAnswer:
    """Store the storyboard and the recipe that the job is pinned to, and begin the scenes.

    A job that is a plan alone has ended with its storyboard.
    """
    await turn.begin_stage(JobStatus.PLANNING)
    if turn.snapshot.recipe_id is None:
        storyboard = turn.snapshot.storyboard or await _write(turn)
        if isinstance(storyboard, Waiting):
            return StepAnswer(outcome=StepOutcome.WAITING, wait_s=storyboard.wait_s)
        if turn.snapshot.kind is JobKind.STORYBOARD:
            await turn.tools.jobs.store_storyboard(turn.ref, StoreStoryboard(storyboard=storyboard))
            return StepAnswer(outcome=StepOutcome.PLANNED)
        recipe_id = await turn.tools.composer.get_recipe(turn.ref)
        stored = StoreStoryboard(storyboard=storyboard, recipe_id=recipe_id)
        turn.snapshot = await turn.tools.jobs.store_storyboard(turn.ref, stored)
    await turn.begin_stage(JobStatus.GENERATING)
    chains = _chain(turn)
    await begin_scenes(turn, chains)
    return done(chains)


def _chain(turn: Turn) -> tuple[tuple[int, ...], ...]:
    """Every scene alone, or all of them in one chain."""
    numbers = tuple(scene.number for scene in turn.get_storyboard().scenes)
    return (numbers,) if is_chained(turn.snapshot) else tuple((number,) for number in numbers)


async def _write(turn: Turn) -> Storyboard | Waiting:
    request, cuts, take = turn.snapshot.request, turn.snapshot.cuts, turn.snapshot.plan_take
    words = await _ask(turn, plan_call(request, cuts, take))
    if isinstance(words, Unusable):
        words = await _ask(turn, repair_call(request, cuts, words, take))
    if isinstance(words, Waiting):
        return words
    if isinstance(words, PlannedVideo):
        return build_storyboard(request, cuts, words, PlannedBy.MODEL)
    return build_storyboard(request, cuts, write_plan(request, len(cuts)), PlannedBy.TEMPLATE)


async def _ask(turn: Turn, call: PaidCall) -> PlannedVideo | Unusable | Waiting | None:
    """The model's words or why they are of no use, Waiting for them, or None when there are none in time."""
    outcome = await buy(turn, call)
    if isinstance(outcome, Waiting) and outcome.is_running:
        await turn.tools.assets.open()  # so that it is ready when the answer is
        await asyncio.sleep(SECOND_LOOK_S)  # the state machine waits for whole seconds only
        outcome = await buy(turn, call)
    if isinstance(outcome, Waiting) and not _is_patience_over(turn, outcome.wait_s):
        return outcome
    if not isinstance(outcome, Bought):
        _log.warning("planner_gave_nothing", detail=outcome.reason.detail, code=outcome.reason.code.value)
        return None
    words = await _read(turn, outcome.output_key)
    if isinstance(words, Unusable):
        _log.warning("planner_answer_unusable", output_key=outcome.output_key, problems=len(words.problems))
    return words


async def _read(turn: Turn, key: str) -> PlannedVideo | Unusable | None:
    try:
        return read_plan(await turn.tools.assets.get_text(key), len(turn.snapshot.cuts))
    except KeyError:  # bought by an earlier job, and swept since
        return None


def _is_patience_over(turn: Turn, wait_s: int) -> bool:
    if turn.is_late(wait_s) or turn.window.share_used(turn.now) >= PATIENCE_SHARE:
        return True
    return turn.elapsed_s + wait_s >= turn.window.limits.planner_patience_s
