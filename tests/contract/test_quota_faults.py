"""What DynamoDB may answer besides yes and no: never taken for a refusal, and never charged twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError
from tests.fakes.emulated_usage import FaultyClient, lost_reply, open_usage_table, refusal
from tests.fakes.quota_bench import MONTH, USER, a_request

from omnigen_quota.domain.bookings import BookingMark
from omnigen_quota.domain.plans import FREE
from omnigen_quota.service.accounts import QuotaService
from omnigen_quota.service.rounds import Place
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.aws.asking import ATTEMPTS
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.testing.clock import FrozenClock

PLACE = Place(USER, MONTH, "job_1")
PASSING = ["TransactionConflictException", "ThrottlingException", "ProvisionedThroughputExceededException", "502"]


@dataclass
class Setup:
    client: FaultyClient
    table: DynamoUsageTable
    quota: QuotaService

    async def counters(self) -> tuple[int, int, int]:
        state = await self.table.find_month(USER, MONTH)
        assert state is not None
        return state.videos, state.open_jobs, state.spend_microusd


@pytest.fixture
async def setup(emulator_url: str) -> AsyncIterator[Setup]:
    async with open_usage_table(emulator_url) as (client, name):
        faulty, clock = FaultyClient(client), FrozenClock()
        table = DynamoUsageTable(faulty, name, clock)  # type: ignore[arg-type]  # stands in for the client
        yield Setup(faulty, table, QuotaService(table, clock))


@pytest.mark.parametrize("code", PASSING)
async def test_what_passes_is_asked_again(setup: Setup, code: str) -> None:
    setup.client.before = [refusal(code) for _ in range(ATTEMPTS - 1)]
    await setup.quota.reserve(USER, FREE, "job_1", a_request())
    assert setup.client.before == []
    assert await setup.counters() == (1, 1, 1_000_000)


@pytest.mark.parametrize("code", PASSING)
async def test_what_does_not_pass_is_unavailable_and_no_refusal(setup: Setup, code: str) -> None:
    setup.client.before = [refusal(code) for _ in range(ATTEMPTS)]
    with pytest.raises(DependencyUnavailableError, match=code):
        await setup.quota.reserve(USER, FREE, "job_1", a_request())
    assert await setup.table.find_month(USER, MONTH) is None


async def test_a_mistake_of_ours_is_not_repeated(setup: Setup) -> None:
    setup.client.before = [refusal("ValidationException") for _ in range(2)]
    with pytest.raises(ClientError, match="ValidationException"):
        await setup.quota.reserve(USER, FREE, "job_1", a_request())
    assert len(setup.client.before) == 1


async def test_lost_replies_at_every_step_change_nothing_twice(setup: Setup) -> None:
    """Whichever write's reply is lost, the caller is told 503, repeats, and finds it done once."""
    steps = (
        lambda: setup.quota.reserve(USER, FREE, "job_1", a_request()),
        lambda: setup.quota.spend(PLACE, "scene-01.1", 300_000),
        lambda: setup.quota.spend(PLACE, "music.1", 30_000),
        lambda: setup.quota.settle(PLACE, "scene-01.1", 250_000),
        lambda: setup.quota.refund(PLACE, "music.1"),
        lambda: setup.quota.close(PLACE, BookingMark.COMMITTED),
    )
    for step in steps:
        setup.client.after = [lost_reply()]
        with pytest.raises(DependencyUnavailableError, match="ConnectionClosedError"):
            await step()
        await step()
    assert await setup.counters() == (1, 0, 250_000)
    slots = {row.slot for row in await setup.table.list_rows(USER, "job_1")}
    ends = {"ended#scene-01.1", "ended#music.1"}
    assert slots == {"reserved", "held#scene-01.1", "held#music.1", *ends, "closed"}
