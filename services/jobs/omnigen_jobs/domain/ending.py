"""How a job ends, and what is still to do for its money afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from omnigen_jobs.domain import claims, events
from omnigen_jobs.domain.changes import Change, change_job
from omnigen_jobs.domain.intents import charge
from omnigen_jobs.domain.keys import check_owned
from omnigen_jobs.domain.moves import UNSENT
from omnigen_jobs.domain.records import Claim, Intent, Job, Money, Record
from omnigen_jobs.domain.stages import check_attempt, check_video, move_status
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import IntentStatus, JobOutput, JobProblem, JobStatus

OPEN: Final = frozenset({IntentStatus.SENDING, IntentStatus.CREATED, IntentStatus.INGESTED, IntentStatus.UNKNOWN})
SHORTEST_PAUSE: Final = timedelta(seconds=10)
UNKNOWN_PAUSE: Final = timedelta(minutes=2)
LONGEST_PAUSE: Final = timedelta(hours=6)


def complete(job: Job, attempt: int, output: JobOutput, now: datetime, lease: timedelta) -> Change | None:
    """The video is there. None when this very end was reported before."""
    if job.attempt == attempt and job.status is JobStatus.COMPLETED and job.output == output:
        return None
    check_attempt(job, attempt)
    check_owned(job.user_id, "video_key", output.video_key)
    check_owned(job.user_id, "poster_key", output.poster_key)
    if output.captions_key is not None:
        check_owned(job.user_id, "captions_key", output.captions_key)
    moved = move_status(job, JobStatus.COMPLETED, now)
    ended = replace(moved, output=output, former=_list_former(job, output), lease_until=now + lease, is_counted=True)
    return change_job(ended, events.job_completed(ended, output, now))


def _list_former(job: Job, output: JobOutput) -> tuple[JobOutput, ...]:
    """A round may make a video that an earlier one has made."""
    made = job.former if job.output is None else (*job.former, job.output)
    return tuple(each for each in made if each.video_key != output.video_key)


def fail(job: Job, attempt: int, problem: JobProblem, now: datetime, lease: timedelta) -> Change | None:
    """The job ends without a video; scenes and clips stay as they are. None when this was reported before."""
    if job.attempt == attempt and job.status is JobStatus.FAILED and job.problem == problem:
        return None
    check_attempt(job, attempt)
    moved = move_status(job, JobStatus.FAILED, now)
    ended = replace(moved, problem=problem, lease_until=now + lease)
    return change_job(ended, events.job_failed(ended, problem, now))


def cancel(job: Job, now: datetime, lease: timedelta) -> Change | None:
    """Its user wants no more of it; clips stay. None when that is done; JobTerminalError after another end."""
    check_video(job)
    if job.status is JobStatus.CANCELED:
        return None
    check_attempt(job, job.attempt)
    ended = replace(move_status(job, JobStatus.CANCELED, now), lease_until=now + lease)
    return change_job(ended, events.job_canceled(ended, now))


def overdue_problem(job: Job) -> JobProblem:
    """Why the reaper ends a job whose deadline has passed."""
    return JobProblem(
        code=FailureCode.JOB_DEADLINE_EXCEEDED.value,
        stage=job.status.value,
        detail=f"The job was not finished by {to_rfc3339(job.deadline_at)}; it was {job.status.value}.",
        remedy=FailureCode.JOB_DEADLINE_EXCEEDED.remedy,
    )


def is_same_end(job: Job, seen: Job) -> bool:
    """Whether the job is still at the end that somebody has begun to account for.

    Who is slow at that may be overtaken by another, who closes the same round, and by its user, who begins the next.
    """
    return job.status.is_terminal and job.round == seen.round


def list_unsent(record: Record) -> Iterator[Intent]:
    """Intents of an ended job that were certainly never sent, and will not be."""
    return (intent for intent in record.intents if intent.status in UNSENT)


def list_refunded(record: Record) -> Iterator[Intent]:
    """Intents that cost nothing, of whatever round. Quota may not have heard of it: the record says it first."""
    return (intent for intent in record.intents if intent.status is IntentStatus.REFUNDED)


def list_judged(record: Record) -> Iterator[Intent]:
    """Intents that were charged without an output, of whatever round: by an operator's word, most of them.

    As with what cost nothing, quota may not have heard of it.
    """
    settled = (intent for intent in record.intents if intent.status is IntentStatus.SETTLED and not intent.cached)
    return (intent for intent in settled if intent.output_key is None)


def is_accounted(record: Record, found: Record) -> bool:
    """Whether quota was told, as of `record`, of all that it may not know in the record as it was found since."""
    told = {intent.intent_id for intent in (*list_refunded(record), *list_judged(record))}
    untold = (*list_refunded(found), *list_unsent(found), *list_judged(found))
    return all(intent.intent_id in told for intent in untold)


def list_unsettled(record: Record) -> Iterator[Intent]:
    """Intents of an ended job whose output was ingested: they cost what was held for them."""
    return (intent for intent in record.intents if intent.status is IntentStatus.INGESTED)


def refund_unsent(job: Job, intent: Intent, claim: Claim | None) -> Change:
    """The intent is given up, and its fingerprint with it. The job has ended, so nobody can be sending it."""
    after = replace(intent, status=IntentStatus.REFUNDED)
    owned = None if claim is None else claims.follow(claim, job, after)
    return Change(fence=job, job=job, intent=after, claim=owned)


def settle_ingested(job: Job, intent: Intent, now: datetime) -> Change:
    """The intent costs its full price. Without an event: the last one of an ended job has been told."""
    after = replace(intent, status=IntentStatus.SETTLED, actual_microusd=intent.price_microusd)
    paid, _ = charge(job, after, now)
    return Change(fence=job, job=paid, intent=after)


def list_open(record: Record) -> Iterator[Intent]:
    """Intents that the provider may still charge, or has: they keep the job in the index of what is due."""
    return (intent for intent in record.intents if intent.status in OPEN)


def is_unattended(record: Record) -> bool:
    """Whether the composer may still work for a canceled job: nobody has told it to stop since."""
    job = record.job
    has_clips = any(scene.clip_key is not None for scene in record.scenes)
    return job.status is JobStatus.CANCELED and job.settling < job.attempt and has_clips


def close_money(record: Record, now: datetime, kept_until: datetime | None = None) -> Change:
    """With quota's confirmation the job leaves the index of what is due, unless somebody has to look after it yet.

    Money is closed again after an operator's verdict: what was said of the files meanwhile, by their user, say, stays.
    """
    job = record.job
    is_asked = job.next_round is not None
    due = now if any(list_open(record)) or is_unattended(record) or is_asked else None
    is_decided = (job.media_until, job.media_removed_at, job.deleted_at) != (None, None, None)
    until = job.media_until if is_decided else kept_until
    return change_job(replace(job, money=Money.CLOSED, lease_until=due, media_until=until))


def leave_index(job: Job) -> Change:
    """Nothing is left to be looked after."""
    return change_job(replace(job, lease_until=None))


def settling_pause(record: Record, now: datetime) -> timedelta:
    """Until somebody looks at the open calls of an ended job again: the longer, the longer nothing has come of them."""
    return min((_pause(intent, now) for intent in list_open(record)), default=SHORTEST_PAUSE)


def _pause(intent: Intent, now: datetime) -> timedelta:
    age = timedelta() if intent.sent_at is None else now - intent.sent_at
    if intent.status is IntentStatus.UNKNOWN:
        return min(max(age / 2, UNKNOWN_PAUSE), LONGEST_PAUSE)
    return min(max(age / 10, SHORTEST_PAUSE), UNKNOWN_PAUSE)


def charged_months(job: Job, now: datetime) -> tuple[str, ...]:
    """Months in which quota may hold something for this job.

    Its own; or, when the answer that named it got lost, every month that the job has seen.
    """
    if job.month is not None:
        return (job.month,)
    return tuple(dict.fromkeys(instant.strftime("%Y-%m") for instant in (job.created_at, now)))
