"""One scene: its clip is bought once and copied into our store, then the composer prepares what it makes possible."""

from omnigen_generator.domain.calls import clip_call
from omnigen_generator.domain.outcomes import Bought, Waiting
from omnigen_generator.domain.segments import clip_keys, requests_around
from omnigen_generator.schemas import StepAnswer, StepOutcome
from omnigen_generator.service.answers import done, failed_as_recorded, wait_while_there_is_time
from omnigen_generator.service.buying import buy
from omnigen_generator.service.preparing import prepare
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.job import JobProblem, JobStatus, SceneState, UpdateScene


async def advance_scene(turn: Turn, number: int) -> StepAnswer:
    """A scene that is prepared or has failed stays so."""
    record = turn.get_scene(number)
    if record.state is SceneState.PREPARED:
        return done()
    if record.state is SceneState.FAILED:
        return failed_as_recorded()
    if record.clip_key is None:
        answer = await _get_clip(turn, number)
        if answer is not None:
            return answer
    return await _prepare(turn, number)


async def _get_clip(turn: Turn, number: int) -> StepAnswer | None:
    """None when the clip lies in the store and the record says so."""
    scene = turn.get_storyboard().scenes[number - 1]
    outcome = await buy(turn, clip_call(turn.snapshot.request, scene))
    if isinstance(outcome, Bought):
        await turn.update_scene(number, UpdateScene(state=SceneState.INGESTED, clip_key=outcome.output_key))
        return None
    if isinstance(outcome, Waiting):
        state = SceneState.THROTTLED if outcome.is_throttled else SceneState.GENERATING
        return await _wait(turn, number, outcome, state)
    return await _fail(turn, number, outcome.reason.to_problem(JobStatus.GENERATING, number))


async def _prepare(turn: Turn, number: int) -> StepAnswer:
    requests = requests_around(turn.snapshot, number, clip_keys(turn.snapshot))
    outcome = await prepare(turn, requests)
    if outcome is None:
        await turn.update_scene(number, UpdateScene(state=SceneState.PREPARED))
        return done()
    if isinstance(outcome, Waiting):
        return await _wait(turn, number, outcome, SceneState.INGESTED)
    call = clip_call(turn.snapshot.request, turn.get_storyboard().scenes[number - 1])
    intent = turn.find_intent(call.intent_id)
    problem = outcome.to_problem(JobStatus.GENERATING, number)
    provider_id = None if intent is None else intent.provider_id
    return await _fail(turn, number, problem.model_copy(update={"provider_id": provider_id}))


async def _wait(turn: Turn, number: int, waiting: Waiting, state: SceneState) -> StepAnswer:
    answer = wait_while_there_is_time(turn, waiting, JobStatus.GENERATING)
    if answer.outcome is StepOutcome.WAITING:
        await turn.update_scene(number, UpdateScene(state=state))
        return answer
    return await _fail(turn, number, waiting.reason.to_problem(JobStatus.GENERATING, number))


async def _fail(turn: Turn, number: int, problem: JobProblem) -> StepAnswer:
    await turn.update_scene(number, UpdateScene(state=SceneState.FAILED, problem=problem))
    return failed_as_recorded()
