"""Another round of a job that has ended, for its user."""

import contextlib
from datetime import timedelta

from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.records import Record
from omnigen_jobs.domain.rounds import Wish, ask_round
from omnigen_jobs.ports import JobStore, WriteConflictError
from omnigen_jobs.service.ending import Ending
from omnigen_jobs.service.launching import Launcher
from omnigen_jobs.service.writing import Guard, get_record, unguarded, write
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId, UserId


class Resuming:
    """Asks for a round, has it admitted, starts it. Cut off anywhere, the reaper goes on."""

    def __init__(self, store: JobStore, launcher: Launcher, ending: Ending, clock: Clock, margin: timedelta) -> None:
        self._store = store
        self._launcher = launcher
        self._ending = ending
        self._clock = clock
        self._margin = margin

    async def resume(self, user_id: UserId, job_id: JobId, wish: Wish, guard: Guard = unguarded) -> Record:
        """What ask_round and `guard` raise; QuotaExceededError, PlanLimitError: the job stays as it ended."""
        seen = await self._close(await get_record(self._store, user_id, job_id), guard)

        async def decide(record: Record) -> Change | None:
            if record.job.version != seen.job.version:
                guard(record)
            return ask_round(record, wish, self._clock.now(), self._margin)

        asked = await write(self._store, user_id, job_id, decide)
        with contextlib.suppress(WriteConflictError):  # The reaper was faster.
            await self._launcher.launch_round(asked.job)
        return await get_record(self._store, user_id, job_id)

    async def _close(self, record: Record, guard: Guard) -> Record:
        """The former round's money first: its calls that were never sent are given back. A user sees no change."""
        guard(record)
        return await self._ending.close(record) if record.job.status.is_terminal else record
