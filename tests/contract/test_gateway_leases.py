"""The gateway's way to rate leases, over loopback: a real quota, and one that is silent, broken or gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.fakes.loopback import listen, serve_app, url_of
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.usage_table import FakeUsageTable

from omnigen_gateway.clients.leases import PATH, QuotaLeases
from omnigen_gateway.ports import StaleNumberError
from omnigen_quota.app import Adapters, create_app
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import RateLease, RateLeaseRequest
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.identity import IdentitySigner
from omnigen_shared.testing.clock import FrozenClock
from omnigen_shared.testing.identities import new_key_pair

PRIVATE, PUBLIC = new_key_pair()
USER, FREE, PRO = UserId("user-1"), PlanName.FREE, PlanName.PRO


def a_request(number: int, give_back: int = 0, window: int = 0) -> RateLeaseRequest:
    return RateLeaseRequest(
        gateway_id="gateway001", number=number, is_wanted=not give_back, give_back=give_back, window=window
    )


@asynccontextmanager
async def open_leases(quota_url: str, timeout_s: float = 1.0) -> AsyncIterator[QuotaLeases]:
    async with InternalClient("quota", quota_url, IdentitySigner("gateway", PRIVATE), timeout_s) as client:
        yield QuotaLeases(client)


@pytest.fixture
def table() -> FakeRateTable:
    return FakeRateTable()


@pytest.fixture
async def leases(table: FakeRateTable) -> AsyncIterator[QuotaLeases]:
    """Of a quota with an empty table."""
    settings = QuotaSettings(usage_table="usage", identity_public_keys={"gateway": [PUBLIC]})
    app = create_app(settings, Adapters(FakeUsageTable(), table, FrozenClock()))
    async with serve_app(app) as url, open_leases(url) as opened:
        yield opened


async def test_a_lease_is_of_the_users_plan(leases: QuotaLeases) -> None:
    first, second = await leases.lease(USER, FREE, a_request(1)), await leases.lease(UserId("u2"), PRO, a_request(2))
    assert (first.size, first.limit, first.remaining) == (10, 100, 90)
    assert (second.size, second.limit, second.remaining) == (10, 600, 590)
    assert 0 < first.remaining_ms <= 60_000


async def test_the_same_number_is_the_same_lease(leases: QuotaLeases) -> None:
    assert await leases.lease(USER, FREE, a_request(1)) == await leases.lease(USER, FREE, a_request(1))


async def test_what_goes_back_is_not_leased_any_more(leases: QuotaLeases) -> None:
    first = await leases.lease(USER, FREE, a_request(1))
    returned = await leases.lease(USER, FREE, a_request(2, give_back=10, window=first.window))
    assert (returned.size, returned.remaining) == (0, 100)


async def test_a_number_from_the_past_is_told_as_such(leases: QuotaLeases) -> None:
    await leases.lease(USER, FREE, a_request(5))
    with pytest.raises(StaleNumberError):
        await leases.lease(USER, FREE, a_request(4))


async def test_any_other_refusal_is_no_lease(leases: QuotaLeases) -> None:
    first = await leases.lease(USER, FREE, a_request(1))
    with pytest.raises(DependencyUnavailableError, match="excess_return"):
        await leases.lease(USER, FREE, a_request(2, give_back=11, window=first.window))


async def test_many_users_lease_in_one_moment(leases: QuotaLeases) -> None:
    plans = [FREE if number % 2 else PRO for number in range(100)]
    given = await asyncio.gather(
        *(leases.lease(UserId(f"u{number}"), plan, a_request(number + 1)) for number, plan in enumerate(plans))
    )
    assert [lease.limit for lease in given] == [100 if plan is FREE else 600 for plan in plans]
    assert {lease.size for lease in given} == {10}


async def test_one_users_refusal_leaves_the_others_their_leases(leases: QuotaLeases) -> None:
    await leases.lease(USER, FREE, a_request(5))
    requests = [(UserId("a"), a_request(6)), (USER, a_request(4)), (UserId("b"), a_request(7))]
    first, stale, last = await asyncio.gather(
        *(leases.lease(user, FREE, request) for user, request in requests), return_exceptions=True
    )
    assert isinstance(first, RateLease)
    assert isinstance(stale, StaleNumberError)
    assert isinstance(last, RateLease)


async def test_a_table_that_is_down_is_told_as_unavailable(leases: QuotaLeases, table: FakeRateTable) -> None:
    table.is_down = True
    with pytest.raises(DependencyUnavailableError):
        await leases.lease(USER, FREE, a_request(1))


async def _say_nothing(_request: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


async def _say_nonsense(_request: Request) -> Response:
    return JSONResponse({"window": 1, "size": 1000})


async def _break(_request: Request) -> Response:
    return Response(status_code=500)


@pytest.mark.parametrize("behave", [_say_nothing, _say_nonsense, _break])
async def test_a_quota_that_fails_is_told_as_unavailable(behave: Callable[[Request], Awaitable[Response]]) -> None:
    app = Starlette(routes=[Route(PATH, behave, methods=["POST"])])
    async with serve_app(app) as url, open_leases(url, timeout_s=0.05) as opened:
        with pytest.raises(DependencyUnavailableError):
            await opened.lease(USER, FREE, a_request(1))


async def test_a_quota_that_is_gone_is_told_as_unavailable() -> None:
    with listen() as sock:
        url = url_of(sock)
    async with open_leases(url) as opened:
        with pytest.raises(DependencyUnavailableError):
            await opened.lease(USER, FREE, a_request(1))
