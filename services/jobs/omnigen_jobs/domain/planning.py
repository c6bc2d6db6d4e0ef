"""A storyboard without a video: a job of its own kind, which ends with its plan."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from omnigen_jobs.domain.ordering import Order, describe_use
from omnigen_jobs.domain.pricing import Estimate, estimate_cost
from omnigen_jobs.domain.records import Job
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.catalogue import CATALOGUE_VERSION, PLANNER_MODEL, VIDEO_MODELS
from omnigen_shared.contracts.job import JobKind, JobStatus
from omnigen_shared.contracts.seeds import SEEDS
from omnigen_shared.contracts.storyboard import PlannedBy, Storyboard

ASKS: Final = 2
"""A planner is asked again when its first answer is no plan."""


def name_plan(order: Order, which: str) -> JobId:
    """The same id for the same user, request, catalogue and `which`: so a plan is found again, and made once."""
    text = f"{order.user_id}\n{order.digest}\n{CATALOGUE_VERSION}\n{which}"
    return JobId(f"job_{hashlib.sha256(text.encode()).hexdigest()[:32]}")


def draft_plan(
    order: Order, job_id: JobId, now: datetime, lease: timedelta, margin: timedelta, *, is_fresh: bool
) -> Job:
    """The plan as it is first written. A fresh one asks the planner for another take, which is the id's."""
    planner_s = ASKS * PLANNER_MODEL.typical_latency_s
    return Job(
        job_id=job_id,
        user_id=order.user_id,
        plan=order.plan,
        kind=JobKind.STORYBOARD,
        request=order.request,
        plan_take=2 + int(job_id[-8:], 16) % len(SEEDS) if is_fresh else 1,
        cuts=order.cuts,
        used=describe_use(order.request, VIDEO_MODELS[order.request.model], order.cuts),
        created_at=now,
        updated_at=now,
        deadline_at=now + timedelta(seconds=planner_s) + margin,
        lease_until=now + lease,
        estimate_microusd=PLANNER_MODEL.ceiling_microusd,
        max_microusd=ASKS * PLANNER_MODEL.ceiling_microusd,
        round_max_microusd=ASKS * PLANNER_MODEL.ceiling_microusd,
    )


def is_reusable(job: Job) -> bool:
    """Whether the same request is answered with this plan: it is under way, or a model wrote it."""
    if not job.status.is_terminal:
        return True
    is_written = job.storyboard is not None and job.storyboard.planned_by is PlannedBy.MODEL
    return job.status is JobStatus.COMPLETED and is_written


def price_planned(job: Job, storyboard: Storyboard) -> Estimate:
    """What a job with this storyboard costs. The planner is paid already."""
    return estimate_cost(job.request, VIDEO_MODELS[job.request.model], storyboard.scenes, is_planned=True)
