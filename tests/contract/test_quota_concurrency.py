"""Many clients at once on DynamoDB's adapter: exactly the limit gets in, and the books balance."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.quota_bench import MONTH, USER, a_request, assert_month_balanced

from omnigen_quota.domain.bookings import BookingMark
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.plans import FREE
from omnigen_quota.service.accounts import QuotaService
from omnigen_quota.service.rounds import Place
from omnigen_quota.store.items import row_from_item
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.contracts.spending import Reservation
from omnigen_shared.errors import ProblemError
from omnigen_shared.testing.clock import FrozenClock

CLIENTS = 100
WIDE = replace(FREE, videos_per_month=1000, concurrent_jobs=1000, spend_per_month_microusd=10**9)


class Deployment:
    """Two quota processes over one table."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name
        self.table = DynamoUsageTable(client, name, FrozenClock())
        self.processes = [QuotaService(self.table, FrozenClock()) for _ in range(2)]

    def process(self, n: int) -> QuotaService:
        return self.processes[n % len(self.processes)]

    async def assert_balanced(self) -> None:
        state = await self.table.find_month(USER, MONTH)
        assert state is not None
        found = await self.client.scan(TableName=self.name)
        rows = [row_from_item(item) for item in found["Items"] if item["sk"]["S"].startswith("LEDGER#")]
        stored: dict[tuple[str, str], LedgerRow] = {(row.job_id, row.slot): row for row in rows}
        assert_month_balanced(state, MONTH, stored)


@pytest.fixture
async def deployment(emulator_url: str) -> AsyncIterator[Deployment]:
    async with open_usage_table(emulator_url) as (client, name):
        yield Deployment(client, name)


async def gather(*calls: Any) -> tuple[list[Any], list[str]]:
    """Answers, and the codes of refusals."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    unforeseen = [
        result for result in results if isinstance(result, BaseException) and not isinstance(result, ProblemError)
    ]
    assert not unforeseen
    refusals = [result.code for result in results if isinstance(result, ProblemError)]
    return [result for result in results if not isinstance(result, ProblemError)], refusals


@pytest.mark.parametrize(
    ("plan", "cost"),
    [
        (replace(WIDE, videos_per_month=10), 1),
        (replace(WIDE, concurrent_jobs=10), 1),
        (replace(WIDE, spend_per_month_microusd=10_999_999), 1_000_000),
    ],
    ids=["videos", "concurrent_jobs", "spend"],
)
async def test_exactly_ten_of_a_hundred_get_in(deployment: Deployment, plan: Any, cost: int) -> None:
    answers, refusals = await gather(
        *(deployment.process(n).reserve(USER, plan, f"job_{n}", a_request(cost)) for n in range(CLIENTS))
    )
    assert len(answers) == 10
    assert refusals == ["quota_exceeded"] * 90
    state = await deployment.table.find_month(USER, MONTH)
    assert state is not None
    assert (state.videos, state.open_jobs, state.spend_microusd) == (10, 10, 10 * cost)
    await deployment.assert_balanced()


async def test_duplicates_of_one_reservation_count_once(deployment: Deployment) -> None:
    answers, refusals = await gather(
        *(deployment.process(n).reserve(USER, WIDE, f"job_{n % 4}", a_request()) for n in range(40))
    )
    assert refusals == []
    assert {answer.job_id for answer in answers} == {"job_0", "job_1", "job_2", "job_3"}
    assert all(isinstance(answer, Reservation) and answer.month == MONTH for answer in answers)
    state = await deployment.table.find_month(USER, MONTH)
    assert state is not None
    assert (state.videos, state.open_jobs) == (4, 4)


async def test_paid_calls_at_once_never_exceed_the_job(deployment: Deployment) -> None:
    await deployment.process(0).reserve(USER, WIDE, "job_1", a_request(1_000_000))
    place = Place(USER, MONTH, "job_1")
    answers, refusals = await gather(*(deployment.process(n).spend(place, f"call-{n}", 300_000) for n in range(20)))
    assert len(answers) == 3
    assert refusals == ["budget_exceeded"] * 17
    await deployment.assert_balanced()


async def test_whole_jobs_side_by_side_leave_only_what_they_cost(deployment: Deployment) -> None:
    async def live(n: int) -> None:
        quota, place = deployment.process(n), Place(USER, MONTH, f"job_{n}")
        await quota.reserve(USER, WIDE, place.job_id, a_request(1_000_000))
        calls = [f"call-{i}" for i in range(3)]
        await asyncio.gather(*(quota.spend(place, call, 200_000) for call in calls))
        await asyncio.gather(
            quota.settle(place, calls[0], 150_000),
            quota.refund(place, calls[1]),
            quota.close(place, BookingMark.COMMITTED if n % 2 else BookingMark.RELEASED),
        )
        await quota.settle(place, calls[2], 200_000)

    await asyncio.gather(*(live(n) for n in range(12)))
    state = await deployment.table.find_month(USER, MONTH)
    assert state is not None
    assert (state.videos, state.open_jobs) == (6, 0)
    assert state.spend_microusd == state.settled_microusd == 12 * 350_000
    await deployment.assert_balanced()
