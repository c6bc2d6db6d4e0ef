"""Tidies up what is due, whether anybody asks or not. Any number of tasks may sweep: all of it may be done twice."""

from dataclasses import dataclass
from typing import Final

import structlog

from omnigen_jobs.domain.chores import BatchChore, Chore, ErasureChore, MediaChore
from omnigen_jobs.ports import WriteConflictError
from omnigen_jobs.ports.assets import ChoreStore
from omnigen_jobs.service.batching import Batching
from omnigen_jobs.service.erasing import Erasing
from omnigen_jobs.service.retaining import Retaining
from omnigen_jobs.service.uploading import Uploading
from omnigen_shared.clock import Clock
from omnigen_shared.errors import ProblemError

CHORES_PER_SHARD: Final = 25
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tidier:
    """Sweeps the index of what is due."""

    store: ChoreStore
    uploading: Uploading
    retaining: Retaining
    erasing: Erasing
    batching: Batching
    clock: Clock

    async def sweep(self) -> None:
        """One pass; what cannot be done now is left for a later one."""
        for chore in await self.store.list_chores(self.clock.now(), CHORES_PER_SHARD):
            try:
                await self._do(chore)
            except WriteConflictError:
                _log.debug("chore_taken_by_another", chore=str(chore))
            except ProblemError as problem:
                _log.warning("chore_not_done", chore=str(chore), code=problem.code, error=problem.detail)
            except Exception as error:  # noqa: BLE001 - one chore's trouble is not the others'; it stays due
                _log.error("chore_not_done", chore=str(chore), exc_info=error)

    async def _do(self, chore: Chore) -> None:
        if isinstance(chore, MediaChore):
            await self.retaining.remove(chore.job_id)
        elif isinstance(chore, BatchChore):
            await self.batching.tidy(chore.user_id, chore.batch_id)
        elif isinstance(chore, ErasureChore):
            await self.erasing.do_pass(chore.user_id)
        else:
            await self.uploading.tidy(chore.user_id)
