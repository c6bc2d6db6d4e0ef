"""The proxy that fails: each of its faults is what a client of DynamoDB knows under that name."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError
from tests.fakes.emulated_usage import USAGE, open_usage_table
from tests.fakes.table_proxy import Fault, TableProxy, Weather

from omnigen_local.addresses import REGION
from omnigen_shared.aws.clients import open_session

KEY = {"pk": {"S": "USER#1"}, "sk": {"S": "MONTH#2026-11"}}


@dataclass
class Setup:
    """A client that tries once, through the proxy; and one that looks past it."""

    proxy: TableProxy
    client: Any
    straight: Any
    table: str

    async def add(self) -> None:
        await self.client.update_item(
            TableName=self.table,
            Key=KEY,
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    async def count(self) -> int:
        found = await self.straight.get_item(TableName=self.table, Key=KEY, ConsistentRead=True)
        return int(found.get("Item", {}).get("n", {"N": "0"})["N"])


@pytest.fixture
async def setup(emulator_url: str) -> AsyncIterator[Setup]:
    config = AioConfig(retries={"total_max_attempts": 1})
    async with (
        open_usage_table(emulator_url) as (straight, name),
        TableProxy(emulator_url, schema=USAGE) as proxy,
        open_session().create_client("dynamodb", region_name=REGION, endpoint_url=proxy.url, config=config) as client,
    ):
        yield Setup(proxy, client, straight, name)


async def test_in_clear_weather_everything_passes_and_is_counted(setup: Setup) -> None:
    for _ in range(3):
        await setup.add()
    assert await setup.count() == 3
    assert setup.proxy.calls == {"UpdateItem": 3}
    assert not setup.proxy.faults


@pytest.mark.parametrize(
    ("fault", "code", "done"),
    [
        (Fault.CONFLICT, "TransactionConflictException", 0),
        (Fault.THROTTLED, "ThrottlingException", 0),
        (Fault.OVER_CAPACITY, "ProvisionedThroughputExceededException", 0),
        (Fault.BROKEN, "InternalServerError", 0),
        (Fault.BROKEN_AFTER, "InternalServerError", 1),
        (Fault.WORDLESS, "502", 0),
    ],
)
async def test_an_error_is_told_by_its_name(setup: Setup, fault: Fault, code: str, done: int) -> None:
    setup.proxy.weather = Weather({fault: 1})
    with pytest.raises(ClientError, match=code):
        await setup.add()
    assert await setup.count() == done
    assert setup.proxy.faults == {fault: 1}


@pytest.mark.parametrize(("fault", "done"), [(Fault.UNHEARD, 0), (Fault.LOST, 1), (Fault.TORN, 1)])
async def test_a_connection_ends_without_an_answer(setup: Setup, fault: Fault, done: int) -> None:
    setup.proxy.weather = Weather({fault: 1})
    with pytest.raises(BotoCoreError):
        await setup.add()
    assert await setup.count() == done


async def test_a_late_call_is_done_after_what_its_caller_tries_next(setup: Setup) -> None:
    setup.proxy.weather = Weather({Fault.LATE: 1})
    with pytest.raises(BotoCoreError):
        await setup.add()
    assert await setup.count() == 0
    await setup.proxy.clear_up()
    assert await setup.count() == 1


async def test_slow_calls_overtake_each_other_and_all_arrive(setup: Setup) -> None:
    setup.proxy.weather = Weather({Fault.SLOW: 1})
    await asyncio.gather(*(setup.add() for _ in range(5)))
    assert await setup.count() == 5


async def test_what_the_real_service_would_refuse_is_noted(setup: Setup) -> None:
    await setup.client.get_item(TableName=setup.table, Key=KEY, ProjectionExpression="n")
    assert not setup.proxy.refusals
    with pytest.raises(ClientError):
        await setup.client.get_item(TableName=setup.table, Key=KEY, ProjectionExpression="status")
    assert list(setup.proxy.refusals) == ["GetItem: Attribute name is a reserved keyword: status."]
