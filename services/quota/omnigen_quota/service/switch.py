"""The deployment's pause switch as a process sees it: looked at seldom, so that no request waits for it."""

from datetime import datetime, timedelta
from typing import Final

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.decisions import Begin, Decision, Refuse, Write
from omnigen_quota.domain.problems import SpendingPausedError
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.rounds import Decide
from omnigen_shared.clock import Clock

LOOK_AGAIN_AFTER: Final = timedelta(seconds=2)
"""So long a process may go on after an operator has paused the deployment."""
RETRY_S: Final = 60


class Switch:
    """One per process."""

    def __init__(self, table: UsageTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._paused = False
        self._looked_at: datetime | None = None

    async def guard(self, decide: Decide) -> Decide:
        """The rule itself, or while spending is paused one that still answers replays and makes nothing new."""
        return _refuse_new(decide) if await self._is_paused() else decide

    async def _is_paused(self) -> bool:
        now = self._clock.now()
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < LOOK_AGAIN_AFTER:
            if self._looked_at is not None:
                self._looked_at = now  # one request looks, those beside it go by what is known
            self._paused = await self._table.is_paused()
            self._looked_at = now
        return self._paused


def _refuse_new(decide: Decide) -> Decide:
    def decide_paused(state: MonthState | None) -> Decision:
        decision = decide(state)
        if isinstance(decision, Write | Begin):
            return Refuse(
                SpendingPausedError("An operator has paused spending.", remedy="Wait.", retry_after_s=RETRY_S)
            )
        return decision

    return decide_paused
