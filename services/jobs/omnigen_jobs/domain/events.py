"""What a watcher of a job is told. Every event names its job and its time; money is text in USD."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from omnigen_jobs.domain.records import Job, NewEvent, Scene
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.job import JobOutput, JobProblem
from omnigen_shared.contracts.media import FPS
from omnigen_shared.contracts.storyboard import Storyboard
from omnigen_shared.money import format_usd

CREATED: Final = "job.created"
PLANNED: Final = "job.planned"
RESUMED: Final = "job.resumed"
COMPLETED: Final = "job.completed"
FAILED: Final = "job.failed"
CANCELED: Final = "job.canceled"
TERMINAL: Final = frozenset({COMPLETED, FAILED, CANCELED})
"""A job that is resumed goes on after one of these: it has ended while its status says so."""


def job_created(job: Job, now: datetime) -> NewEvent:
    return _event(CREATED, job, now)


def stage_changed(job: Job, now: datetime) -> NewEvent:
    return _event("job.stage_changed", job, now, status=job.status.value)


def job_planned(job: Job, storyboard: Storyboard, now: datetime) -> NewEvent:
    scenes = [
        {"number": scene.number, "prompt": scene.prompt, "duration_s": scene.kept_frames / FPS}
        for scene in storyboard.scenes
    ]
    return _event(PLANNED, job, now, title=storyboard.title, planned_by=storyboard.planned_by.value, scenes=scenes)


def scene_changed(job: Job, scene: Scene, now: datetime) -> NewEvent:
    problem = {} if scene.problem is None else {"problem": show_problem(scene.problem)}
    return _event("scene.changed", job, now, number=scene.number, state=scene.state.value, take=scene.take, **problem)


def cost_changed(job: Job, now: datetime) -> NewEvent:
    return _event("cost.changed", job, now, spent_usd=format_usd(job.spent_microusd))


def job_completed(job: Job, output: JobOutput, now: datetime) -> NewEvent:
    return _event(COMPLETED, job, now, output=show_output(output), cost=show_cost(job), links=links_of(job))


def job_failed(job: Job, problem: JobProblem, now: datetime) -> NewEvent:
    return _event(FAILED, job, now, problem=show_problem(problem), cost=show_cost(job))


def job_canceled(job: Job, now: datetime) -> NewEvent:
    return _event(CANCELED, job, now, cost=show_cost(job))


def job_resumed(job: Job, retakes: Sequence[int], now: datetime) -> NewEvent:
    regenerated = {"scene": retakes[0], "scenes": list(retakes)} if retakes else {}
    return _event(RESUMED, job, now, round=job.round, cost=show_cost(job), **regenerated)


def show_output(output: JobOutput) -> dict[str, Any]:
    """The finished video without our storage keys."""
    return output.model_dump(mode="json", exclude={"video_key", "poster_key", "captions_key"})


def show_problem(problem: JobProblem) -> dict[str, Any]:
    return problem.model_dump(mode="json", exclude_none=True)


def show_cost(job: Job) -> dict[str, str]:
    return {
        "estimate_usd": format_usd(job.estimate_microusd),
        "max_usd": format_usd(job.max_microusd),
        "spent_usd": format_usd(job.spent_microusd),
    }


def links_of(job: Job) -> dict[str, str]:
    """Where a user finds the job's parts, each once there can be something."""
    base = f"/api/v1/jobs/{job.job_id}"
    made = ("video", "thumbnail", "exports")
    if job.media_removed_at is not None:
        return {"self": base, "events": f"{base}/events", "receipt": f"{base}/receipt"}
    media = {} if job.output is None else {name: f"{base}/{name}" for name in made}
    if job.storyboard is not None and not job.status.is_terminal:
        media["preview"] = f"{base}/preview"
    if job.output is not None and job.output.captions_key is not None:
        media["captions"] = f"{base}/captions"
    return {"self": base, "events": f"{base}/events", **media, "receipt": f"{base}/receipt"}


def _event(kind: str, job: Job, now: datetime, **data: object) -> NewEvent:
    body: Mapping[str, Any] = {"job_id": job.job_id, "at": to_rfc3339(now), **data}
    return NewEvent(type=kind, data=body)
