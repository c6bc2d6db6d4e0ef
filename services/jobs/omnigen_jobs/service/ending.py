"""A job's end, and its money's. The job stays in the index of what is due until quota has confirmed."""

from dataclasses import replace
from datetime import timedelta

import structlog

from omnigen_jobs.domain import ending
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.records import Claim, ClaimState, Job, Money, Record
from omnigen_jobs.domain.retaining import FOREVER, Retention, check_shown, is_at_removal, name_video, own_video
from omnigen_jobs.ports import JobStore, Quota
from omnigen_jobs.service.measuring import measure_change
from omnigen_jobs.service.writing import Decide, Guard, get_record, unguarded, write
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.job import JobOutput, JobProblem, JobStatus
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError
from omnigen_shared.signals import COST_MICROUSD, OUTCOME
from omnigen_shared.tracing import annotate

_log = structlog.get_logger()


class Ending:
    """Ends jobs, for the execution that reports it and for the reaper."""

    def __init__(
        self, store: JobStore, quota: Quota, clock: Clock, lease: timedelta, retention: Retention = FOREVER
    ) -> None:
        self._store = store
        self._quota = quota
        self._clock = clock
        self._lease = lease
        self._retention = retention

    async def complete(self, user_id: UserId, job_id: JobId, attempt: int, output: JobOutput) -> Record:
        """StaleAttemptError, JobTerminalError, StageSkippedError."""

        async def decide(record: Record) -> Change | None:
            change = ending.complete(record.job, attempt, output, self._clock.now(), self._lease)
            if change is None:
                return None
            claim = await self._store.find_claim(user_id, name_video(output.video_key))
            is_removed = claim is not None and await self._is_removed(claim)
            return replace(change, claim=own_video(claim, record.job, output.video_key, is_removed=is_removed))

        record = await self.try_to_close(await write(self._store, user_id, job_id, decide))
        annotate({OUTCOME: record.job.status.value, COST_MICROUSD: record.job.spent_microusd})
        return record

    async def _is_removed(self, claim: Claim) -> bool:
        if claim.state is not ClaimState.LEAVING:
            return False
        remover = await self._store.find_job(claim.users[0] if claim.users else claim.job_id)
        return is_at_removal(remover, self._clock.now())

    async def fail(self, user_id: UserId, job_id: JobId, attempt: int, problem: JobProblem) -> Record:
        """StaleAttemptError, JobTerminalError."""

        async def decide(record: Record) -> Change | None:
            return ending.fail(record.job, attempt, problem, self._clock.now(), self._lease)

        record = await write(self._store, user_id, job_id, decide)
        annotate({OUTCOME: problem.code})
        _log.info("job_failed", job_id=job_id, code=problem.code, stage=problem.stage, scene=problem.scene)
        return await self.try_to_close(record)

    async def cancel(self, user_id: UserId, job_id: JobId, guard: Guard = unguarded) -> Record:
        """JobTerminalError when it has ended otherwise; what `guard` raises."""

        async def decide(record: Record) -> Change | None:
            check_shown(record.job)
            guard(record)
            return ending.cancel(record.job, self._clock.now(), self._lease)

        return await self.try_to_close(await write(self._store, user_id, job_id, decide))

    async def fail_overdue(self, job: Job) -> None:
        """The deadline of a job that nobody works on has passed. WriteConflictError when somebody has written."""
        change = ending.fail(job, job.attempt, ending.overdue_problem(job), self._clock.now(), self._lease)
        if change is not None:
            await self._store.commit(change)
            measure_change(job, change.job or job)
        _log.info("job_overdue", job_id=job.job_id, stage=job.status.value, attempt=job.attempt)
        await self.close(await get_record(self._store, job.user_id, job.job_id))

    async def try_to_close(self, record: Record) -> Record:
        """The end stands whatever quota says now; what is left to do for the money is due when the lease ends."""
        try:
            return await self.close(record)
        except (DependencyUnavailableError, RemoteProblemError) as error:
            _log.warning("money_not_closed", job_id=record.job.job_id, error=error.detail)
            return record

    async def close(self, record: Record) -> Record:
        """Commit or release, then account for every call that can be. Idempotent; leaves open what quota refuses.

        Closed first: quota holds nothing new for a closed job, so no straggler can spend behind our back. The calls are
        read afterwards: their writes do not touch the job, so who wrote its end may not have seen the latest.
        """
        if record.job.money is Money.CLOSED:
            return record
        close = self._quota.commit if record.job.status is JobStatus.COMPLETED else self._quota.release
        for month in ending.charged_months(record.job, self._clock.now()):
            await close(record.job, month)
        latest = await get_record(self._store, record.job.user_id, record.job.job_id)
        if not ending.is_same_end(latest.job, record.job):
            return latest
        record = await self._close_calls(latest)

        async def decide(found: Record) -> Change | None:
            if not ending.is_same_end(found.job, record.job) or found.job.money is Money.CLOSED:
                return None
            if not ending.is_accounted(record, found):
                return None  # A sender has reported a refusal since, and made the job due once more.
            now = self._clock.now()
            return ending.close_money(found, now, self._retention.find_end(found.job, now))

        return await self._write(record.job, decide)

    async def _close_calls(self, record: Record) -> Record:
        for intent in ending.list_unsent(record):
            record = await self._refund(record.job, intent.intent_id)
        for intent in ending.list_refunded(record):
            await self._quota.refund(record.job, intent)
        for intent in ending.list_judged(record):
            await self._quota.settle(record.job, intent, intent.actual_microusd or 0)
        for intent in ending.list_unsettled(record):
            await self._quota.settle(record.job, intent, intent.price_microusd)
            record = await self._settle(record.job, intent.intent_id)
        return record

    async def _refund(self, job: Job, intent_id: IntentId) -> Record:
        async def decide(record: Record) -> Change | None:
            unsent = (intent for intent in ending.list_unsent(record) if intent.intent_id == intent_id)
            intent = next(unsent, None)
            if intent is None or not ending.is_same_end(record.job, job):
                return None
            claim = await self._store.find_claim(job.user_id, intent.fingerprint)
            return ending.refund_unsent(record.job, intent, claim)

        return await self._write(job, decide)

    async def _settle(self, job: Job, intent_id: IntentId) -> Record:
        async def decide(record: Record) -> Change | None:
            ingested = (intent for intent in ending.list_unsettled(record) if intent.intent_id == intent_id)
            intent = next(ingested, None)
            is_over = intent is None or not ending.is_same_end(record.job, job)
            return None if is_over or intent is None else ending.settle_ingested(record.job, intent, self._clock.now())

        return await self._write(job, decide)

    async def _write(self, job: Job, decide: Decide) -> Record:
        return await write(self._store, job.user_id, job.job_id, decide)
