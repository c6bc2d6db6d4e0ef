"""Leases through the service: one update each, whoever asks, however often."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.usage_table import FakeUsageTable

from omnigen_quota.domain.plans import FREE
from omnigen_quota.domain.problems import ExcessReturnError, StaleLeaseError
from omnigen_quota.domain.terms import Terms
from omnigen_quota.service.agreements import LOOK_AGAIN_AFTER, Agreements
from omnigen_quota.service.leasing import LIVE_S, NOTE_AGAIN_S, RateService
from omnigen_shared.contracts.rates import RateLease, RateLeaseRequest
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.testing.clock import FrozenClock

USER = "user-1"


@dataclass
class Desk:
    """Quota's side of leases, some processes of it over one table."""

    limit: int = 100
    rates: FakeRateTable = field(default_factory=FakeRateTable)
    usage: FakeUsageTable = field(default_factory=FakeUsageTable)
    clock: FrozenClock = field(default_factory=FrozenClock)
    processes: int = 1

    def __post_init__(self) -> None:
        agreements = [Agreements(self.usage, self.clock) for _ in range(self.processes)]
        self.services = [RateService(self.rates, each, self.clock) for each in agreements]

    async def lease(
        self, number: int, gateway: int = 1, give_back: int = 0, window: int = 0, *, is_wanted: bool = True
    ) -> RateLease:
        request = RateLeaseRequest(
            gateway_id=f"gateway{gateway:03}", number=number, is_wanted=is_wanted, give_back=give_back, window=window
        )
        service = self.services[number % len(self.services)]
        return await service.lease(USER, replace(FREE, requests_per_min=self.limit), request)

    async def drain(self, number: int, gateway: int = 1) -> int:
        """Lease until there is nothing; how much there was."""
        total = 0
        while lease := (await self.lease(number := number + 1, gateway)).size:
            total += lease
        return total


async def test_a_lease_costs_one_write() -> None:
    desk = Desk()
    lease = await desk.lease(1)
    assert (lease.size, lease.limit, lease.remaining) == (10, 100, 90)
    assert (desk.rates.writes, desk.rates.sightings) == (1, 1)
    await desk.lease(2)
    assert (desk.rates.writes, desk.rates.sightings) == (2, 1)


async def test_exactly_the_limit_is_leased() -> None:
    desk = Desk(limit=137, processes=3)
    assert await desk.drain(0) == 137
    assert (await desk.lease(500)).size == 0
    assert (await desk.lease(501)).remaining == 0


async def test_gateways_at_once_share_the_limit() -> None:
    desk = Desk(limit=100, processes=4)
    desk.rates.delay_s = 0.001
    assert sum(await asyncio.gather(*(desk.drain(gateway * 1000, gateway) for gateway in range(20)))) == 100


async def test_the_next_window_is_whole_again() -> None:
    desk = Desk()
    await desk.drain(0)
    desk.clock.advance(60)
    assert (await desk.lease(1000)).size == 10


async def test_a_repeated_call_is_one_lease() -> None:
    desk = Desk(processes=2)
    answers = await asyncio.gather(*(desk.services[n % 2].lease(USER, FREE, A_REQUEST) for n in range(6)))
    assert {answer.size for answer in answers} == {10}
    assert {answer.remaining for answer in answers} == {90}


async def test_a_lost_reply_is_no_second_lease() -> None:
    desk = Desk()
    await desk.lease(1)
    desk.rates.lost_replies = 1
    with pytest.raises(DependencyUnavailableError):
        await desk.lease(2)
    assert (await desk.lease(2)).remaining == 80


async def test_an_old_call_that_comes_late_is_void() -> None:
    desk = Desk()
    await desk.lease(2)
    with pytest.raises(StaleLeaseError):
        await desk.lease(1)
    assert desk.rates.leased == {(USER, (await desk.lease(3)).window): 20}


async def test_what_comes_back_is_there_for_others() -> None:
    desk = Desk()
    first = await desk.lease(1)
    await desk.drain(0, gateway=2)
    await desk.lease(2, give_back=7, window=first.window, is_wanted=False)
    assert await desk.drain(5000, gateway=2) == 7


async def test_what_is_left_of_a_past_window_is_worth_nothing() -> None:
    desk = Desk()
    first = await desk.lease(1)
    desk.clock.advance(60)
    assert (await desk.lease(2, give_back=10, window=first.window)).remaining == 90
    writes = desk.rates.writes
    assert (await desk.lease(3, give_back=10, window=first.window, is_wanted=False)).size == 0
    assert desk.rates.writes == writes


async def test_more_than_was_leased_does_not_come_back() -> None:
    desk = Desk()
    first = await desk.lease(1)
    with pytest.raises(ExcessReturnError):
        await desk.lease(2, give_back=11, window=first.window)


async def test_leases_are_finer_the_more_gateways_there_are() -> None:
    desk = Desk()
    sizes = [(await desk.lease(1, gateway)).size for gateway in range(1, 8)]
    assert sizes == [10, 10, 10, 8, 6, 4, 3]


async def test_a_gateway_that_is_silent_counts_no_more() -> None:
    desk = Desk(limit=20, processes=2)
    for gateway in range(1, 6):
        await desk.lease(2, gateway)
    desk.clock.advance(LIVE_S + NOTE_AGAIN_S)
    assert (await desk.lease(4, gateway=1)).size == 10


async def test_the_remaining_time_is_of_before_the_store_was_asked() -> None:
    desk = Desk()
    before = await desk.lease(1)

    async def late() -> None:
        desk.clock.advance(5)

    desk.rates.before_lease = late
    assert (await desk.lease(2)).remaining_ms == before.remaining_ms


async def test_an_operators_word_wins_within_a_minute() -> None:
    desk = Desk()
    assert (await desk.lease(1)).limit == 100
    await desk.usage.put_terms(USER, Terms().with_plan("pro").with_caps({"requests_per_min": 7}))
    assert (await desk.lease(2)).limit == 100
    desk.clock.advance(LOOK_AGAIN_AFTER / timedelta(seconds=1))
    assert await desk.drain(10) == 7
    assert desk.usage.calls.count("find_terms") == 2


async def test_nobody_may_do_anything_under_a_limit_of_zero() -> None:
    desk = Desk(limit=0)
    assert (await desk.lease(1)).size == 0
    assert desk.rates.writes == 0


async def test_a_table_that_is_down_is_told_as_such() -> None:
    desk = Desk()
    desk.rates.is_down = True
    with pytest.raises(DependencyUnavailableError):
        await desk.lease(1)


A_REQUEST = RateLeaseRequest(gateway_id="gateway001", number=1)
