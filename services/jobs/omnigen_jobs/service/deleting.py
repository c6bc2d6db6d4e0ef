"""A job that its user does not want any more: out of sight at once, its files gone soon after."""

from dataclasses import dataclass

from omnigen_jobs.domain import retaining
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.records import Record
from omnigen_jobs.ports import JobStore
from omnigen_jobs.service.ending import Ending
from omnigen_jobs.service.reading import Reading
from omnigen_jobs.service.writing import Guard, unguarded, write
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId, UserId


@dataclass(frozen=True, slots=True)
class Deleting:
    """Whoever tidies up removes the files, each when no other job uses it. The record stays for the books."""

    store: JobStore
    reading: Reading
    ending: Ending
    clock: Clock

    async def delete(self, user_id: UserId, job_id: JobId, guard: Guard = unguarded) -> None:
        """NotFoundError, also for what is deleted already; JobRunningError before its end; what `guard` raises."""
        record = await self.reading.get(user_id, job_id)
        guard(record)
        if record.job.status.is_terminal:
            record = await self.ending.close(record)

        async def decide(found: Record) -> Change | None:
            if found.job.version != record.job.version:
                guard(found)
            return retaining.delete(found.job, self.clock.now())

        await write(self.store, user_id, job_id, decide)
