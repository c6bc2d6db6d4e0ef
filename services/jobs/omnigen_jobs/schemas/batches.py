"""Several videos of one request, as they are ordered and seen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.batches import FEWEST_VIDEOS, MOST_VIDEOS, Batch, Item
from omnigen_jobs.domain.events import links_of
from omnigen_jobs.domain.records import Job
from omnigen_jobs.schemas.orders import EXAMPLE, Prompt, Usd, VideoOrder
from omnigen_jobs.schemas.views import Instant
from omnigen_jobs.service.batching import Standing
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.job import JobProblem, JobStatus
from omnigen_shared.contracts.media import AspectRatio
from omnigen_shared.money import format_usd

BATCH_EXAMPLE: Final[dict[str, JsonValue]] = {
    "order": EXAMPLE,
    "aspect_ratios": ["16:9", "9:16"],
    "max_cost_usd": "1.00",
}


class BatchOrder(Contract):
    """The body of POST /api/v1/batches: a video for each prompt (the order's and `prompts`) in each aspect ratio.

    Videos of one prompt have one plan, whatever their shape; what equal calls make is paid once.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [BATCH_EXAMPLE]})

    order: VideoOrder
    prompts: Annotated[tuple[Prompt, ...], Field(max_length=MOST_VIDEOS - 1)] = ()
    aspect_ratios: Annotated[tuple[AspectRatio, ...], Field(max_length=len(AspectRatio))] = ()
    max_cost_usd: Usd | None = None

    @model_validator(mode="after")
    def _are_several(self) -> Self:
        count = len(self._prompts) * len(self._shapes)
        if not FEWEST_VIDEOS <= count <= MOST_VIDEOS:
            bounds = f"{FEWEST_VIDEOS} to {MOST_VIDEOS}"
            raise ValueError(f"these are {count} videos: a batch has {bounds}, by prompts and aspect_ratios")
        return self

    @property
    def _prompts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.order.prompt, *self.prompts)))

    @property
    def _shapes(self) -> tuple[AspectRatio, ...]:
        return tuple(dict.fromkeys(self.aspect_ratios)) or (self.order.aspect_ratio,)

    def list_wishes(self, today: date) -> Iterator[Wish]:
        """All of a prompt are planned for its first shape, with its seed."""
        first = self._shapes[0]
        for prompt in self._prompts:
            leader = self.order.model_copy(update={"prompt": prompt, "aspect_ratio": first}).to_wish(today)
            for shape in self._shapes:
                planned_for = None if shape is first else first
                request = leader.request.model_copy(update={"aspect_ratio": shape, "planned_for": planned_for})
                yield replace(leader, request=request)


class BatchItemView(BaseModel):
    """One video. `status` is its job's once there is one; before: queued, refused (see `problem`) or canceled."""

    job_id: str | None
    status: str
    prompt: str
    aspect_ratio: AspectRatio
    max_usd: str
    spent_usd: str
    problem: JobProblem | None
    links: dict[str, str]

    @classmethod
    def of(cls, item: Item, job: Job | None) -> Self:
        status = "queued" if item.state.value == "launching" else item.state.value
        return cls(
            job_id=None if job is None else job.job_id,
            status=status if job is None else job.status.value,
            prompt=item.request.prompt,
            aspect_ratio=item.request.aspect_ratio,
            max_usd=format_usd(item.max_microusd),
            spent_usd=format_usd(0 if job is None else job.spent_microusd),
            problem=item.problem if job is None else job.problem,
            links={} if job is None else links_of(job),
        )


class BatchSummary(BaseModel):
    """One line of a list."""

    batch_id: str
    created_at: Instant
    canceled_at: Instant | None
    videos: int
    waiting: int
    max_usd: str
    links: dict[str, str]

    @classmethod
    def of(cls, batch: Batch) -> Self:
        return cls(**_describe(batch))


class BatchView(BatchSummary):
    """All of it. `status`: running, then completed (all are), partial, failed or canceled."""

    status: str
    estimate_usd: str
    spent_usd: str
    items: list[BatchItemView]

    @classmethod
    def of_standing(cls, standing: Standing) -> Self:
        batch = standing.batch
        return cls(
            **_describe(batch),
            status=find_status(standing),
            estimate_usd=format_usd(sum(item.estimate_microusd for item in batch.items)),
            spent_usd=format_usd(sum(job.spent_microusd for job in standing.jobs)),
            items=[BatchItemView.of(item, standing.find(item.job_id)) for item in batch.items],
        )


class BatchList(BaseModel):
    """A page. `next_cursor` is null at the end."""

    batches: list[BatchSummary]
    next_cursor: str | None


def find_status(standing: Standing) -> str:
    """One word for all of it."""
    batch, jobs = standing.batch, standing.jobs
    if batch.is_waiting or any(not job.status.is_terminal for job in jobs):
        return "running"
    completed = sum(job.status is JobStatus.COMPLETED for job in jobs)
    if completed == len(batch.items):
        return "completed"
    if completed:
        return "partial"
    return "failed" if batch.canceled_at is None else "canceled"


def _describe(batch: Batch) -> dict[str, object]:
    base = f"/api/v1/batches/{batch.batch_id}"
    return {
        "batch_id": batch.batch_id,
        "created_at": batch.created_at,
        "canceled_at": batch.canceled_at,
        "videos": len(batch.items),
        "waiting": sum(item.state.value in {"queued", "launching"} for item in batch.items),
        "max_usd": format_usd(batch.max_microusd),
        "links": {"self": base, "cancel": f"{base}/cancel"},
    }
