"""How long the files of an ended job are kept, and what goes with them. The record, its receipt and the ledger stay.

A clip may be used by several jobs of its user: its claim names them, and it goes with the last.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from omnigen_jobs.domain.changes import Change, change_job
from omnigen_jobs.domain.problems import JobRunningError, MediaRemovedError, nothing_there
from omnigen_jobs.domain.records import Claim, ClaimState, Job, Money, Record
from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.contracts.job import JobKind, JobOutput
from omnigen_shared.errors import DependencyUnavailableError

LEASE: Final = timedelta(minutes=2)
"""For one removal; whoever has not finished by then is taken for dead."""
PUT_OFF: Final = timedelta(minutes=30)
"""While another job that uses the same clips is at work."""
EXPORTS_KEPT: Final = timedelta(days=1)
"""An export that is gone is made again when it is asked for."""
LEAVING_S: Final = 5
MOST_USERS: Final = 200
"""Jobs that one claim names. What more than that have used is kept."""
_VIDEO: Final = IntentId("video")


@dataclass(frozen=True, slots=True)
class Retention:
    """Days by plan; a plan that is not named keeps for ever."""

    days: Mapping[str, int] = field(default_factory=dict)

    def find_end(self, job: Job, now: datetime) -> datetime | None:
        """Until when the files of a job that has ended now are kept; None: for ever."""
        days = self.days.get(job.plan)
        return None if days is None or job.kind is not JobKind.VIDEO else now + timedelta(days=days)


FOREVER: Final = Retention()


def check_shown(job: Job) -> None:
    """NotFoundError when its user has deleted it."""
    if job.deleted_at is not None:
        raise nothing_there()


def check_media(job: Job) -> None:
    """MediaRemovedError when its files are gone."""
    if job.media_removed_at is not None:
        raise MediaRemovedError(f"The files of {job.job_id} were kept as long as its plan says, and are gone.")


def is_due(job: Job, now: datetime) -> bool:
    """Whether its files have to go now: it has ended for good, and nobody looks after it for something else."""
    is_over = job.status.is_terminal and job.money is Money.CLOSED and job.next_round is None
    return is_over and job.lease_until is None and job.media_until is not None and job.media_until <= now


def delete(job: Job, now: datetime) -> Change | None:
    """Out of sight from now on, and its files go. None when it is so already; JobRunningError before its end."""
    if job.deleted_at is not None:
        return None
    if not job.status.is_terminal or job.next_round is not None or job.money is not Money.CLOSED:
        raise JobRunningError(f"{job.job_id} is {job.status.value}.", details={"status": job.status.value})
    is_gone = job.media_removed_at is not None
    return change_job(replace(job, deleted_at=now, updated_at=now, media_until=job.media_until if is_gone else now))


def hide(job: Job, now: datetime) -> Change | None:
    """Out of sight before all of it goes: another round would be lost with it. None when it is so already."""
    return None if job.deleted_at is not None else change_job(replace(job, deleted_at=now))


def begin(job: Job, now: datetime) -> Change:
    """From now on its user is told that they are gone; whoever writes this removes them."""
    return change_job(replace(job, media_removed_at=job.media_removed_at or now, media_until=now + LEASE))


def put_off(job: Job, now: datetime) -> Change:
    """Somebody looks again later."""
    return change_job(replace(job, media_until=now + PUT_OFF))


def finish(job: Job, now: datetime) -> Change:
    """Nothing is left to remove; of a job that was deleted, once its exports are old enough to be swept."""
    swept_at = None if job.deleted_at is None else job.deleted_at + EXPORTS_KEPT
    return change_job(replace(job, media_until=None if swept_at is None or swept_at <= now else swept_at))


def list_clips(record: Record) -> Iterator[tuple[str, str]]:
    """Fingerprint and key of everything that was made for it, in whatever take."""
    return ((intent.fingerprint, intent.output_key) for intent in record.intents if intent.output_key is not None)


def list_files(output: JobOutput) -> tuple[str, ...]:
    """The keys of a finished video."""
    files = (output.video_key, output.poster_key, output.captions_key)
    return tuple(key for key in files if key is not None)


def list_videos(job: Job) -> tuple[JobOutput, ...]:
    """All that it has made, of whatever round."""
    return job.former if job.output is None else (*job.former, job.output)


def name_video(video_key: str) -> str:
    """The fingerprint under which it is known which jobs have this very video. 64 hex digits."""
    return hashlib.sha256(f"video {video_key}".encode()).hexdigest()


def is_at_removal(job: Job | None, now: datetime) -> bool:
    """Whether somebody removes this job's files now. Cut off, they are looked at again later."""
    return job is not None and job.media_until is not None and now < job.media_until <= now + LEASE


def own_video(claim: Claim | None, job: Job, video_key: str, *, is_removed: bool = False) -> Claim | None:
    """The video's claim with this job among its users; None when it is there already.

    DependencyUnavailableError while such a video `is_removed`: it has to be made again, and is there no more. One whose
    removal was cut off is had: who asks has just found it in the store.
    """
    if claim is not None and claim.state is ClaimState.LEAVING and is_removed:
        raise DependencyUnavailableError("The same video is just being removed.", retry_after_s=LEAVING_S)
    if claim is None or claim.state is not ClaimState.READY:
        return _video_claim(claim, job, video_key, ClaimState.READY, users=(job.job_id,))
    return join(claim, job.job_id)


def leave_unowned(claim: Claim | None, job: Job, video_key: str) -> Claim | None:
    """The claim of a video that no job ever had, or has any more, so that nobody gets it; None for one that is had.

    A job that was stopped may have been about to have it.
    """
    if claim is not None and claim.state not in {ClaimState.RELEASED, ClaimState.LEAVING}:
        return None
    return _video_claim(claim, job, video_key, ClaimState.LEAVING)


def _video_claim(
    claim: Claim | None, job: Job, video_key: str, state: ClaimState, users: tuple[JobId, ...] = ()
) -> Claim:
    return Claim(
        user_id=job.user_id,
        fingerprint=name_video(video_key),
        job_id=job.job_id,
        intent_id=_VIDEO,
        state=state,
        output_key=video_key,
        users=users,
        version=0 if claim is None else claim.version,
    )


def join(claim: Claim, job_id: JobId) -> Claim | None:
    """The claim with one user more; None when that changes nothing."""
    if job_id in claim.users or len(claim.users) >= MOST_USERS:
        return None
    return replace(claim, users=(*claim.users, job_id))


def list_others(claim: Claim, job_id: JobId) -> tuple[JobId, ...]:
    """The other jobs that use what this claim names."""
    return tuple(user for user in claim.users or (claim.job_id,) if user != job_id)


def leave(claim: Claim, job_id: JobId) -> Claim | None:
    """The claim without this user; when there is no other, nobody gets it any more. None when that changes nothing."""
    if claim.state is not ClaimState.READY or len(claim.users) >= MOST_USERS:
        return None
    others = list_others(claim, job_id)
    if not others:
        return replace(claim, users=(job_id,), state=ClaimState.LEAVING)
    return None if others == claim.users else replace(claim, users=others)


def is_awaited(claim: Claim, job_id: JobId) -> bool:
    """Whether this job's removal of a clip was cut off: the job at work may be waiting for just that to end.

    A video is left as it is: that job may have been answered with it, and come to have it once it is freed.
    """
    return claim.state is ClaimState.LEAVING and claim.users == (job_id,) and claim.intent_id != _VIDEO


def free(claim: Claim) -> Claim:
    """Its output is gone: the next who needs it makes it."""
    return replace(claim, users=(), state=ClaimState.RELEASED, output_key=None)
