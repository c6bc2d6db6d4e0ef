"""Looks after jobs whose lease has run out: something was cut off, quota was not told, or an ended job has open calls.

Any number of tasks may sweep: each job is taken by a conditional write of its lease before anything is done for it.
"""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from omnigen_jobs.domain.changes import bumped, change_job
from omnigen_jobs.domain.ending import is_unattended, leave_index, list_open
from omnigen_jobs.domain.records import Job, Money
from omnigen_jobs.domain.stages import give_up, take_lease
from omnigen_jobs.ports import JobStore, WriteConflictError
from omnigen_jobs.service.ending import Ending
from omnigen_jobs.service.launching import Launcher
from omnigen_jobs.service.writing import get_record
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId
from omnigen_shared.errors import PlanLimitError, ProblemError, QuotaExceededError, SpendingPausedError

JOBS_PER_SHARD: Final = 25
AT_ONCE: Final = 8
_log = structlog.get_logger()


class Reaper:
    """Sweeps the index of what is due."""

    def __init__(self, store: JobStore, launcher: Launcher, ending: Ending, clock: Clock, lease: timedelta) -> None:
        self._store = store
        self._launcher = launcher
        self._ending = ending
        self._clock = clock
        self._lease = lease

    async def sweep(self) -> None:
        """One pass over what is due now. A job that cannot be helped is left for a later pass; others go on."""
        due = await self._store.list_due(self._clock.now(), JOBS_PER_SHARD)
        gate = asyncio.Semaphore(AT_ONCE)

        async def look_after(job_id: JobId) -> None:
            async with gate:
                await self._look_after(job_id)

        await asyncio.gather(*map(look_after, due))

    async def _look_after(self, job_id: JobId) -> None:
        try:
            job = await self._take(job_id)
            if job is not None:
                await self._help(job)
        except WriteConflictError:
            _log.debug("job_taken_by_another", job_id=job_id)
        except (QuotaExceededError, PlanLimitError, SpendingPausedError) as refusal:
            _log.info("creation_refused", job_id=job_id, code=refusal.code)
        except ProblemError as problem:
            _log.warning("job_not_helped", job_id=job_id, code=problem.code, error=problem.detail)
        except Exception as error:  # noqa: BLE001 - one job's trouble is not the others'; its lease brings it back
            _log.error("job_not_helped", job_id=job_id, exc_info=error)

    async def _take(self, job_id: JobId) -> Job | None:
        """The job with its lease taken by us; None when it is not due (the index lags behind)."""
        job, now = await self._store.find_job(job_id), self._clock.now()
        if job is None or job.lease_until is None or job.lease_until > now:
            return None
        taken = take_lease(job, now, self._lease)
        await self._store.commit(change_job(taken))
        return bumped(taken)

    async def _help(self, job: Job) -> None:
        if job.status.is_terminal:
            await self._help_ended(job)
        elif self._clock.now() >= job.deadline_at:
            await self._ending.fail_overdue(job)
        elif job.attempt == 0:
            await self._launcher.launch(job)
        else:
            await self._launcher.start_next(give_up(job))

    async def _help_ended(self, job: Job) -> None:
        """One thing after the other; the lease brings the job back for the next."""
        record = await get_record(self._store, job.user_id, job.job_id)
        if record.job.version != job.version:
            raise WriteConflictError
        if job.money is not Money.CLOSED:
            await self._ending.close(record)
        elif job.next_round is not None and self._clock.now() < job.next_round.deadline_at:
            await self._launcher.launch_round(job)
        elif job.next_round is not None:
            await self._launcher.abandon_round(job)
        elif any(list_open(record)) or is_unattended(record):
            await self._launcher.start_settling(record)
        else:
            await self._store.commit(leave_index(job))
