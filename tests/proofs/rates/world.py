"""Gateways, quota processes and one user's requests in virtual time, and what became of each window.

`run_world(world)` is all there is to call; it needs no socket, and a minute of it takes a second or two.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from tests.fakes.rate_table import FakeRateTable
from tests.fakes.time_travel import VirtualClock, run_virtually
from tests.fakes.usage_table import FakeUsageTable
from tests.proofs.rates.network import QuotaByWire, Weather

from omnigen_gateway.domain.addresses import AddressLimit
from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.domain.problems import RateLimitedError
from omnigen_gateway.service.limiting import RateLimiter
from omnigen_quota.domain.leases import window_of
from omnigen_quota.domain.plans import FREE
from omnigen_quota.service.agreements import Agreements
from omnigen_quota.service.leasing import RateService
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import WINDOW_S
from omnigen_shared.contracts.spending import PlanName

CALM = Weather()
CALLER = Caller(UserId("user-1"), PlanName.FREE, 2**40)


@dataclass(frozen=True)
class Station:
    """One gateway: its share of the requests, and its life in seconds. A crash gives nothing back."""

    share: float = 1.0
    joins_s: float = 0.0
    leaves_s: float = float("inf")
    crashes: bool = False
    skew_s: float = 0.0


@dataclass(frozen=True)
class World:
    """`load` is in limits per window. `bursts` requests arrive together; 1 is one by one, at random instants."""

    limit: int
    stations: Sequence[Station]
    load: float
    seed: int
    windows: int = 2
    bursts: int = 1
    weather: Weather = CALM
    quota_processes: int = 2


@dataclass
class Window:
    """Requests of one window of quota's clock, by when they were answered."""

    offered: int = 0
    passed: int = 0
    refused: int = 0
    unknown: int = 0
    waited: int = 0
    refused_at: int | None = None
    """How many had passed when the first one was refused."""


@dataclass
class Result:
    """`writes` are the table's, refused updates and sightings of gateways included."""

    world: World
    writes: int = 0
    windows: dict[int, Window] = field(default_factory=lambda: defaultdict(Window))

    @property
    def whole(self) -> list[Window]:
        """The windows in the order of time, the unfinished one at the end left out."""
        return [self.windows[number] for number in sorted(self.windows)][: self.world.windows]

    @property
    def writes_per_request(self) -> float:
        return self.writes / sum(window.offered for window in self.windows.values())


class Stage:
    """The running world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = Random(world.seed)  # noqa: S311 - the same world again by its seed
        self.clock = VirtualClock()
        self.table = FakeRateTable(delay_s=world.weather.latency_s / 2)
        self.result = Result(world)
        agreements = [Agreements(FakeUsageTable(), self.clock) for _ in range(world.quota_processes)]
        self._services = [RateService(self.table, each, self.clock) for each in agreements]
        self._plan = replace(FREE, requests_per_min=world.limit)
        self._gateways: dict[int, RateLimiter] = {}

    async def run(self) -> Result:
        loop, last_s = asyncio.get_running_loop(), self.world.windows * WINDOW_S
        async with asyncio.TaskGroup() as group:
            for number, station in enumerate(self.world.stations):
                group.create_task(self._live(number, station))
            for at_s in self._arrivals():
                await asyncio.sleep(at_s - loop.time())
                for _ in range(self.world.bursts):
                    group.create_task(self._request())
            await asyncio.sleep(last_s - loop.time() + 1)
        self.result.writes = self.table.writes + self.table.sightings
        return self.result

    def _arrivals(self) -> Iterator[float]:
        per_s = self.world.load * self.world.limit / WINDOW_S / self.world.bursts
        at_s = self.random.expovariate(per_s)
        while at_s < self.world.windows * WINDOW_S:
            yield at_s
            at_s += self.random.expovariate(per_s)

    async def _live(self, number: int, station: Station) -> None:
        await asyncio.sleep(station.joins_s)
        limiter = self._open_gateway(number, station)
        await limiter.__aenter__()
        self._gateways[number] = limiter
        end_s = min(station.leaves_s, self.world.windows * WINDOW_S + 1)
        await asyncio.sleep(end_s - asyncio.get_running_loop().time())
        del self._gateways[number]
        if station.crashes and limiter._sweeper is not None:
            limiter._sweeper.cancel()
        else:
            await limiter.__aexit__(None, None, None)

    def _open_gateway(self, number: int, station: Station) -> RateLimiter:
        wire = QuotaByWire(self._services, self._plan, self.world.weather, self.random)
        time: Callable[[], float] = asyncio.get_running_loop().time
        return RateLimiter(
            wire,
            AddressLimit(0, 0),
            f"gateway{number:03}",
            fails_open=False,
            monotonic=lambda: time() + station.skew_s,
        )

    async def _request(self) -> None:
        numbers = list(self._gateways)
        if not numbers:
            return
        shares = [self.world.stations[number].share for number in numbers]
        limiter = self._gateways[self.random.choices(numbers, shares)[0]]
        judgement = limiter.judge(CALLER)
        has_waited = judgement is None
        _headers, problem = judgement or await limiter.ask(CALLER)
        window = self.result.windows[window_of(self.clock.now())]
        window.offered += 1
        window.waited += has_waited
        if problem is None:
            window.passed += 1
        elif isinstance(problem, RateLimitedError):
            window.refused += 1
            window.refused_at = window.passed if window.refused_at is None else window.refused_at
        else:
            window.unknown += 1


def run_world(world: World) -> Result:
    """Play it to its end."""

    async def play() -> Result:
        return await Stage(world).run()

    return run_virtually(play())
