"""Limits requests: of users by leases of quota's windows, so that nearly all cost no call; of addresses beforehand."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import structlog

from omnigen_gateway.domain.addresses import AddressLimit
from omnigen_gateway.domain.allowances import ASK, PASS, Allowance, Allowances, Header
from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.domain.problems import RateLimitedError
from omnigen_gateway.ports import LeaseSource
from omnigen_gateway.service.leasing import LeaseDesk
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import DependencyUnavailableError, ProblemError
from omnigen_shared.signals import Metric
from omnigen_shared.telemetry import meter

WAIT_S: Final = 1.0
"""How long a request waits to be counted at most."""
SWEEP_EVERY_S: Final = 0.5
RETURNS_AT_ONCE: Final = 64
"""More idle users than this wait for the next sweep, so that quota is not asked by all of them in one moment."""
_log = structlog.get_logger()
_refused = meter().create_counter(Metric.REQUESTS_REFUSED)
_uncounted = meter().create_counter(Metric.REQUESTS_UNCOUNTED)


Judgement = tuple[Sequence[Header], ProblemError | None]
"""What goes with whatever is answered; why the request may not pass, if so. One per request: a bare tuple is cheap."""
Waiter = tuple[Caller, asyncio.Future[Judgement]]


@dataclass(slots=True, eq=False)
class Flight:
    """The one call about a user that is under way, and who waits for it."""

    waiters: deque[Waiter] = field(default_factory=deque)
    has_served: bool = False
    task: asyncio.Task[None] | None = None


class RateLimiter:
    """Use as an async context manager: inside, idle leases go back; leaving it, all of them do.

    `senders` limits addresses that call as the provider does, `strangers` those that ask for accounts; None: nobody.
    """

    def __init__(
        self,
        leases: LeaseSource,
        addresses: AddressLimit,
        gateway_id: str,
        *,
        fails_open: bool,
        senders: AddressLimit | None = None,
        strangers: AddressLimit | None = None,
        guests: AddressLimit | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = LeaseDesk(leases, gateway_id, monotonic)
        self._addresses = addresses
        self._senders = AddressLimit(0, 0) if senders is None else senders
        self._strangers = AddressLimit(0, 0) if strangers is None else strangers
        self._guests = AddressLimit(0, 0) if guests is None else guests
        self._fails_open = fails_open
        self._monotonic = monotonic
        self._allowances = Allowances()
        self._flights: dict[UserId, Flight] = {}
        self._not_counted = 0
        self._sweeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sweeper = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        await self._land()
        for user_id, allowance in self._allowances.list_idle(self._monotonic(), idle_s=0):
            self._give_back(user_id, allowance)
        await self._land()
        self._report()

    def admit_address(self, address: str) -> None:
        """RateLimitedError when this address has asked too often; nothing is known of who it is."""
        self._admit(self._addresses, address)

    def admit_sender(self, address: str) -> None:
        """RateLimitedError when this address has sent too much to routes that nobody signs in to."""
        self._admit(self._senders, address)

    def admit_stranger(self, address: str) -> None:
        """RateLimitedError when this address has asked too often for what hardly anybody has to ask for."""
        self._admit(self._strangers, address)

    def admit_guest(self, address: str) -> None:
        """RateLimitedError when this address has looked too often at what is shown to everybody."""
        self._admit(self._guests, address)

    def _admit(self, limit: AddressLimit, address: str) -> None:
        wait_s = limit.find_wait(address, self._monotonic())
        if wait_s is not None:
            _refused.add(1, {"whose": "address"})
            raise RateLimitedError("One address", limit.per_min, wait_s)

    def judge(self, caller: Caller) -> Judgement | None:
        """Count one request of a caller against what is known; None when `ask` has to."""
        now_s = self._monotonic()
        allowance = self._allowances.touch(caller.user_id)
        judgement = _judge(allowance, caller, now_s)
        if allowance.is_running_low(now_s):
            self._find_flight(caller)
        return judgement

    async def ask(self, caller: Caller) -> Judgement:
        """Count it after the next lease; those who ask for one user wait in one queue for one call at a time."""
        flight = self._find_flight(caller)
        if flight is None:
            return self._do_without()
        future: asyncio.Future[Judgement] = asyncio.get_running_loop().create_future()
        flight.waiters.append((caller, future))
        try:
            async with asyncio.timeout(WAIT_S):
                return await future
        except TimeoutError:
            return self._refuse_crowd(caller) if flight.has_served else self._do_without()

    def _find_flight(self, caller: Caller) -> Flight | None:
        """The call that is under way, else a new one; None while quota is left alone."""
        flight = self._flights.get(caller.user_id)
        if flight is None and self._desk.is_open():
            flight = self._start(caller.user_id, self._desk.lease(self._allowances.touch(caller.user_id), caller))
        return flight

    def _start(self, user_id: UserId, errand: Coroutine[None, None, bool]) -> Flight:
        flight = self._flights[user_id] = Flight()
        flight.task = asyncio.create_task(self._fly(user_id, flight, errand))
        return flight

    async def _fly(self, user_id: UserId, flight: Flight, errand: Coroutine[None, None, bool]) -> None:
        """Run one errand, then get leases while anybody waits and quota answers."""
        try:
            while await errand:
                self._serve(flight)
                if not flight.waiters:
                    return
                errand = self._desk.lease(self._allowances.touch(user_id), flight.waiters[0][0])
        finally:
            self._leave(user_id, flight)

    def _serve(self, flight: Flight) -> None:
        now_s = self._monotonic()
        while flight.waiters:
            caller, future = flight.waiters[0]
            if not future.done():
                judgement = _judge(self._allowances.touch(caller.user_id), caller, now_s)
                if judgement is None:
                    return
                future.set_result(judgement)
                flight.has_served = True
            flight.waiters.popleft()

    def _leave(self, user_id: UserId, flight: Flight) -> None:
        del self._flights[user_id]
        for _caller, future in flight.waiters:
            if not future.done():
                future.set_result(self._do_without())

    def _do_without(self) -> Judgement:
        self._not_counted += 1
        _uncounted.add(1, {"rate_limit_fails": "open" if self._fails_open else "closed"})
        if self._fails_open:
            return (), None
        return (), DependencyUnavailableError("Requests cannot be counted now.", retry_after_s=1)

    def _refuse_crowd(self, caller: Caller) -> Judgement:
        """Quota answers, but so many requests came at once that this one has not had its turn."""
        limit = self._allowances.touch(caller.user_id).limit
        return (), _refusal(caller, limit, retry_after_s=1)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            for user_id, allowance in self._allowances.list_idle(self._monotonic())[:RETURNS_AT_ONCE]:
                self._give_back(user_id, allowance)
            self._report()

    def _give_back(self, user_id: UserId, allowance: Allowance) -> None:
        if user_id in self._flights:
            return
        unused = allowance.give_back(self._monotonic())
        if unused:
            self._start(user_id, self._desk.bring_back(user_id, allowance, unused))

    async def _land(self) -> None:
        tasks = [flight.task for flight in self._flights.values() if flight.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _report(self) -> None:
        if self._not_counted:
            _log.warning("requests_uncounted", count=self._not_counted, fails_open=self._fails_open)
            self._not_counted = 0


def _judge(allowance: Allowance, caller: Caller, now_s: float) -> Judgement | None:
    verdict = allowance.take(caller.plan, now_s)
    if verdict is PASS:
        return allowance.headers(now_s, allowance.left + allowance.unleased), None
    if verdict is ASK:
        return None
    return allowance.headers(now_s, 0), _refusal(caller, allowance.limit, allowance.reset_s(now_s))


def _refusal(caller: Caller, limit: int, retry_after_s: int) -> RateLimitedError:
    _refused.add(1, {"whose": "user"})
    return RateLimitedError(f"A user of the plan {caller.plan}", limit, retry_after_s)
