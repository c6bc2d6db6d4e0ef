"""A job as its user sees it. Money is text in USD, times are RFC 3339 in UTC."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, PlainSerializer

from omnigen_jobs.domain.events import links_of, show_cost, show_output
from omnigen_jobs.domain.pricing import price_retake
from omnigen_jobs.domain.records import Job, Record, Scene
from omnigen_jobs.domain.rounds import find_missing_price
from omnigen_jobs.domain.takes import Take, list_takes
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.composer import Corner
from omnigen_shared.contracts.job import JobProblem, JobRequest, JobStatus, OrderedVideo, SceneState, Used
from omnigen_shared.contracts.media import FPS, Transition
from omnigen_shared.contracts.storyboard import PlannedBy, Storyboard
from omnigen_shared.money import format_usd

Instant = Annotated[datetime, PlainSerializer(to_rfc3339)]


class ProgressView(BaseModel):
    """How far the present stage is, 0 … 1."""

    stage: str
    fraction: float

    @classmethod
    def of(cls, job: Job) -> Self:
        if job.progress is not None:
            return cls(stage=job.progress.stage, fraction=job.progress.fraction)
        return cls(stage=job.status.value, fraction=1.0 if job.status is JobStatus.COMPLETED else 0.0)


class LogoView(BaseModel):
    """By its upload."""

    upload_id: str
    corner: Corner


class RequestView(OrderedVideo):
    """What was ordered, with its pictures by their uploads."""

    reference_image: str | None
    logo: LogoView | None

    @classmethod
    def of(cls, request: JobRequest) -> Self:
        logo = None
        if request.logo is not None and request.logo_upload is not None:
            logo = LogoView(upload_id=request.logo_upload, corner=request.logo.corner)
        told = {name: getattr(request, name) for name in OrderedVideo.model_fields}
        return cls(**told, reference_image=request.reference_upload, logo=logo)


class JobSummary(BaseModel):
    """One line of a list."""

    job_id: str
    status: JobStatus
    attempt: int
    created_at: Instant
    updated_at: Instant
    deadline_at: Instant
    request: RequestView
    used: Used | None
    progress: ProgressView
    cost: dict[str, str]
    output: dict[str, Any] | None
    problem: JobProblem | None
    media_until: Instant | None
    """When the files of an ended job go; null while it is at work, and where they are kept for ever."""
    media_removed_at: Instant | None
    links: dict[str, str]

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(**_describe(job))


class PlannedScene(BaseModel):
    """A scene of the storyboard. `duration_s` is what is shown, `clip_duration_s` what is generated and paid."""

    number: int
    prompt: str
    clip_duration_s: int
    duration_s: float
    camera: str
    transition: Transition
    seed: int
    narration: str


class StoryboardView(BaseModel):
    """May be posted with another job as it is, or with other words: what is not changed is not paid for again."""

    title: str
    style: str
    palette: tuple[str, ...]
    subject: str
    music_prompt: str
    planned_by: PlannedBy
    scenes: list[PlannedScene]

    @classmethod
    def of(cls, plan: Storyboard) -> Self:
        scenes = [
            PlannedScene(**scene.model_dump(exclude={"kept_frames"}), duration_s=scene.kept_frames / FPS)
            for scene in plan.scenes
        ]
        return cls(**plan.model_dump(exclude={"scenes"}), scenes=scenes)


class TakeView(BaseModel):
    """A clip of a scene that is there, and what it was asked for with."""

    take: int
    prompt: str
    links: dict[str, str]


class SceneView(BaseModel):
    """How far a scene is. `take` is the one that the video has or gets, `retake_usd` what another one costs.

    `takes` are those that can be shown and chosen, the oldest first.
    """

    number: int
    state: SceneState
    take: int
    problem: JobProblem | None
    retake_usd: str | None
    """null where the model is offered no more."""
    takes: list[TakeView]

    @classmethod
    def of(cls, record: Record, scene: Scene) -> Self:
        price = price_retake(record.job.request, record.job.storyboard, scene.number)
        return cls(
            number=scene.number,
            state=scene.state,
            take=scene.take,
            problem=scene.problem,
            retake_usd=None if price is None else format_usd(price),
            takes=[_show_take(record.job, scene.number, take) for take in list_takes(record, scene.number)],
        )


class JobView(JobSummary):
    """The whole job. `resume_usd` is what its missing clips, music and narration cost."""

    resume_usd: str | None
    """null where nothing can be resumed."""
    storyboard: StoryboardView | None
    scenes: list[SceneView]

    @classmethod
    def of_record(cls, record: Record) -> Self:
        job = record.job
        changed = max([job.updated_at, *(scene.updated_at for scene in record.scenes)])
        missing = find_missing_price(record)
        return cls(
            **{**_describe(job), "updated_at": changed},
            resume_usd=None if missing is None else format_usd(missing),
            storyboard=None if job.storyboard is None else StoryboardView.of(job.storyboard),
            scenes=[SceneView.of(record, scene) for scene in record.all_scenes],
        )


class JobList(BaseModel):
    """A page. `next_cursor` is null at the end."""

    jobs: list[JobSummary]
    next_cursor: str | None


def render_job(record: Record) -> str:
    """The job as JSON text."""
    return JobView.of_record(record).model_dump_json()


def _show_take(job: Job, scene: int, take: Take) -> TakeView:
    clip = f"/api/v1/jobs/{job.job_id}/scenes/{scene}/takes/{take.number}"
    links = {} if job.media_removed_at is not None else {"clip": clip}
    return TakeView(take=take.number, prompt=take.prompt, links=links)


def _describe(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "status": job.status,
        "attempt": job.attempt,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "deadline_at": job.deadline_at,
        "request": RequestView.of(job.request),
        "used": job.used,
        "progress": ProgressView.of(job),
        "cost": show_cost(job),
        "output": None if job.output is None else show_output(job.output),
        "problem": job.problem,
        "media_until": None if job.media_removed_at is not None else job.media_until,
        "media_removed_at": job.media_removed_at,
        "links": links_of(job),
    }
