"""Brings events to webhooks: looks for what is due, again and again, and does as much of it at once as it has hands.

Any number of tasks may have one: each errand is taken by a conditional write before anything is done for it.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import structlog

from omnigen_jobs.domain.messages import Errand, MessageMark
from omnigen_jobs.ports import PostStore, WriteConflictError
from omnigen_jobs.service.delivering import Delivering
from omnigen_jobs.service.telling import Telling
from omnigen_shared.clock import Clock
from omnigen_shared.errors import ProblemError

ERRANDS_PER_SHARD: Final = 500
HANDS: Final = 32
HANDS_PER_HOOK: Final = 2
"""A receiver that hangs keeps so many of them, and nobody else waiting."""
FINISHED_WITHIN_S: Final = 5.0
"""At the process's end: most receivers have answered by then, and would else hear of the same event twice."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Courier:
    """Its `sweep` begins what is due; what has begun goes on beside it until its end, or `close`."""

    store: PostStore
    telling: Telling
    delivering: Delivering
    clock: Clock
    _busy: dict[Errand, asyncio.Task[None]] = field(default_factory=dict)

    async def sweep(self) -> None:
        """Begins whatever is due and nobody here is at; waits only while all hands are full."""
        for errand in await self.store.list_errands(self.clock.now(), ERRANDS_PER_SHARD):
            while len(self._busy) >= HANDS:
                await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)
            if errand not in self._busy and self._has_hand_for(errand):
                self._begin(errand)

    async def drain(self) -> None:
        """Until nothing that has begun is under way."""
        while self._busy:
            await asyncio.wait(self._busy.values())

    async def close(self, finish_s: float = FINISHED_WITHIN_S) -> None:
        """What is under way may finish for so long; what does not is ended, and due again when its lease ends."""
        under_way = list(self._busy.values())
        if under_way:
            await asyncio.wait(under_way, timeout=finish_s)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _has_hand_for(self, errand: Errand) -> bool:
        if not isinstance(errand, MessageMark):
            return True
        same = sum(isinstance(busy, MessageMark) and busy.hook_id == errand.hook_id for busy in self._busy)
        return same < HANDS_PER_HOOK

    def _begin(self, errand: Errand) -> None:
        task = asyncio.create_task(self._run(errand))
        self._busy[errand] = task
        task.add_done_callback(lambda _: self._busy.pop(errand, None))

    async def _run(self, errand: Errand) -> None:
        try:
            if isinstance(errand, MessageMark):
                await self.delivering.deliver(errand)
            else:
                await self.telling.tell(errand)
        except WriteConflictError:
            _log.debug("errand_taken_by_another", errand=str(errand))
        except ProblemError as problem:
            _log.warning("errand_not_done", errand=str(errand), code=problem.code, error=problem.detail)
        except Exception as error:  # noqa: BLE001 - one errand's trouble is not the others'; it is due again
            _log.error("errand_not_done", errand=str(errand), exc_info=error)
