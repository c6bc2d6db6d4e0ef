"""Caps that are small enough to be reached, and somebody who looks all the while whether one is passed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.proofs.chaos.client import Client

from omnigen_quota.domain.months import month_of
from omnigen_quota.service.operating import Operator
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.clock import SystemClock

POOR_MICROUSD: Final = 40_000
"""A few small videos."""
EVERYBODY_MICROUSD: Final = 25_000
"""For each job: less than all of them ask for, more than they cost in the end."""
LEAST_MICROUSD: Final = 1_000_000
LOOK_EVERY_S: Final = 2


@dataclass
class Caps:
    """`passed` names each cap that was found passed, `highest` what was seen of everybody's."""

    usage: DynamoUsageTable
    poor: Sequence[Client]
    jobs: int
    passed: set[str] = field(default_factory=set)
    highest: int = 0

    @property
    def everybody(self) -> int:
        return max(LEAST_MICROUSD, EVERYBODY_MICROUSD * self.jobs)

    async def set(self) -> None:
        operator = Operator(self.usage, SystemClock())
        for client in self.poor:
            await operator.set_caps(client.user_id, {"spend_per_month_microusd": POOR_MICROUSD})
        await operator.set_deployment_caps(None, self.everybody)

    async def watch(self) -> None:
        """Never returns."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        month = month_of(SystemClock().now())
        for client in self.poor:
            state = await self.usage.find_month(client.user_id, month)
            if state is not None and state.spend_microusd > POOR_MICROUSD:
                self.passed.add(f"{client.user_id}: {state.spend_microusd} of {POOR_MICROUSD}")
        deployment = await self.usage.find_deployment(month)
        self.highest = max(self.highest, 0 if deployment is None else deployment.lent)
        if self.highest > self.everybody:
            self.passed.add(f"all users: {self.highest} of {self.everybody}")

    def describe(self) -> str:
        return f"at most {self.highest} of {self.everybody} micro-dollars were lent to all users"
