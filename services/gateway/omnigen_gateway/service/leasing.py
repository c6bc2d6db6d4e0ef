"""Gets leases from quota and brings them back, each call under a number of its own."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from omnigen_gateway.domain.allowances import Allowance
from omnigen_gateway.domain.breaker import Breaker
from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.ports import LeaseSource, StaleNumberError
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import RateLeaseRequest
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.signals import Metric
from omnigen_shared.telemetry import meter

ASK_WITHIN_S: Final = 2.0
"""One call, retries included. It may outlast the requests that wait for it: what it gets serves the next ones."""
_log = structlog.get_logger()
_calls = meter().create_counter(Metric.RATE_LEASE_CALLS)


class LeaseDesk:
    """Every call has a higher number than those before it; the caller sees to it that a user has one at a time."""

    def __init__(self, leases: LeaseSource, gateway_id: str, monotonic: Callable[[], float]) -> None:
        self._leases = leases
        self._gateway_id = gateway_id
        self._monotonic = monotonic
        self._breaker = Breaker()
        self._number = 0

    def is_open(self) -> bool:
        """Whether a call may be made now: not while quota does not answer, but for a probe now and then."""
        return self._breaker.admit(self._monotonic()) is None

    async def lease(self, allowance: Allowance, caller: Caller) -> bool:
        """Let the allowance have what quota gives. False when quota does not answer."""
        request = allowance.pending = allowance.pending or self._new_request()
        asked_s = self._monotonic()
        try:
            async with asyncio.timeout(ASK_WITHIN_S):
                lease = await self._leases.lease(caller.user_id, caller.plan, request)
        except StaleNumberError:
            allowance.pending = None
        except (DependencyUnavailableError, TimeoutError) as error:
            self._breaker.record_failure(self._monotonic())
            _calls.add(1, {"outcome": "failed"})
            _log.warning("rate_lease_failed", error=repr(error))
            return False
        else:
            allowance.accept(lease, caller.plan, asked_s)
            _calls.add(1, {"outcome": "granted" if lease.size else "exhausted"})
        self._breaker.record_success()
        return True

    async def bring_back(self, user_id: UserId, allowance: Allowance, unused: int) -> bool:
        """Give back so many; True. What does not arrive is lost to this window, which only makes it smaller."""
        request = self._new_request(unused, allowance.window)
        outcome = "failed"
        with suppress(DependencyUnavailableError, StaleNumberError, TimeoutError):
            async with asyncio.timeout(ASK_WITHIN_S):
                await self._leases.lease(user_id, allowance.plan, request)
            outcome = "returned"
        _calls.add(1, {"outcome": outcome})
        return True

    def _new_request(self, give_back: int = 0, window: int = 0) -> RateLeaseRequest:
        self._number += 1
        return RateLeaseRequest(
            gateway_id=self._gateway_id,
            number=self._number,
            is_wanted=not give_back,
            give_back=give_back,
            window=window,
        )
