"""The job's own course: its status, its attempts and leases, its plan, its progress."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from omnigen_jobs.domain import events
from omnigen_jobs.domain.changes import Change, change_job
from omnigen_jobs.domain.keys import check_owned
from omnigen_jobs.domain.pricing import find_saving
from omnigen_jobs.domain.problems import JobTerminalError, StageSkippedError, StaleAttemptError
from omnigen_jobs.domain.records import Job, Pin, ProgressMark
from omnigen_shared.contracts.job import JobKind, JobStatus, Progress, StoreStoryboard
from omnigen_shared.errors import InvalidRequestError, NotFoundError

STAGES: Final = (JobStatus.PENDING, JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING)
_ENDS: Final = frozenset({JobStatus.FAILED, JobStatus.CANCELED})
MOVES: Final[Mapping[JobStatus, frozenset[JobStatus]]] = {
    JobStatus.PENDING: _ENDS | {JobStatus.PLANNING},
    JobStatus.PLANNING: _ENDS | {JobStatus.GENERATING},
    JobStatus.GENERATING: _ENDS | {JobStatus.COMPOSING},
    JobStatus.COMPOSING: _ENDS | {JobStatus.COMPLETED},
    # Out of an end leads only another round: domain/rounds.py.
    JobStatus.COMPLETED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELED: frozenset(),
}
PROGRESS_INTERVAL: Final = timedelta(seconds=1)
MOST_PATIENCE: Final = 3
"""Doublings: with a lease of 45 s, six minutes."""


def check_attempt(job: Job, attempt: int) -> None:
    """StaleAttemptError unless this is the present attempt, JobTerminalError when the job has ended."""
    check_spender(job, attempt)
    if job.status.is_terminal:
        raise JobTerminalError(f"{job.job_id} is {job.status.value}.", details={"status": job.status.value})


def check_video(job: Job) -> None:
    """NotFoundError for what is a storyboard alone: to its user that is no job."""
    if job.kind is not JobKind.VIDEO:
        raise NotFoundError(f"There is no job {job.job_id}.")


def check_spender(job: Job, attempt: int) -> None:
    """As check_attempt, but after the job's end the attempt that accounts for its calls may go on with them."""
    if job.attempt != attempt:
        raise StaleAttemptError(
            f"Attempt {attempt} is not the present one of {job.job_id}.", details={"attempt": job.attempt}
        )
    if job.status.is_terminal and job.settling != attempt:
        raise JobTerminalError(f"{job.job_id} is {job.status.value}.", details={"status": job.status.value})


def move_status(job: Job, status: JobStatus, now: datetime) -> Job:
    """The job one step further along MOVES; StageSkippedError for any other step."""
    if status not in MOVES[job.status]:
        following = sorted(MOVES[job.status])
        raise StageSkippedError(
            f"{job.job_id} is {job.status.value} and cannot become {status.value}.",
            details={"status": job.status.value, "may_become": following},
        )
    return replace(job, status=status, updated_at=now, stage_at=now, progress=None)


def begin_stage(job: Job, attempt: int, status: JobStatus, now: datetime) -> Change | None:
    """A stage begins. One that has begun before changes nothing: a later attempt passes through it again."""
    check_attempt(job, attempt)
    if status not in STAGES[1:]:
        raise InvalidRequestError(
            f"{status.value} is no stage that begins; complete and fail have routes of their own."
        )
    if STAGES.index(status) <= STAGES.index(job.status):
        return None
    moved = move_status(job, status, now)
    return change_job(moved, events.stage_changed(moved, now))


def store_storyboard(job: Job, attempt: int, body: StoreStoryboard, pin: Pin | None, now: datetime) -> Change | None:
    """The first plan wins; whoever comes second reads the winner's. One that was ordered is only pinned to a recipe.

    From now on what is said is known, and the estimate exact. A job that is a plan alone is completed by it.
    """
    check_attempt(job, attempt)
    if job.recipe_id is not None:
        return None
    storyboard = job.storyboard or body.storyboard
    planned = replace(job, storyboard=storyboard, recipe_id=body.recipe_id, updated_at=now)
    if job.storyboard is None and job.kind is JobKind.VIDEO:
        saving = find_saving(job.request, job.cuts, storyboard.scenes)
        planned = replace(planned, estimate_microusd=job.estimate_microusd - saving)
    if job.kind is JobKind.STORYBOARD:
        planned = replace(planned, status=JobStatus.COMPLETED, progress=None)
    return Change(fence=planned, job=planned, pin=pin, event=events.job_planned(planned, storyboard, now))


def store_music(job: Job, attempt: int, music_key: str, now: datetime) -> Change | None:
    """The first music wins."""
    check_attempt(job, attempt)
    check_owned(job.user_id, "music_key", music_key)
    return None if job.music_key is not None else change_job(replace(job, music_key=music_key, updated_at=now))


def mark_progress(job: Job, attempt: int, body: Progress, now: datetime) -> Change | None:
    """At most one a second is kept; the others are as good as overwritten."""
    check_attempt(job, attempt)
    if job.progress is not None and now - job.progress.at < PROGRESS_INTERVAL:
        return None
    mark = ProgressMark(stage=body.stage, fraction=body.fraction, at=now)
    return change_job(replace(job, progress=mark, updated_at=now))


def renew_lease(job: Job, attempt: int, now: datetime, lease: timedelta) -> Change | None:
    """Written when half of the lease is used. Past the deadline it runs out, and the reaper ends the job."""
    check_spender(job, attempt)
    until = _lease_end(job, now, lease)
    is_fresh = job.lease_until is not None and job.lease_until - now > (until - now) / 2
    if is_fresh or now >= job.deadline_at or job.status.is_terminal:
        return None
    return change_job(replace(job, lease_until=until))


def give_up(job: Job) -> Job:
    """The job whose present attempt is taken for dead, because its lease has run out."""
    return replace(job, given_up=job.attempt)


def learn_patience(job: Job, attempt: int, now: datetime, lease: timedelta) -> Change | None:
    """An attempt that was taken for dead has spoken: where all wait long for their turn, silence means little.

    Doubles the lease, once for each that was given up: it may have several steps under way. A lease that has run out,
    or was given up because nothing could be started, stays so.
    """
    is_news = attempt <= job.given_up and job.patience < MOST_PATIENCE
    if not is_news or job.status.is_terminal or job.lease_until is None or job.lease_until <= now:
        return None
    patient = replace(job, patience=job.patience + 1, given_up=0)
    return change_job(replace(patient, lease_until=max(job.lease_until, _lease_end(patient, now, lease))))


def _lease_end(job: Job, now: datetime, lease: timedelta) -> datetime:
    """When somebody must look after a job that was heard of just now; soon after its deadline at the latest."""
    return min(now + lease * (1 << job.patience), max(job.deadline_at, now + lease))


def next_attempt(job: Job, now: datetime, lease: timedelta) -> Job:
    """The job with the attempt after the present one, and a fresh lease."""
    return replace(job, attempt=job.attempt + 1, lease_until=_lease_end(job, now, lease), updated_at=now)


def settling_attempt(job: Job, now: datetime, pause: timedelta) -> Job:
    """The job with an attempt that accounts for its calls; after the pause somebody looks at the job again."""
    return replace(job, attempt=job.attempt + 1, settling=job.attempt + 1, lease_until=now + pause)


def take_lease(job: Job, now: datetime, lease: timedelta) -> Job:
    """Whoever writes this looks after the job until the lease ends; nothing else changes."""
    return replace(job, lease_until=now + lease)
