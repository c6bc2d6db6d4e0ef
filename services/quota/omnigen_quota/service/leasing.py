"""Rate leases: one update per lease, sized by what is left and by how many gateways there are."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from omnigen_quota.domain.leases import (
    LeaseOrder,
    LeaseUpdate,
    WindowState,
    decide_lease,
    remaining_ms,
    window_of,
)
from omnigen_quota.domain.plans import Plan, plan_named
from omnigen_quota.ports import RateTable
from omnigen_quota.service.agreements import Agreements
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.rates import RateLease, RateLeaseOrder, RateLeaseOutcome, RateLeaseRequest
from omnigen_shared.errors import DependencyUnavailableError, ProblemError

MAX_ROUNDS: Final = 10
EASY_ROUNDS: Final = 3
"""After these a lease is one request: its update fails only when nothing is left."""
REMEMBERED_USERS: Final = 10_000
NOTE_AGAIN_S: Final = 30
LIVE_S: Final = 90
"""A gateway that has asked for no lease in this time does not count: it holds nothing either."""


class RateService:
    """Hands out leases. One per process; what it remembers only makes a first guess better."""

    def __init__(self, table: RateTable, agreements: Agreements, clock: Clock) -> None:
        self._table = table
        self._agreements = agreements
        self._clock = clock
        self._fleet = Fleet(table)
        self._window = 0
        self._leased: dict[str, int] = {}

    async def lease_all(self, orders: Sequence[RateLeaseOrder]) -> list[RateLeaseOutcome]:
        """What comes of each; DependencyUnavailableError when nothing comes of any, so that all are asked for again."""
        results = await asyncio.gather(*map(self._lease_one, orders))
        problems = [result for result in results if isinstance(result, DependencyUnavailableError)]
        if len(problems) == len(results):
            raise problems[0]
        return [
            RateLeaseOutcome(code=result.code, detail=result.detail)
            if isinstance(result, ProblemError)
            else RateLeaseOutcome(lease=result)
            for result in results
        ]

    async def _lease_one(self, order: RateLeaseOrder) -> RateLease | ProblemError:
        try:
            return await self.lease(order.user_id, plan_named(order.plan), order.request)
        except ProblemError as problem:
            return problem

    async def lease(self, user_id: str, plan: Plan, request: RateLeaseRequest) -> RateLease:
        """A lease, its replay, or one of size 0. StaleLeaseError, ExcessReturnError, DependencyUnavailableError."""
        now = self._clock.now()
        # Both before the first wait: an answer that took long must not make the window longer.
        window, left_ms = window_of(now), remaining_ms(now)
        limit = (await self._agreements.apply(user_id, plan)).requests_per_min
        gateways = await self._fleet.count(request.gateway_id, int(now.timestamp()))
        order = LeaseOrder(
            request.gateway_id,
            request.number,
            request.give_back if request.window == window else 0,
            request.is_wanted,
        )
        state, size = await self._settle(user_id, window, order, limit, gateways)
        return RateLease(
            window=window, remaining_ms=left_ms, size=size, limit=limit, remaining=max(0, limit - state.leased)
        )

    async def _settle(
        self, user_id: str, window: int, order: LeaseOrder, limit: int, gateways: int
    ) -> tuple[WindowState, int]:
        # Nobody is refused by memory alone, so the guess always leaves one.
        guess = min(self._recall(user_id, window), max(0, limit - 1))
        state = WindowState(leased=guess, held=order.give_back)
        for round_number in range(MAX_ROUNDS):
            decision = decide_lease(state, order, limit, gateways if round_number < EASY_ROUNDS else limit)
            if not isinstance(decision, LeaseUpdate):
                return state, decision
            state = await self._table.lease(user_id, window, decision)
            self._remember(user_id, window, state.leased)
        raise DependencyUnavailableError(f"Window {window} of this user changed {MAX_ROUNDS} times under one request.")

    def _recall(self, user_id: str, window: int) -> int:
        return self._leased.get(user_id, 0) if window == self._window else 0

    def _remember(self, user_id: str, window: int, leased: int) -> None:
        if window > self._window or len(self._leased) >= REMEMBERED_USERS:
            self._leased.clear()
            self._window = window
        if window == self._window:
            self._leased[user_id] = leased


class Fleet:
    """Which gateways are alive, as all quota processes together have seen."""

    def __init__(self, table: RateTable) -> None:
        self._table = table
        self._seen_s: Mapping[str, int] = {}
        self._noted_s: dict[str, int] = {}

    async def count(self, gateway_id: str, now_s: int) -> int:
        """How many are alive, the asking one included. It writes that one down every NOTE_AGAIN_S at most."""
        if abs(now_s - self._noted_s.get(gateway_id, 0)) >= NOTE_AGAIN_S:
            self._noted_s[gateway_id] = now_s  # set first: one request writes, those beside it go by what is known
            await self._note(gateway_id, now_s)
        alive = {gateway for gateway, seen_s in self._seen_s.items() if seen_s > now_s - LIVE_S}
        return len(alive | {gateway_id})

    async def _note(self, gateway_id: str, now_s: int) -> None:
        long_ago_s = now_s - 2 * LIVE_S
        gone = [name for name, seen_s in self._seen_s.items() if seen_s <= long_ago_s and name != gateway_id]
        try:
            self._seen_s = await self._table.note_gateway(gateway_id, now_s, gone)
        except BaseException:
            self._noted_s.pop(gateway_id, None)
            raise
        self._noted_s = {gateway: noted_s for gateway, noted_s in self._noted_s.items() if noted_s > now_s - LIVE_S}
