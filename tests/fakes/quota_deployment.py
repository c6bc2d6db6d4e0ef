"""Several users of quota over one table, under caps for all of them together."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from tests.fakes.quota_bench import MONTH, QuotaBench, a_request

from omnigen_quota.domain.auditing import audit_deployment
from omnigen_quota.domain.bookings import BookingMark
from omnigen_quota.domain.lending import KEPT
from omnigen_quota.domain.loans import DeploymentMonth, Loan
from omnigen_quota.domain.plans import PRO
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.service.rounds import Place
from omnigen_quota.service.switch import VALID_FOR

USD: Final = 1_000_000
TODAY: Final = "2026-11-24"


class Deployment(QuotaBench):
    """Who may spend how much."""

    async def book(self, user_id: str, job_id: str, cost: int = USD) -> None:
        await self.quota.reserve(user_id, PRO, job_id, a_request(cost))

    async def end(self, user_id: str, job_id: str, month: str = MONTH) -> None:
        await self.quota.close(Place(user_id, month, job_id), BookingMark.RELEASED)

    async def cap(self, per_day: int | None = None, per_month: int | None = None) -> None:
        await Operator(self.table, self.clock).set_deployment_caps(per_day, per_month)
        self.clock.advance(VALID_FOR.total_seconds())

    async def go_round(self, after: timedelta = KEPT) -> None:
        self.clock.advance(after.total_seconds() + 1)
        await Patrol(self.table, self.clock, 300).go_round()

    def lent(self, month: str = MONTH) -> DeploymentMonth:
        found = self.table.deployment(month)
        assert found is not None
        return replace(found, concluded={})

    def loan(self, user_id: str, month: str = MONTH) -> Loan:
        loan = self.table._require(user_id, month).loan
        assert loan is not None
        return loan

    def assert_true(self, month: str = MONTH) -> None:
        """What is lent is what users have spent and have left, and what is under way to them."""
        states = {user: self.table._require(user, at) for user, at in self.table.months if at == month}
        assert list(audit_deployment(month, self.table.deployment(month) or DeploymentMonth(), states)) == []
