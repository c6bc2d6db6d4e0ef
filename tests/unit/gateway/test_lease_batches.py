"""Orders of one moment travel together: who gets what, and what becomes of them when the call fails."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from omnigen_gateway.clients.leases import QuotaLeases
from omnigen_gateway.ports import StaleNumberError
from omnigen_shared.client import InternalClient, Reply
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import MAX_ORDERS, RateLease, RateLeaseRequest
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError

Outcome = dict[str, Any]


def lease_of(order: Outcome) -> Outcome:
    """One whose limit tells whom it is for."""
    number = int(order["user_id"].removeprefix("user-"))
    return {"lease": {"window": 1, "remaining_ms": 1000, "size": 10, "limit": number, "remaining": 0}}


@dataclass
class FakeQuota:
    """Answers a call once it may; `errors` answer one call each."""

    outcome_of: Callable[[Outcome], Outcome] = lease_of
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[Sequence[Outcome]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    missing: int = 0

    async def call(self, _method: str, _path: str, *, subject: str, body: Any) -> Reply:
        assert subject == "gateway"
        self.calls.append(body["orders"])
        await self.may_answer.wait()
        if self.errors:
            raise self.errors.pop(0)
        outcomes = [self.outcome_of(order) for order in body["orders"]]
        return Reply(200, {"outcomes": outcomes[self.missing :]}, None)

    @property
    def sizes(self) -> list[int]:
        return [len(orders) for orders in self.calls]


@pytest.fixture
def quota() -> FakeQuota:
    return FakeQuota()


@pytest.fixture
def leases(quota: FakeQuota) -> QuotaLeases:
    return QuotaLeases(cast("InternalClient", quota))


def order(leases: QuotaLeases, number: int) -> asyncio.Task[RateLease]:
    request = RateLeaseRequest(gateway_id="gateway001", number=number)
    return asyncio.create_task(leases.lease(UserId(f"user-{number}"), PlanName.FREE, request))


async def test_the_first_goes_at_once_and_those_of_the_next_moment_together(
    leases: QuotaLeases, quota: FakeQuota
) -> None:
    orders = [order(leases, number) for number in range(1, 12)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert quota.sizes == [1]
    quota.may_answer.set()
    assert [lease.limit for lease in await asyncio.gather(*orders)] == list(range(1, 12))
    assert quota.sizes == [1, 10]


async def test_nobody_waits_long_for_a_call_that_is_not_answered(leases: QuotaLeases, quota: FakeQuota) -> None:
    orders = [order(leases, number) for number in range(1, 4)]
    await asyncio.sleep(0.1)
    assert quota.sizes == [1, 2]
    quota.may_answer.set()
    await asyncio.gather(*orders)


async def test_a_call_has_no_more_orders_than_quota_takes(leases: QuotaLeases, quota: FakeQuota) -> None:
    quota.may_answer.set()
    orders = [order(leases, number) for number in range(1, 3 * MAX_ORDERS)]
    await asyncio.gather(*orders)
    assert max(quota.sizes) <= MAX_ORDERS
    assert sum(quota.sizes) == 3 * MAX_ORDERS - 1


async def test_one_users_refusal_is_not_anothers(leases: QuotaLeases, quota: FakeQuota) -> None:
    quota.outcome_of = lambda order: {"code": order["user_id"]} if order["user_id"] != "user-2" else lease_of(order)
    quota.may_answer.set()
    first, second = order(leases, 1), order(leases, 2)
    with pytest.raises(DependencyUnavailableError, match="user-1"):
        await first
    assert (await second).limit == 2


async def test_a_stale_number_is_told_as_such(leases: QuotaLeases, quota: FakeQuota) -> None:
    quota.outcome_of = lambda _order: {"code": "stale_lease", "detail": "A later one exists."}
    quota.may_answer.set()
    with pytest.raises(StaleNumberError):
        await order(leases, 1)


@pytest.mark.parametrize("error", [DependencyUnavailableError("gone"), RemoteProblemError(409, "conflict", "no"), None])
async def test_a_call_that_fails_fails_for_all_and_the_next_one_is_a_new_one(
    leases: QuotaLeases, quota: FakeQuota, error: Exception | None
) -> None:
    if error is None:
        quota.missing = 1
    else:
        quota.errors = [error, error]
    quota.may_answer.set()
    results = await asyncio.gather(*(order(leases, number) for number in (1, 2, 3)), return_exceptions=True)
    assert all(isinstance(result, DependencyUnavailableError) for result in results)
    quota.missing = 0
    assert (await order(leases, 4)).limit == 4


async def test_who_is_gone_meanwhile_is_not_missed(leases: QuotaLeases, quota: FakeQuota) -> None:
    orders = [order(leases, number) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    orders[0].cancel()
    orders[1].cancel()
    quota.may_answer.set()
    assert (await orders[2]).limit == 3
