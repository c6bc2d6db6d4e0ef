"""Another round of a job that has ended: what is missing is made, or a scene once more; nothing that is there is paid.

Asked for first, on the job as it ended; begun when quota has admitted it. Refused, the job stays as it was.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

from omnigen_jobs.domain import events
from omnigen_jobs.domain.changes import Change, change_job
from omnigen_jobs.domain.pricing import estimate_cost, is_offered, price_clip, price_lines, time_to_finish
from omnigen_jobs.domain.problems import JobRunningError, ModelUnableError, NothingMissingError
from omnigen_jobs.domain.records import Job, Money, NextRound, Record, Scene
from omnigen_jobs.domain.retaining import check_media, check_shown
from omnigen_jobs.domain.scenes import get_scene
from omnigen_jobs.domain.stages import check_video
from omnigen_jobs.domain.takes import check_room, get_take, take_anew, take_back
from omnigen_shared.contracts.calls import unit_of, voice_unit
from omnigen_shared.contracts.catalogue import MUSIC_MODELS, VIDEO_MODELS
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.storyboard import Continuity, Storyboard
from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.money import format_usd, to_microusd

LEASE: Final = timedelta(seconds=30)
"""Longer than asking quota takes; who is still silent then has died."""


class Aim(Protocol):
    """What a round is for, as it is asked for and as it is kept until quota has admitted it."""

    @property
    def scene(self) -> int | None: ...
    @property
    def cascade(self) -> bool: ...
    @property
    def take(self) -> int | None: ...
    @property
    def prompt(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user asks of an ended job. `scene`: another take of it; None: what is missing.

    `prompt`: what the scene is described with from now on; None: as before. `take`: no new one, but this that is there.
    `cascade`: another take of every later scene too, because each begins with the last frame of the one before.
    """

    scene: int | None = None
    cascade: bool = False
    take: int | None = None
    prompt: str | None = None
    max_cost_usd: Decimal | None = None


def ask_round(record: Record, wish: Wish, now: datetime, margin: timedelta) -> Change:
    """The job with its next round asked for.

    JobRunningError, NothingMissingError, NotFoundError (scene, take), TooManyTakesError,
    InvalidRequestError (max_cost_usd, cascade), ModelUnableError.
    """
    job = record.job
    check_video(job)
    check_shown(job)
    check_media(job)
    _check_offered(job)
    if not job.status.is_terminal or job.money is not Money.CLOSED or job.next_round is not None:
        raise JobRunningError(
            f"{job.job_id} is {job.status.value}.",
            remedy="Wait for its end, or cancel it first.",
            details={"status": job.status.value},
            retry_after_s=5,
        )
    if wish.scene is None and job.status is JobStatus.COMPLETED:
        raise NothingMissingError(f"{job.job_id} is complete.", remedy="Regenerate a scene to have another take of it.")
    cost = price_round(record, wish, now)
    time_allowed = time_to_finish(job.request, VIDEO_MODELS[job.request.model], len(job.cuts), margin)
    asked = NextRound(
        max_microusd=_maximum(cost, wish.max_cost_usd),
        estimate_microusd=cost.certain_microusd,
        deadline_at=now + time_allowed,
        scene=wish.scene,
        cascade=wish.cascade,
        take=wish.take,
        prompt=wish.prompt,
    )
    return change_job(replace(job, next_round=asked, lease_until=now + LEASE))


def as_reserved(job: Job) -> Job:
    """The job as quota is asked about its next round."""
    if job.next_round is None:
        raise ValueError(f"{job.job_id} is not asked for another round")
    number = job.round + 1 + job.dropped
    return replace(job, round=number, round_max_microusd=job.next_round.max_microusd, month=None)


def begin_round(record: Record, month: str, now: datetime, lease: timedelta) -> Change:
    """Quota has admitted the round: the job is pending again, over the same record."""
    job, asked = record.job, record.job.next_round
    if asked is None:
        raise ValueError(f"{job.job_id} is not asked for another round")
    begun = replace(
        as_reserved(job),
        status=JobStatus.PENDING,
        next_round=None,
        money=Money.RESERVED,
        month=month,
        lease_until=now + lease,
        patience=0,
        given_up=0,
        dropped=0,
        deadline_at=asked.deadline_at,
        updated_at=now,
        estimate_microusd=job.estimate_microusd + asked.estimate_microusd,
        max_microusd=job.max_microusd + asked.max_microusd,
        progress=None,
        problem=None,
        media_until=None,
    )
    scenes = _begin_scenes(replace(record, job=begun), asked, now)
    told = replace(begun, storyboard=_describe_anew(record, asked))
    numbers = [scene.number for scene in scenes]
    return Change(fence=job, job=told, scenes=scenes, event=events.job_resumed(begun, numbers, now))


def drop_round(job: Job, now: datetime) -> Change:
    """The job stays as it ended; somebody looks after its open calls again."""
    return change_job(replace(job, next_round=None, lease_until=now))


def abandon_round(job: Job, now: datetime) -> Change:
    """As drop_round, where the reservation may have been made and given back: the next round has another one."""
    return drop_round(replace(job, dropped=job.dropped + 1), now)


@dataclass(frozen=True, slots=True)
class RoundCost:
    """Micro-dollars: what is certainly bought, and that with one clip made again."""

    certain_microusd: int
    ceiling_microusd: int


def find_missing_price(record: Record) -> int | None:
    """What resuming costs when nothing has to be done again; None for what cannot be resumed."""
    job = record.job
    is_unfinished = job.status.is_terminal and job.status is not JobStatus.COMPLETED
    if not is_unfinished or job.media_removed_at is not None or not is_offered(job.request):
        return None
    return price_round(record, Wish(), job.updated_at).certain_microusd


def list_retakes(record: Record, scene: int | None, *, cascade: bool) -> tuple[int, ...]:
    """The scenes of which there will be another take. NotFoundError; InvalidRequestError where none follows from it."""
    if scene is None:
        return ()
    get_scene(record, scene)
    if not cascade:
        return (scene,)
    if record.job.request.continuity is not Continuity.CHAINED:
        field = {"field": "cascade", "message": "no scene of a parallel video begins where another ends", "limits": {}}
        raise InvalidRequestError(
            "Not valid: cascade.", remedy="Leave it out, or regenerate each scene.", details={"fields": [field]}
        )
    return tuple(later.number for later in record.all_scenes if later.number >= scene)


def price_round(record: Record, aim: Aim, now: datetime) -> RoundCost:
    """What another round may cost, at most. NotFoundError, TooManyTakesError, InvalidRequestError as for a wish."""
    job, model = record.job, VIDEO_MODELS[record.job.request.model]
    after = replace(record, job=replace(job, round=job.round + 1))
    begun = {scene.number: scene for scene in (*after.all_scenes, *_begin_scenes(after, aim, now))}
    if job.storyboard is None:
        whole = estimate_cost(job.request, model, job.cuts)
        return RoundCost(whole.estimate_microusd, whole.ceiling_microusd)
    clips = [
        price_clip(job.request, model, job.storyboard.scenes[scene.number - 1])
        for scene in begun.values()
        if scene.clip_key is None
    ]
    sound = _price_missing_sound(record, job.storyboard)
    return RoundCost(sum(clips) + sound, sum(clips) + sound + max(clips, default=0))


def _price_missing_sound(record: Record, storyboard: Storyboard) -> int:
    request = record.job.request
    is_music_missing = request.music and record.job.music_key is None
    music = MUSIC_MODELS[request.music_model].price_microusd if is_music_missing else 0
    if not request.narration:
        return music
    spoken = {unit_of(intent.intent_id) for intent in record.intents if intent.output_key is not None}
    missing = (scene for scene in storyboard.scenes if voice_unit(scene.number) not in spoken)
    return music + price_lines(request, missing)


def _begin_scenes(record: Record, aim: Aim, now: datetime) -> tuple[Scene, ...]:
    """The scenes that the round begins otherwise than they stand. `record` is in that round already."""
    numbers = list_retakes(record, aim.scene, cascade=aim.cascade)
    return tuple(_begin_scene(record, number, aim, now) for number in numbers)


def _begin_scene(record: Record, number: int, aim: Aim, now: datetime) -> Scene:
    scene = get_scene(record, number)
    if number == aim.scene and aim.take is not None:
        again = take_back(record, scene, aim.take, now)
    else:
        again = check_room(take_anew(record, scene, aim.prompt if number == aim.scene else None, now))
    return replace(again, round=record.job.round)


def _describe_anew(record: Record, aim: Aim) -> Storyboard | None:
    """The storyboard as it holds from this round on: its scene's words are those of the take that it shows."""
    storyboard, prompt = record.job.storyboard, aim.prompt
    if aim.scene is not None and aim.take is not None:
        prompt = get_take(record, aim.scene, aim.take).prompt
    if storyboard is None or prompt is None:
        return storyboard
    scenes = [
        scene.model_copy(update={"prompt": prompt}) if scene.number == aim.scene else scene
        for scene in storyboard.scenes
    ]
    return storyboard.model_copy(update={"scenes": tuple(scenes)})


def _check_offered(job: Job) -> None:
    if not is_offered(job.request):
        raise ModelUnableError(
            f"What {job.job_id} was ordered with is in the catalogue no more.", remedy="Order a new video."
        )


def _maximum(cost: RoundCost, max_cost_usd: Decimal | None) -> int:
    given = cost.ceiling_microusd if max_cost_usd is None else to_microusd(max_cost_usd)
    if given >= cost.certain_microusd:
        return min(given, cost.ceiling_microusd)
    least = format_usd(cost.certain_microusd)
    field = {"field": "max_cost_usd", "message": f"what is to be made costs {least}", "limits": {"ge": least}}
    raise InvalidRequestError("Not valid: max_cost_usd.", remedy="Allow more.", details={"fields": [field]})
