"""Who else watches which jobs. With it all tasks together read a job as often as one of them would alone."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Final

import structlog

from omnigen_jobs.domain.watching import Watch, count_others, mark_of
from omnigen_jobs.ports import CensusStore
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId
from omnigen_shared.errors import DependencyUnavailableError

AGAIN_S: Final = 6.0
AGAIN_SOON_S: Final = 2.0
"""After a round that has found changes: who begins at the same time has not seen everybody."""
HOLDS: Final = timedelta(seconds=3 * AGAIN_S)
_log = structlog.get_logger()


class Census:
    """Rounds are made by those who ask, and so only while something is watched."""

    def __init__(self, store: CensusStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._task_id = secrets.token_hex(8)
        self._mine: frozenset[int] = frozenset()
        self._others: Counter[int] = Counter()
        self._due_s = 0.0
        self._round = asyncio.Lock()

    async def count(self, job_id: JobId, watched: Collection[JobId]) -> int:
        """How many tasks watch this job, one of those `watched` here; as of a few seconds ago.

        One of those who ask makes the round; the others go by the last one, for a table may be slow to answer.
        """
        now_s = asyncio.get_running_loop().time
        if now_s() >= self._due_s and not self._round.locked():
            async with self._round:
                is_changed = await self._ask(frozenset(map(mark_of, watched)))
                self._due_s = now_s() + (AGAIN_SOON_S if is_changed else AGAIN_S)
        return 1 + self._others[mark_of(job_id)]

    async def _ask(self, mine: frozenset[int]) -> bool:
        """Tells first: of two who do so at once, one at least sees the other. Whether anything is new."""
        now = self._clock.now()
        try:
            await self._store.put_watch(Watch(task_id=self._task_id, jobs=mine, until=now + HOLDS))
            others = count_others(await self._store.list_watches(now), self._task_id)
        except DependencyUnavailableError as error:
            _log.warning("watchers_not_counted", detail=error.detail)
            return False
        before, self._mine, self._others = (self._mine, self._others), mine, others
        return before != (mine, others)
