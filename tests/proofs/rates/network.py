"""The way between a gateway and quota: it takes time, and loses and doubles calls where a test says so."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from omnigen_gateway.ports import StaleNumberError
from omnigen_quota.domain.plans import Plan
from omnigen_quota.domain.problems import StaleLeaseError
from omnigen_quota.service.leasing import RateService
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import RateLease, RateLeaseRequest
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError

ATTEMPTS = 4
GIVEN_UP_AFTER_S = 0.3


@dataclass(frozen=True)
class Weather:
    """Shares of calls from 0 to 1; `latency_s` one way, from half of it to three times as much."""

    latency_s: float = 0.002
    lost_calls: float = 0.0
    lost_replies: float = 0.0
    doubled: float = 0.0
    """Delivered again up to `late_s` later, when nobody waits for it."""
    late_s: float = 5.0


class LostError(Exception):
    """Nothing came back."""


class QuotaByWire:
    """Implements ports.LeaseSource over any of some quota processes, retrying as the internal client does."""

    def __init__(self, services: Sequence[RateService], plan: Plan, weather: Weather, random: Random) -> None:
        self._services = services
        self._plan = plan
        self._weather = weather
        self._random = random
        self._stragglers: set[asyncio.Task[None]] = set()
        self.calls = 0

    async def lease(self, user_id: UserId, _plan: PlanName, request: RateLeaseRequest) -> RateLease:
        self.calls += 1
        for attempt in range(ATTEMPTS):
            try:
                return await self._send(user_id, request)
            except LostError:
                await asyncio.sleep(0.1 * 2**attempt)
            except StaleLeaseError as error:
                raise StaleNumberError from error
        raise DependencyUnavailableError("quota did not answer")

    async def _send(self, user_id: UserId, request: RateLeaseRequest) -> RateLease:
        await self._travel(self._weather.lost_calls)
        service = self._random.choice(self._services)
        if self._random.random() < self._weather.doubled:
            straggler = asyncio.create_task(self._deliver_late(service, user_id, request))
            self._stragglers.add(straggler)
            straggler.add_done_callback(self._stragglers.discard)
        lease = await service.lease(user_id, self._plan, request)
        await self._travel(self._weather.lost_replies)
        return lease

    async def _deliver_late(self, service: RateService, user_id: UserId, request: RateLeaseRequest) -> None:
        await asyncio.sleep(self._random.uniform(0, self._weather.late_s))
        try:
            await service.lease(user_id, self._plan, request)
        except StaleLeaseError:
            return

    async def _travel(self, lost: float) -> None:
        await asyncio.sleep(self._weather.latency_s * self._random.uniform(0.5, 3))
        if self._random.random() < lost:
            await asyncio.sleep(GIVEN_UP_AFTER_S)
            raise LostError
