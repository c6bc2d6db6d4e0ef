"""One suite for both tables of rate leases: the fake that unit tests trust, and DynamoDB's adapter on the emulator."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.fakes.emulated_usage import FaultyClient, lost_reply, open_usage_table, refusal
from tests.fakes.rate_table import FakeRateTable

from omnigen_quota.domain.leases import LeaseOrder, LeaseUpdate, WindowState
from omnigen_quota.ports import RateTable
from omnigen_quota.store.leases import DynamoRateTable
from omnigen_shared.aws.asking import ATTEMPTS
from omnigen_shared.errors import DependencyUnavailableError

USER, WINDOW = "user-1", 29_000_000
ONE, TWO = "gateway001", "gateway002"


@pytest.fixture(params=["fake", "dynamodb"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "fake" else request.getfixturevalue("emulator_url")


@pytest.fixture
async def table(endpoint: str | None) -> AsyncIterator[RateTable]:
    if endpoint is None:
        yield FakeRateTable()
        return
    async with open_usage_table(endpoint) as (client, name):
        yield DynamoRateTable(client, name)


def take(size: int, most_leased: int, number: int, gateway: str = ONE) -> LeaseUpdate:
    return LeaseUpdate(LeaseOrder(gateway, number), size, most_leased)


def give(back: int, number: int, size: int = 0) -> LeaseUpdate:
    return LeaseUpdate(LeaseOrder(ONE, number, back, is_wanted=size > 0), size, most_leased=100)


async def test_the_first_lease_begins_the_window(table: RateTable) -> None:
    state = await table.lease(USER, WINDOW, take(10, 60, number=3))
    assert state == WindowState(leased=10, number=3, size=10, held=10)


async def test_each_gateway_sees_its_own_calls_and_the_sum_of_all(table: RateTable) -> None:
    await table.lease(USER, WINDOW, take(10, 60, number=3))
    assert await table.lease(USER, WINDOW, take(4, 60, 1, TWO)) == WindowState(leased=14, number=1, size=4, held=4)
    assert await table.lease(USER, WINDOW, take(2, 60, 5)) == WindowState(leased=16, number=5, size=2, held=12)


async def test_above_the_bound_nothing_changes(table: RateTable) -> None:
    await table.lease(USER, WINDOW, take(10, 60, number=1))
    assert await table.lease(USER, WINDOW, take(10, 9, 2)) == WindowState(leased=10, number=1, size=10, held=10)
    assert await table.lease(USER, WINDOW, take(10, 10, 3)) == WindowState(leased=20, number=3, size=10, held=20)


@pytest.mark.parametrize("number", [4, 5])
async def test_a_number_counts_once(table: RateTable, number: int) -> None:
    await table.lease(USER, WINDOW, take(10, 60, number=5))
    assert await table.lease(USER, WINDOW, take(7, 60, number)) == WindowState(leased=10, number=5, size=10, held=10)


async def test_what_is_held_goes_back(table: RateTable) -> None:
    await table.lease(USER, WINDOW, take(10, 60, number=1))
    assert await table.lease(USER, WINDOW, give(8, number=2)) == WindowState(leased=2, number=2, size=0, held=2)
    assert await table.lease(USER, WINDOW, give(2, 3, size=5)) == WindowState(leased=5, number=3, size=5, held=5)


async def test_no_more_than_is_held_goes_back(table: RateTable) -> None:
    assert await table.lease(USER, WINDOW, give(1, number=1)) == WindowState()
    await table.lease(USER, WINDOW, take(10, 60, 1, TWO))
    await table.lease(USER, WINDOW, take(3, 60, 2))
    assert await table.lease(USER, WINDOW, give(4, number=3)) == WindowState(leased=13, number=2, size=3, held=3)


async def test_windows_and_users_are_apart(table: RateTable) -> None:
    await table.lease(USER, WINDOW, take(10, 60, number=1))
    assert (await table.lease(USER, WINDOW + 1, take(1, 60, number=1))).leased == 1
    assert (await table.lease("user-2", WINDOW, take(1, 60, number=1))).leased == 1


async def test_many_at_once_stay_below_the_bound(table: RateTable) -> None:
    updates = [take(10, 90, 1, f"gateway{n:03}") for n in range(30)]
    states = await asyncio.gather(*(table.lease(USER, WINDOW, update) for update in updates))
    assert sum(state.size for state in states) == 100
    assert max(state.leased for state in states) == 100


async def test_gateways_are_seen_and_forgotten(table: RateTable) -> None:
    assert await table.note_gateway(ONE, 1000, []) == {ONE: 1000}
    assert await table.note_gateway(TWO, 1010, []) == {ONE: 1000, TWO: 1010}
    assert await table.note_gateway(TWO, 1300, [ONE, "gateway003"]) == {TWO: 1300}


async def test_a_lost_reply_is_answered_by_the_repetition(emulator_url: str) -> None:
    async with open_usage_table(emulator_url) as (client, name):
        faulty = FaultyClient(client)
        table = DynamoRateTable(faulty, name)  # type: ignore[arg-type]
        faulty.after = [lost_reply()]
        with pytest.raises(DependencyUnavailableError):
            await table.lease(USER, WINDOW, take(10, 60, number=1))
        assert await table.lease(USER, WINDOW, take(10, 60, 1)) == WindowState(leased=10, number=1, size=10, held=10)


@pytest.mark.parametrize("code", ["TransactionConflictException", "ThrottlingException"])
async def test_what_passes_is_repeated_then_told_and_never_a_refusal(emulator_url: str, code: str) -> None:
    async with open_usage_table(emulator_url) as (client, name):
        faulty = FaultyClient(client)
        table = DynamoRateTable(faulty, name)  # type: ignore[arg-type]
        faulty.before = [refusal(code)]
        assert (await table.lease(USER, WINDOW, take(10, 60, number=1))).size == 10
        faulty.before = [refusal(code) for _ in range(ATTEMPTS)]
        with pytest.raises(DependencyUnavailableError, match=code):
            await table.lease(USER, WINDOW, take(10, 60, number=2))


async def test_windows_leave_by_themselves(emulator_url: str) -> None:
    async with open_usage_table(emulator_url) as (client, name):
        await DynamoRateTable(client, name).lease(USER, WINDOW, take(1, 60, number=1))
        [item] = (await client.scan(TableName=name))["Items"]
    assert int(item["expires_at"]["N"]) == (WINDOW + 1) * 60 + 3600
