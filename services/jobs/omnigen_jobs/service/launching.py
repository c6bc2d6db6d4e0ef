"""Brings a job to life, from wherever a crash has left it: reserve, admit, start.

Order of writes, and what a crash after each leaves behind:

1. META is written as a draft: `requested`, invisible, in the index of what is due.  → the reaper goes on from here.
2. quota reserves, keyed by the job's id.      → the same; reserving again is answered as the first time.
   quota refuses: it holds nothing, and the draft is removed.  → without a trace.
3. META becomes `reserved` and visible, together with the first event.      → the reaper starts it.
4. The attempt is counted up, then the execution is started.    → the lease runs out, the reaper starts the next one.

META comes first so that nothing is ever held that no item of ours speaks of: a reservation without META could only be
found by going through quota's books. A draft that quota does not answer for until its deadline fails like any other
job, and its reservation, if there is one, is released.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from omnigen_jobs.domain import events, rounds
from omnigen_jobs.domain.changes import apply, bumped, change_job
from omnigen_jobs.domain.ending import charged_months, list_open, settling_pause
from omnigen_jobs.domain.records import Job, Money, Record
from omnigen_jobs.domain.stages import next_attempt, settling_attempt, take_lease
from omnigen_jobs.ports import JobStore, Quota, Workflow, WriteConflictError
from omnigen_jobs.service.measuring import measure_admission
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.job import ExecutionKind
from omnigen_shared.errors import DependencyUnavailableError, PlanLimitError, QuotaExceededError, SpendingPausedError

_log = structlog.get_logger()
NOW: Final = timedelta()


class Launcher:
    """Used by whoever creates a job, by Continue, and by the reaper."""

    def __init__(self, store: JobStore, quota: Quota, workflow: Workflow, clock: Clock, lease: timedelta) -> None:
        self._store = store
        self._quota = quota
        self._workflow = workflow
        self._clock = clock
        self._lease = lease

    async def launch(self, job: Job) -> Job:
        """The job, admitted and started; the caller holds its lease.

        QuotaExceededError, PlanLimitError and SpendingPausedError leave no trace. WriteConflictError: somebody else has
        taken it over.
        """
        if job.status.is_terminal:
            return job
        admitted = await self._admit(job) if job.money is Money.REQUESTED else job
        return admitted if admitted.attempt else await self.start_next(admitted)

    async def _admit(self, job: Job) -> Job:
        try:
            reservation = await self._quota.reserve(job)
        except (QuotaExceededError, PlanLimitError, SpendingPausedError):
            await self._store.discard(job)
            raise
        now = self._clock.now()
        admitted = replace(
            job, money=Money.RESERVED, month=reservation.month, lease_until=now + self._lease, updated_at=now
        )
        await self._store.commit(change_job(admitted, events.job_created(admitted, now)))
        measure_admission(admitted)
        return bumped(admitted)

    async def launch_round(self, job: Job) -> Job:
        """The job, with the round that it is asked for admitted and started; the caller holds its lease.

        What quota refuses leaves the job as it ended. WriteConflictError: somebody else was faster.
        """
        try:
            reservation = await self._quota.reserve(rounds.as_reserved(job))
        except (QuotaExceededError, PlanLimitError, SpendingPausedError):
            await self._store.commit(rounds.drop_round(job, self._clock.now()))
            raise
        record = await self._store.find_record(job.job_id)
        if record is None or record.job.version != job.version:
            raise WriteConflictError
        change = rounds.begin_round(record, reservation.month, self._clock.now(), self._lease)
        await self._store.commit(change)
        return await self.start_next(apply(change, record).job)

    async def abandon_round(self, job: Job) -> None:
        """Quota has not answered in time: what it may hold for the round goes back, the job stays as it ended."""
        asked = rounds.as_reserved(job)
        for month in charged_months(asked, self._clock.now()):
            await self._quota.release(asked, month)
        await self._store.commit(rounds.abandon_round(job, self._clock.now()))

    async def start_settling(self, record: Record) -> None:
        """An execution that accounts for the open calls of an ended job; after a pause somebody looks again."""
        now = self._clock.now()
        started = settling_attempt(record.job, now, settling_pause(record, now))
        await self._store.commit(change_job(started))
        open_calls = [intent.intent_id for intent in list_open(record)]
        _log.info("settling_started", job_id=started.job_id, attempt=started.attempt, intents=open_calls)
        await self._workflow.start(bumped(started), ExecutionKind.SETTLE)

    async def start_next(self, job: Job) -> Job:
        """The next attempt is counted, then started. WriteConflictError when somebody else has counted it.

        When the state machine does not answer, the lease is given up so that the reaper tries again soon.
        """
        started = next_attempt(job, self._clock.now(), self._lease)
        await self._store.commit(change_job(started))
        current = bumped(started)
        try:
            await self._workflow.start(current)
        except DependencyUnavailableError as error:
            _log.error("execution_not_started", job_id=job.job_id, attempt=current.attempt, error=error.detail)
            return await self._give_up_lease(current)
        _log.info("attempt_started", job_id=job.job_id, attempt=current.attempt)
        return current

    async def _give_up_lease(self, job: Job) -> Job:
        given_up = take_lease(job, self._clock.now(), NOW)
        try:
            await self._store.commit(change_job(given_up))
        except WriteConflictError:
            return job  # The execution runs after all, and has written.
        return bumped(given_up)
