"""A budget of all users together, lent to their months in blocks: never exceeded by any process, used to its end."""

import asyncio
from datetime import datetime
from typing import Final

from bench.goals import Scoreboard
from tests.proofs.quota import orders
from tests.proofs.quota.books import LaterClock
from tests.proofs.quota.callers import Callers
from tests.proofs.quota.ground import Ground, Round
from tests.proofs.quota.stories import invent
from tests.proofs.quota.storm import compare, weather_the_storm
from tests.proofs.quota.telling import Teller
from tests.proofs.quota.weather import watched

from omnigen_quota.domain.loans import DeploymentMonth
from omnigen_quota.domain.months import month_of
from omnigen_quota.service.auditing import Auditor
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.service.switch import VALID_FOR
from omnigen_shared.clock import SystemClock

USERS: Final = 10
BUDGET: Final = 3_000_001
SHARE: Final = 5
"""One attempt in so many is about the budget."""
_FAR: Final = 10**15
_INTERVAL_S: Final = 300


async def prove_budget(round_: Round) -> None:
    """Even rounds bound the month, odd ones the day."""
    ground, by_day = round_.ground, bool(round_.number % 2)
    budget = _Budget(ground, by_day)
    await budget.open()
    async with round_.open_callers() as callers:
        stories = [list(invent(round_.chance, round_.attempts // SHARE // USERS)) for _ in range(USERS)]
        tellers = [Teller(callers, round_.name_user("budget"), round_.chance, each) for each in stories]
        async with watched(budget.count, round_.board, "budget_highest_lent", budget.cap):
            await weather_the_storm(round_, "budget", tellers)
        for teller in tellers:
            await compare(round_, "budget", teller)
        await budget.bring_back()
        spent = sum(story.claim for teller in tellers for story in teller.told)
        if not by_day:
            round_.board.expect_equal("budget_lent", await budget.count(), budget.base + spent)
        await _use_up(round_, callers, budget)
    await budget.check_books(round_.board)
    await budget.close()


class _Budget:
    """The deployment's caps: BUDGET more than is lent already."""

    def __init__(self, ground: Ground, by_day: bool) -> None:
        self._table = ground.table
        self._operator = Operator(ground.table, SystemClock())
        self._by_day = by_day
        self.base = 0

    @property
    def cap(self) -> int:
        return self.base + BUDGET

    async def open(self) -> None:
        await self._operator.set_deployment_caps(_FAR, _FAR)
        await _let_it_be_heard()
        await self.bring_back()
        self.base = await self.count()
        await self._operator.set_deployment_caps(*((self.cap, _FAR) if self._by_day else (_FAR, self.cap)))
        await _let_it_be_heard()

    async def close(self) -> None:
        await self._operator.set_deployment_caps(None, None)
        await _let_it_be_heard()

    async def count(self) -> int:
        """What is lent, in the month or on this day."""
        deployment = await self._find()
        return deployment.days.get(_now().strftime("%Y-%m-%d"), 0) if self._by_day else deployment.lent

    async def bring_back(self) -> None:
        """As the patrol does when nothing has been asked for a while."""
        await Patrol(self._table, LaterClock(), _INTERVAL_S).go_round()

    async def check_books(self, board: Scoreboard) -> None:
        """As an operator's audit does it."""
        findings = await Auditor(self._table).audit_deployment(month_of(_now()))
        board.expect_equal("budget_books", [f"{found.row}:{found.what}" for found in findings], [])

    async def _find(self) -> DeploymentMonth:
        return await self._table.find_deployment(month_of(_now())) or DeploymentMonth()


async def _use_up(round_: Round, callers: Callers, budget: _Budget) -> None:
    """Not a micro-dollar more than is left, and the last one too."""
    user, left = round_.name_user("last"), budget.cap - await budget.count()
    answers = [
        (await callers.ask(orders.reserve(user, f"rest_{place}", cost))).code
        for place, cost in enumerate((left + 1, left, 1))
    ]
    refused = "quota_exceeded"
    round_.board.expect_equal("budget_last_microdollar", answers, [refused, "", refused])


async def _let_it_be_heard() -> None:
    await asyncio.sleep(VALID_FOR.total_seconds() + 1)


def _now() -> datetime:
    return SystemClock().now()
