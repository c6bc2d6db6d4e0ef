"""What an operator changes: a user's terms, and the deployment's switch."""

from collections.abc import Callable, Mapping

from omnigen_quota.domain.lending import DeploymentRules
from omnigen_quota.domain.months import CLOCK_SKEW, month_of
from omnigen_quota.domain.reserving import begin_month, change_terms
from omnigen_quota.domain.terms import Terms
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.lending import Lender
from omnigen_shared.clock import Clock


class Operator:
    """Every method may be repeated."""

    def __init__(self, table: UsageTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def set_plan(self, user_id: str, plan: str) -> Terms:
        """The plan's name, or an empty one for the sign-in's; holds from the next reservation."""
        return await self._change(user_id, lambda terms: terms.with_plan(plan))

    async def set_caps(self, user_id: str, caps: Mapping[str, int | None]) -> Terms:
        """Caps by name, None takes one back. ValueError for what is none."""
        return await self._change(user_id, lambda terms: terms.with_caps(caps))

    async def pause(self, paused: bool) -> None:
        """Refuse everything new from now on (processes hear of it within seconds), or take it again."""
        await self._table.pause(paused)

    async def set_deployment_caps(self, spend_per_day: int | None, spend_per_month: int | None) -> None:
        """Caps for all users together, in micro-dollars; None for none.

        What this month and this day have spent already counts. Everybody's is counted before anything is lent under the
        caps; theirs who begin to spend meanwhile, after that.
        """
        rules = DeploymentRules(spend_per_day=spend_per_day, spend_per_month=spend_per_month)
        await self._count_everybody(rules)
        await self._table.set_caps(spend_per_day, spend_per_month)
        await self._count_everybody(rules)

    async def _count_everybody(self, rules: DeploymentRules) -> None:
        month = month_of(self._clock.now())
        for user_id in await self._table.list_enrolled(month):
            await Lender(self._table, self._clock).settle(user_id, month, rules)

    async def _change(self, user_id: str, change: Callable[[Terms], Terms]) -> Terms:
        """The account first, then the month: whoever begins a month meanwhile is overwritten or finds it begun."""
        terms = change(await self._table.find_terms(user_id))
        await self._table.put_terms(user_id, terms)
        now = self._clock.now()
        for month in dict.fromkeys((month_of(now), month_of(now + CLOCK_SKEW))):
            await self._table.enrol(user_id, month)
            await self._table.apply(user_id, month, begin_month(terms))
            await self._table.apply(user_id, month, change_terms(terms))
        return terms
