"""The answers of /api/v1/storyboards and /estimates: the plan, and what a video costs."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel

from omnigen_jobs.domain.ordering import Order, describe_use
from omnigen_jobs.domain.planning import price_planned
from omnigen_jobs.domain.pricing import Estimate, price_clip
from omnigen_jobs.domain.records import Job
from omnigen_jobs.schemas.storyboards import StoryboardBody
from omnigen_jobs.schemas.views import RequestView
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.catalogue import CATALOGUE_VERSION, VIDEO_MODELS
from omnigen_shared.contracts.job import JobProblem, JobRequest, JobStatus, Used
from omnigen_shared.contracts.storyboard import Cut, PlannedBy, Storyboard
from omnigen_shared.money import format_usd


class ClipPrice(BaseModel):
    """One scene's clip: the whole seconds that are paid."""

    scene: int
    paid_s: int
    price_usd: str


class Price(BaseModel):
    """What POST jobs charges when nothing has to be made again; what is cached costs less.

    `max_usd` is what is reserved for it, and never passed.
    """

    clips: list[ClipPrice]
    clips_usd: str
    music_usd: str
    narration_usd: str
    planner_usd: str
    total_usd: str
    max_usd: str
    is_ceiling: bool = True

    @classmethod
    def of(cls, request: JobRequest, cuts: Sequence[Cut], price: Estimate) -> Self:
        model = VIDEO_MODELS[request.model]
        clips = [
            ClipPrice(
                scene=scene,
                paid_s=cut.clip_duration_s,
                price_usd=format_usd(price_clip(request, model, cut)),
            )
            for scene, cut in enumerate(cuts, start=1)
        ]
        return cls(
            clips=clips,
            clips_usd=format_usd(sum(price.clips_microusd)),
            music_usd=format_usd(price.music_microusd),
            narration_usd=format_usd(price.narration_microusd),
            planner_usd=format_usd(price.planner_microusd),
            total_usd=format_usd(price.estimate_microusd),
            max_usd=format_usd(price.ceiling_microusd),
        )


class PlanView(BaseModel):
    """`storyboard` may be edited and posted with a job; `spent_usd` is what planning it has cost."""

    storyboard_id: str
    status: JobStatus
    request: RequestView
    used: Used | None
    planned_by: PlannedBy | None
    storyboard: StoryboardBody | None
    price: Price | None
    spent_usd: str
    catalogue_version: str
    problem: JobProblem | None
    links: dict[str, str]

    @classmethod
    def of(cls, job: Job) -> Self:
        plan = job.storyboard
        return cls(
            storyboard_id=to_plan_id(job.job_id),
            status=job.status,
            request=RequestView.of(job.request),
            used=job.used,
            planned_by=None if plan is None else plan.planned_by,
            storyboard=None if plan is None else StoryboardBody.of(plan),
            price=None if plan is None else _price(job, plan),
            spent_usd=format_usd(job.spent_microusd),
            catalogue_version=CATALOGUE_VERSION,
            problem=job.problem,
            links={"self": link_to(job.job_id), "jobs": "/api/v1/jobs"},
        )


class EstimateView(BaseModel):
    """What an order would cost, and what would be generated for it. Nothing is ordered, planned or paid."""

    used: Used
    price: Price
    catalogue_version: str

    @classmethod
    def of(cls, order: Order) -> Self:
        return cls(
            used=describe_use(order.request, VIDEO_MODELS[order.request.model], order.cuts),
            price=Price.of(order.request, order.cuts, order.estimate),
            catalogue_version=CATALOGUE_VERSION,
        )


def _price(job: Job, plan: Storyboard) -> Price:
    return Price.of(job.request, plan.scenes, price_planned(job, plan))


def to_plan_id(job_id: JobId) -> str:
    """plan_… for job_…: to its user a storyboard is no job."""
    return job_id.replace("job_", "plan_", 1)


def link_to(job_id: JobId) -> str:
    return f"/api/v1/storyboards/{to_plan_id(job_id)}"
