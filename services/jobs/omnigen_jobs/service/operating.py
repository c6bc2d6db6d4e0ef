"""What people do to paid calls: look at the open ones, and say what became of an unknown one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.ending import LONGEST_PAUSE, list_open
from omnigen_jobs.domain.intents import get_intent
from omnigen_jobs.domain.records import Intent, Job, Record, Stray
from omnigen_jobs.domain.verdicts import judge_unknown
from omnigen_jobs.ports import JobStore, Quota
from omnigen_jobs.service.writing import write
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.errors import NotFoundError

SOON: Final = LONGEST_PAUSE + timedelta(hours=1)
JOBS_PER_SHARD: Final = 1000


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that the provider may still charge."""

    job: Job
    intent: Intent
    sent_at: datetime | None


class Operator:
    """The record is written first, then quota is told, at the latest by whoever closes the job's money once more."""

    def __init__(self, store: JobStore, quota: Quota, clock: Clock) -> None:
        self._store = store
        self._quota = quota
        self._clock = clock

    async def list_open(self) -> AsyncIterator[OpenCall]:
        """Of all jobs that somebody looks after; up to JOBS_PER_SHARD of each shard."""
        for job_id in await self._store.list_due(self._clock.now() + SOON, JOBS_PER_SHARD):
            record = await self._store.find_record(job_id)
            for intent in () if record is None else list_open(record):
                if record is not None:
                    yield OpenCall(record.job, intent, intent.sent_at)

    async def list_strays(self) -> list[Stray]:
        """Webhooks that could not be placed, the oldest first."""
        return sorted(await self._store.list_strays(), key=lambda stray: (stray.received_at, stray.message_id))

    async def judge(self, job_id: JobId, intent_id: IntentId, actual_microusd: int | None) -> Intent:
        """What an unknown call cost; None: nothing. NotFoundError, IntentMovedError, InvalidRequestError."""
        job = await self._store.find_job(job_id)
        if job is None:
            raise NotFoundError(f"There is no job {job_id}.")

        async def decide(record: Record) -> Change | None:
            intent = get_intent(record, intent_id)
            claim = await self._store.find_claim(job.user_id, intent.fingerprint)
            return judge_unknown(record, intent, actual_microusd, claim, self._clock.now())

        judged = get_intent(await write(self._store, job.user_id, job_id, decide), intent_id)
        if actual_microusd is None:
            await self._quota.refund(job, judged)
        else:
            await self._quota.settle(job, judged, actual_microusd)
        return judged
