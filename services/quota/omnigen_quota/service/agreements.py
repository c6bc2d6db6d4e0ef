"""What operators have agreed with users as a process sees it: looked up seldom, for calls that are made often."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from omnigen_quota.domain.plans import Plan
from omnigen_quota.domain.terms import Terms
from omnigen_quota.ports import UsageTable
from omnigen_shared.clock import Clock

LOOK_AGAIN_AFTER: Final = timedelta(minutes=1)
"""So long an operator's change takes to act on rates."""
REMEMBERED_USERS: Final = 10_000


class Agreements:
    """One per process."""

    def __init__(self, table: UsageTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._known: OrderedDict[str, tuple[datetime, Terms]] = OrderedDict()

    async def apply(self, user_id: str, plan: Plan) -> Plan:
        """The caps that hold for a user whose identity names `plan`. DependencyUnavailableError."""
        now = self._clock.now()
        looked_at, terms = self._known.get(user_id, (None, Terms()))
        if looked_at is None or not timedelta(0) <= now - looked_at < LOOK_AGAIN_AFTER:
            terms = await self._table.find_terms(user_id)
            self._known[user_id] = now, terms
            self._known.move_to_end(user_id)
            if len(self._known) > REMEMBERED_USERS:
                self._known.popitem(last=False)
        return terms.apply(plan)
