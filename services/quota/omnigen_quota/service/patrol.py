"""Goes through everybody's months every few minutes: one process at a time, and another when that one dies."""

from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from omnigen_quota.domain.lending import DeploymentRules
from omnigen_quota.domain.months import month_of
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.lending import Lender
from omnigen_quota.service.sweeping import Sweep, Sweeper
from omnigen_shared.clock import Clock
from omnigen_shared.errors import ProblemError

_log = structlog.get_logger()


class Patrol:
    """Sweeps users' books and brings idle loans back to the deployment's budget."""

    def __init__(self, table: UsageTable, clock: Clock, interval_s: float) -> None:
        self._table = table
        self._clock = clock
        self._interval = timedelta(seconds=interval_s)
        self._sweeper = Sweeper(table, clock)
        self._lender = Lender(table, clock)

    async def take_turn(self) -> None:
        """Go round, unless another process does. One that dies in its turn leaves the rest to the next turn."""
        now = self._clock.now()
        if await self._table.take_turn(now, now + self._interval):
            await self.go_round()

    async def go_round(self) -> None:
        """Everybody who had a job in this month or the last one. One user's trouble is not the others'."""
        months, rules = _list_months(self._clock.now()), await self._table.find_rules()
        for month in months:
            await self._lender.finish_all(month)
            await self._lender.forget(month)
        users = {user_id for month in months for user_id in await self._table.list_enrolled(month)}
        for user_id in sorted(users):
            try:
                await self._look_after(user_id, months, rules)
            except ProblemError as problem:
                _log.warning("user_not_swept", user_id=user_id, code=problem.code, error=problem.detail)

    async def _look_after(self, user_id: str, months: tuple[str, ...], rules: DeploymentRules) -> None:
        done = await self._sweeper.sweep(user_id)
        if done != Sweep():
            _log.info("user_swept", user_id=user_id, **asdict(done))
        for month in months:
            await self._lender.settle(user_id, month, rules)


def _list_months(now: datetime) -> tuple[str, ...]:
    present = now.replace(day=1)
    return month_of(present - timedelta(days=1)), month_of(present)
