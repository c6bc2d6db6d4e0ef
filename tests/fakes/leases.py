"""Quota's rate leases as a gateway sees them, in memory."""

import asyncio
from dataclasses import dataclass, field

from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import MAX_LEASE, WINDOW_S, RateLease, RateLeaseRequest
from omnigen_shared.contracts.spending import PlanName


@dataclass
class FakeLeases:
    """Implements ports.LeaseSource: all users share one window that lasts until a test says otherwise."""

    limit: int = 1_000_000
    leased: int = 0
    window: int = 1
    remaining_ms: int = WINDOW_S * 1000
    delay_s: float = 0.0
    errors: list[Exception] = field(default_factory=list)
    """Each answers one call."""
    requests: list[RateLeaseRequest] = field(default_factory=list)
    asked: list[tuple[UserId, PlanName]] = field(default_factory=list)
    """For whom, call by call."""
    at_once: int = 0
    most_at_once: int = 0

    async def lease(self, user_id: UserId, plan: PlanName, request: RateLeaseRequest) -> RateLease:
        self.asked.append((user_id, plan))
        self.requests.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            return self._answer(request)
        finally:
            self.at_once -= 1

    def _answer(self, request: RateLeaseRequest) -> RateLease:
        if self.errors:
            raise self.errors.pop(0)
        self.leased -= request.give_back
        size = min(MAX_LEASE, self.limit - self.leased) if request.is_wanted else 0
        self.leased += size
        return RateLease(
            window=self.window,
            remaining_ms=self.remaining_ms,
            size=size,
            limit=self.limit,
            remaining=self.limit - self.leased,
        )
