"""Rate leases from quota."""

import asyncio
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from omnigen_gateway.ports import StaleNumberError
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import (
    MAX_ORDERS,
    RateLease,
    RateLeaseOrder,
    RateLeaseOrders,
    RateLeaseOutcome,
    RateLeaseOutcomes,
    RateLeaseRequest,
)
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError

PATH: Final = "/internal/v1/rate-leases"
TIMEOUT_S: Final = 1.0
"""Of one attempt. A request waits for it, so it is short."""
GATHER_S: Final = 0.01
"""How long an order waits for a call that is under way; what is ordered meanwhile goes with it."""
SUBJECT: Final = "gateway"
"""The call is made on many users' behalf."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order, and who waits for what comes of it."""

    order: RateLeaseOrder
    outcome: asyncio.Future[RateLeaseOutcome]


class QuotaLeases:
    """Implements ports.LeaseSource. A first order goes at once; those of the next moment go together.

    Most of what a lease costs is the call, and a gateway at work needs hundreds of leases a second.
    """

    def __init__(self, client: InternalClient) -> None:
        self._client = client
        self._waiting: list[Waiting] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def lease(self, user_id: UserId, plan: PlanName, request: RateLeaseRequest) -> RateLease:
        loop = asyncio.get_running_loop()
        waiting = Waiting(RateLeaseOrder(user_id=user_id, plan=plan, request=request), loop.create_future())
        self._waiting.append(waiting)
        if not self._under_way or len(self._waiting) >= MAX_ORDERS:
            self._send()
        elif self._timer is None:
            self._timer = loop.call_later(GATHER_S, self._send)
        outcome = await waiting.outcome
        if outcome.lease is not None:
            return outcome.lease
        if outcome.code == "stale_lease":
            raise StaleNumberError
        raise DependencyUnavailableError(f"quota answered {outcome.code}: {outcome.detail}")

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting, []
        call = asyncio.create_task(self._call(batch))
        self._under_way.add(call)
        call.add_done_callback(self._land)

    def _land(self, call: asyncio.Task[None]) -> None:
        self._under_way.discard(call)
        if self._waiting:
            self._send()

    async def _call(self, batch: list[Waiting]) -> None:
        try:
            outcomes = await self._ask([waiting.order for waiting in batch])
        except DependencyUnavailableError as error:
            for waiting in batch:
                if not waiting.outcome.done():
                    waiting.outcome.set_exception(error)
                    waiting.outcome.exception()  # whoever is called off in this very moment will not look at it
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                if not waiting.outcome.done():
                    waiting.outcome.set_result(outcome)

    async def _ask(self, orders: list[RateLeaseOrder]) -> list[RateLeaseOutcome]:
        body = RateLeaseOrders(orders=orders).model_dump()
        try:
            reply = await self._client.call("POST", PATH, subject=SUBJECT, body=body)
            outcomes = RateLeaseOutcomes.model_validate(reply.body).outcomes
        except RemoteProblemError as problem:
            raise DependencyUnavailableError(f"quota answered {problem.remote_code}: {problem.detail}") from problem
        except ValidationError as error:
            raise DependencyUnavailableError("quota answered something that is no lease.") from error
        if len(outcomes) != len(orders):
            raise DependencyUnavailableError("quota answered for others than were asked for.")
        return outcomes
