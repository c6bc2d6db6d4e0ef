"""Requests against leases in virtual time: who waits, for how long, and what quota is asked."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.fakes.leases import FakeLeases
from tests.fakes.time_travel import run_virtually

from omnigen_gateway.domain.addresses import AddressLimit
from omnigen_gateway.domain.breaker import FAILURES_TO_OPEN, OPEN_S
from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.domain.problems import RateLimitedError
from omnigen_gateway.ports import StaleNumberError
from omnigen_gateway.service.limiting import WAIT_S, Judgement, RateLimiter
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError

CALLER = Caller(UserId("user-1"), PlanName.FREE, 2**40)
OTHER = Caller(UserId("user-2"), PlanName.FREE, 2**40)
DOWN = DependencyUnavailableError("quota did not answer")


def play(
    scene: Callable[[RateLimiter, FakeLeases], Awaitable[None]],
    leases: FakeLeases | None = None,
    *,
    fails_open: bool = True,
) -> FakeLeases:
    """Run a scene with a limiter between its start and its end."""
    leases = leases or FakeLeases()

    async def run() -> None:
        monotonic = asyncio.get_running_loop().time
        limiter = RateLimiter(leases, AddressLimit(60, 2), "gateway001", fails_open=fails_open, monotonic=monotonic)
        async with limiter:
            await scene(limiter, leases)

    run_virtually(run())
    return leases


async def judge(limiter: RateLimiter, caller: Caller = CALLER) -> Judgement:
    return limiter.judge(caller) or await limiter.ask(caller)


async def judge_many(limiter: RateLimiter, times: int) -> list[bool]:
    """At once; whether each passed."""
    judgements = await asyncio.gather(*(judge(limiter) for _ in range(times)))
    return [problem is None for _headers, problem in judgements]


def test_ten_requests_cost_one_call() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        for _ in range(10):
            await asyncio.sleep(1.0)
            assert (await judge(limiter))[1] is None
        assert len(leases.requests) == 1

    play(scene)


def test_those_who_ask_at_once_share_one_call_at_a_time() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        leases.delay_s = 0.01
        assert all(await judge_many(limiter, 95))
        assert len(leases.requests) == 10
        assert leases.most_at_once == 1

    play(scene)


def test_users_do_not_wait_for_each_other() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        leases.delay_s = 0.01
        await asyncio.gather(judge(limiter), judge(limiter, OTHER))
        assert leases.most_at_once == 2

    play(scene)


def test_a_fast_user_has_the_next_lease_before_it_is_needed() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        leases.delay_s = 0.005
        await judge(limiter)
        for _ in range(50):
            await asyncio.sleep(0.01)
            assert limiter.judge(CALLER) is not None

    play(scene)


def test_refusals_cost_no_call() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        assert (await judge_many(limiter, 30)).count(True) == 15
        calls = len(leases.requests)
        judgements = [limiter.judge(CALLER) for _ in range(500)]
        assert len(leases.requests) == calls
        for judgement in judgements:
            assert judgement is not None
            headers, problem = judgement
            assert isinstance(problem, RateLimitedError)
            assert problem.retry_after_s == 60
            assert (b"ratelimit", b'"requests";r=0;t=60') in headers

    play(scene, FakeLeases(limit=15))


def test_the_next_window_is_asked_for() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        assert (await judge_many(limiter, 11)).count(True) == 10
        await asyncio.sleep(60.1)
        leases.window, leases.leased = 2, 0
        assert (await judge(limiter))[1] is None

    play(scene, FakeLeases(limit=10))


def test_what_others_give_back_is_found() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        assert (await judge_many(limiter, 11)).count(True) == 10
        leases.leased -= 4
        await asyncio.sleep(3.1)
        assert (await judge(limiter))[1] is None

    play(scene, FakeLeases(limit=10))


def test_what_is_idle_goes_back_and_the_rest_at_the_end() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        await judge(limiter)
        await asyncio.sleep(1.9)
        assert leases.leased == 10
        await asyncio.sleep(0.7)
        assert leases.leased == 1
        await judge(limiter)
        assert leases.leased == 11

    leases = play(scene)
    assert leases.leased == 2
    assert [request.give_back for request in leases.requests] == [0, 9, 0, 9]
    assert [request.number for request in leases.requests] == [1, 2, 3, 4]


def test_who_asks_during_a_return_is_served_after_it() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        await judge(limiter)
        leases.delay_s = 0.2
        await asyncio.sleep(2.6)
        assert len(leases.requests) == 2
        assert (await judge(limiter))[1] is None
        assert leases.most_at_once == 1

    play(scene)


def test_a_return_that_fails_holds_nobody_up() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        await judge(limiter)
        leases.errors.append(DOWN)
        await asyncio.sleep(2.6)
        assert (await judge(limiter))[1] is None

    assert [request.is_wanted for request in play(scene).requests] == [True, False, True, False]


def test_a_lost_lease_is_asked_for_under_its_number() -> None:
    async def scene(limiter: RateLimiter, _leases: FakeLeases) -> None:
        await judge(limiter)
        await judge(limiter)

    leases = play(scene, FakeLeases(errors=[DOWN]))
    assert [request.number for request in leases.requests][:2] == [1, 1]


def test_a_number_that_quota_has_passed_is_given_up() -> None:
    async def scene(limiter: RateLimiter, _leases: FakeLeases) -> None:
        assert (await judge(limiter))[0]

    leases = play(scene, FakeLeases(errors=[StaleNumberError()]))
    assert [request.number for request in leases.requests][:2] == [1, 2]


@pytest.mark.parametrize("fails_open", [True, False])
def test_without_quota_the_setting_decides(fails_open: bool) -> None:
    async def scene(limiter: RateLimiter, _leases: FakeLeases) -> None:
        headers, problem = await judge(limiter)
        assert headers == ()
        assert (problem is None) is fails_open
        if problem is not None:
            assert (problem.status, problem.retry_after_s) == (503, 1)

    play(scene, FakeLeases(errors=[DOWN]), fails_open=fails_open)


def test_nobody_waits_long_for_a_silent_quota() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        leases.delay_s = 3600.0
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        judgements = await asyncio.gather(*(judge(limiter) for _ in range(100)))
        assert loop.time() - began_s == pytest.approx(WAIT_S)
        assert judgements == [((), None)] * 100

    play(scene)


def test_what_came_too_late_for_its_request_serves_the_next() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        leases.delay_s = WAIT_S * 1.5
        assert (await judge(limiter))[0] == ()
        await asyncio.sleep(WAIT_S)
        assert limiter.judge(CALLER) is not None
        assert len(leases.requests) == 1

    play(scene)


def test_a_crowd_that_quota_is_too_slow_for_is_refused_not_let_through() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        leases.delay_s = 0.3
        judgements = await asyncio.gather(*(judge(limiter) for _ in range(100)))
        passed = [headers for headers, problem in judgements if problem is None]
        assert len(passed) == leases.leased == 30
        assert all(passed)
        assert {type(problem) for _headers, problem in judgements} == {type(None), RateLimitedError}

    play(scene)


def test_a_quota_that_does_not_answer_is_left_alone() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        for _ in range(50):
            assert (await judge(limiter))[1] is None
        assert len(leases.requests) == FAILURES_TO_OPEN
        await asyncio.sleep(OPEN_S)
        leases.errors.clear()
        assert (await judge(limiter))[0]

    play(scene, FakeLeases(errors=[DOWN] * 50))


def test_who_leaves_while_waiting_takes_nobody_along() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        leases.delay_s = 0.1
        first, second = (asyncio.create_task(judge(limiter)) for _ in range(2))
        await asyncio.sleep(0.05)
        first.cancel()
        assert (await second)[1] is None
        await asyncio.sleep(0)
        assert leases.requests[0].number == 1
        assert [limiter.judge(CALLER) is not None for _ in range(10)].count(True) == 9

    play(scene)


def test_an_address_has_a_limit_of_its_own() -> None:
    async def scene(limiter: RateLimiter, leases: FakeLeases) -> None:
        for _ in range(2):
            limiter.admit_address("192.0.2.1")
        with pytest.raises(RateLimitedError) as refusal:
            limiter.admit_address("192.0.2.1")
        assert (refusal.value.status, refusal.value.retry_after_s) == (429, 1)
        limiter.admit_address("192.0.2.2")
        assert leases.requests == []

    play(scene)
