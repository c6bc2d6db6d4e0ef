"""The deployment's rules as a process sees them: looked at beside the requests, so that none waits for them."""

from datetime import datetime, timedelta
from typing import Final

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.decisions import Begin, Borrow, Decision, Refuse, Write
from omnigen_quota.domain.lending import DeploymentRules
from omnigen_quota.ports import DeploymentTable
from omnigen_quota.service.rounds import Decide
from omnigen_shared.clock import Clock
from omnigen_shared.errors import SpendingPausedError

LOOK_EVERY_S: Final = 1.0
"""A look that fails is made again; requests ask for themselves once VALID_FOR is over."""
VALID_FOR: Final = timedelta(seconds=3)
"""So long a process may go on after an operator has changed the rules; then it asks before it goes on."""
RETRY_S: Final = 60


class Switch:
    """One per process."""

    def __init__(self, table: DeploymentTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._rules = DeploymentRules()
        self._looked_at: datetime | None = None

    async def get_rules(self) -> DeploymentRules:
        """As they were at most VALID_FOR ago. DependencyUnavailableError."""
        now = self._clock.now()
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < VALID_FOR:
            await self.look()
        return self._rules

    async def look(self) -> None:
        """Read them now. DependencyUnavailableError."""
        now = self._clock.now()
        self._rules = await self._table.find_rules()
        self._looked_at = now


def guard(decide: Decide, rules: DeploymentRules) -> Decide:
    """The rule itself, or while spending is paused one that still answers replays and makes nothing new."""

    def decide_paused(state: MonthState | None) -> Decision:
        decision = decide(state)
        if isinstance(decision, Write | Begin | Borrow):
            return Refuse(SpendingPausedError("An operator has paused spending.", retry_after_s=RETRY_S))
        return decision

    return decide_paused if rules.is_paused else decide
