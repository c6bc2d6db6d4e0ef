"""The finished video: every segment, then the join; and the record's good end."""

import structlog

from omnigen_generator.domain.errors import (
    CompositionError,
    MusicInvalidError,
    RecipeMismatchError,
    SegmentMissingError,
    VoiceInvalidError,
)
from omnigen_generator.domain.outcomes import Reason, Waiting
from omnigen_generator.domain.segments import all_requests, pinned_recipe, render_request
from omnigen_generator.ports import Composing
from omnigen_generator.schemas import StepAnswer, StepOutcome
from omnigen_generator.service.answers import done, failed, wait_while_there_is_time
from omnigen_generator.service.closing import close_calls
from omnigen_generator.service.preparing import AGAIN, composing, prepare, refusal
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import RenderResult, render_key
from omnigen_shared.contracts.job import JobOutput, JobStatus, Progress, SpoilOutput
from omnigen_shared.errors import RemoteProblemError

_log = structlog.get_logger()


async def render(turn: Turn, *, is_silent: bool, is_mute: bool) -> StepAnswer:
    """The video lies in the store when this is `done`. The answer remembers what sound had to be given up."""
    await turn.begin_stage(JobStatus.COMPOSING)
    try:
        video = await _put_video(turn, is_silent=is_silent, is_mute=is_mute)
    except MusicInvalidError as error:
        await _leave_out(turn, error, turn.snapshot.music_key)
        video, is_silent = AGAIN, True
    except VoiceInvalidError as error:
        is_left_out = await _leave_out(turn, error, error.details.get("key"))
        video, is_mute = AGAIN, not is_left_out
    answer = _to_answer(turn, video)
    return answer.model_copy(update={"is_silent": is_silent, "is_mute": is_mute})


async def finish(turn: Turn, *, is_silent: bool, is_mute: bool) -> StepAnswer:
    """Complete the job. A paid call that is still under way (a lost reply, slow music) stays held at quota."""
    video = await _put_video(turn, is_silent=is_silent, is_mute=is_mute)
    if not isinstance(video, RenderResult):
        waiting = StepAnswer(outcome=StepOutcome.WAITING, wait_s=AGAIN.wait_s)
        return waiting.model_copy(update={"is_silent": is_silent, "is_mute": is_mute})
    await close_calls(turn)
    await turn.tools.jobs.complete(turn.ref, _to_output(video))
    return done()


async def _leave_out(turn: Turn, error: RemoteProblemError, sound_key: str | None) -> bool:
    """It is paid and of no use: no later job shall be given it. Whether the record now says so of any sound."""
    _log.warning("sound_left_out", code=error.remote_code, detail=error.detail)
    found = [i for i in turn.snapshot.intents if i.output_key is not None and i.output_key == sound_key]
    useful = [intent for intent in found if intent.spoiled is None]
    for intent in useful:
        spoiled = SpoilOutput(reason=error.detail[:1000])
        turn.snapshot = await turn.tools.jobs.spoil(turn.ref, intent.intent_id, spoiled)
    return bool(useful)


def _to_answer(turn: Turn, video: RenderResult | Waiting | Reason) -> StepAnswer:
    if isinstance(video, RenderResult):
        return done()
    if isinstance(video, Waiting):
        return wait_while_there_is_time(turn, video, JobStatus.COMPOSING)
    return failed(video, JobStatus.COMPOSING)


async def _put_video(turn: Turn, *, is_silent: bool, is_mute: bool) -> RenderResult | Waiting | Reason:
    request = render_request(turn.snapshot, is_silent=is_silent, is_mute=is_mute)
    key = render_key(UserId(turn.ref.user_id), pinned_recipe(turn.snapshot), request)
    try:
        answer = await turn.tools.composer.put_render(turn.ref, key, request)
    except SegmentMissingError:
        return await _prepare_all(turn, is_mute=is_mute)
    except (RecipeMismatchError, CompositionError) as error:
        return refusal(error)
    if isinstance(answer, Composing):
        fraction = answer.pending.progress
        await turn.tools.jobs.report_progress(turn.ref, Progress(stage=JobStatus.COMPOSING, fraction=fraction))
        return composing(answer)
    return answer


async def _prepare_all(turn: Turn, *, is_mute: bool) -> Waiting | Reason:
    """Segments that no scene saw fit to ask for, or that were lost since; the render is asked for again afterwards."""
    return await prepare(turn, all_requests(turn.snapshot, is_mute=is_mute)) or AGAIN


def _to_output(video: RenderResult) -> JobOutput:
    return JobOutput(
        video_key=video.key,
        poster_key=video.poster_key,
        captions_key=video.captions_key,
        frames=video.frames,
        duration_s=video.duration_s,
        size_bytes=video.size_bytes,
        width=video.width,
        height=video.height,
    )
