"""The proxy in front of all of AWS: every service as it is, and in its own weather."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError
from tests.fakes.cloud_proxy import DYNAMODB, FAULTS, S3, STATES, CloudProxy
from tests.fakes.emulated_jobs import open_jobs_table
from tests.fakes.table_proxy import Fault, Weather

from omnigen_local.provisioning import client_options
from omnigen_shared.aws.clients import error_code, open_session

BUCKET = "weathered"


@dataclass
class Setup:
    """Clients that try once, through the proxy."""

    proxy: CloudProxy
    s3: Any
    states: Any
    table: Any


@pytest.fixture
async def setup(emulator_url: str) -> AsyncIterator[Setup]:
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(CloudProxy())
        proxy.target_url = emulator_url
        options = client_options(proxy.url)
        options["config"] = AioConfig(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        clients: list[Any] = [
            await stack.enter_async_context(open_session().create_client(name, **options))
            for name in ("s3", "stepfunctions", "dynamodb")
        ]
        await clients[0].create_bucket(Bucket=BUCKET)
        yield Setup(proxy, *clients)


async def test_objects_come_and_go_as_they_are(setup: Setup) -> None:
    body = bytes(range(256)) * 4000
    await setup.s3.put_object(Bucket=BUCKET, Key="a/b c+d.bin", Body=body, ContentType="video/mp4")
    head = await setup.s3.head_object(Bucket=BUCKET, Key="a/b c+d.bin")
    assert (head["ContentLength"], head["ContentType"]) == (len(body), "video/mp4")
    part = await setup.s3.get_object(Bucket=BUCKET, Key="a/b c+d.bin", Range="bytes=10-19")
    assert await part["Body"].read() == body[10:20]
    assert [found["Key"] for found in (await setup.s3.list_objects_v2(Bucket=BUCKET))["Contents"]] == ["a/b c+d.bin"]
    await setup.s3.delete_object(Bucket=BUCKET, Key="a/b c+d.bin")


async def test_a_signed_address_passes_in_any_weather(setup: Setup) -> None:
    await setup.s3.put_object(Bucket=BUCKET, Key="signed", Body=b"content")
    url = await setup.s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "signed"})
    setup.proxy.weathers[S3] = Weather({Fault.BROKEN: 1})
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert await answer.read() == b"content"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.THROTTLED, "SlowDown"),
        (Fault.OVER_CAPACITY, "ServiceUnavailable"),
        (Fault.BROKEN, "InternalError"),
    ],
)
async def test_s3_speaks_its_own_words(setup: Setup, fault: Fault, code: str) -> None:
    setup.proxy.weathers[S3] = Weather({fault: 1})
    with pytest.raises(ClientError) as refused:
        await setup.s3.put_object(Bucket=BUCKET, Key="never", Body=b"1")
    assert error_code(refused.value) == code
    setup.proxy.weathers[S3] = Weather()
    assert "Contents" not in await setup.s3.list_objects_v2(Bucket=BUCKET, Prefix="never")


async def test_a_lost_reply_of_s3_has_done_it(setup: Setup) -> None:
    setup.proxy.weathers[S3] = Weather({Fault.LOST: 1})
    with pytest.raises(BotoCoreError):
        await setup.s3.put_object(Bucket=BUCKET, Key="done", Body=b"1")
    await setup.proxy.clear_up()
    assert (await setup.s3.head_object(Bucket=BUCKET, Key="done"))["ContentLength"] == 1


async def test_step_functions_speaks_its_own_words(setup: Setup) -> None:
    setup.proxy.weathers[STATES] = Weather({Fault.THROTTLED: 1})
    with pytest.raises(ClientError) as refused:
        await setup.states.list_state_machines()
    assert error_code(refused.value) == "ThrottlingException"


async def test_each_service_has_its_own_weather(setup: Setup) -> None:
    setup.proxy.weathers[DYNAMODB] = Weather({Fault.BROKEN: 1})
    await asyncio.gather(setup.s3.list_buckets(), setup.states.list_state_machines())
    with pytest.raises(ClientError):
        await setup.table.list_tables()
    assert setup.proxy.struck == {"dynamodb broken": 1}


async def test_no_transaction_is_in_the_way_of_reading(setup: Setup) -> None:
    setup.proxy.weathers[DYNAMODB] = Weather({Fault.CONFLICT: 1})
    with pytest.raises(ClientError) as refused:
        await setup.table.get_item(TableName="none", Key={"pk": {"S": "1"}})
    assert error_code(refused.value) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as refused:
        await setup.table.put_item(TableName="none", Item={"pk": {"S": "1"}})
    assert error_code(refused.value) == "TransactionConflictException"


async def test_a_transaction_whose_answer_was_lost_may_be_sent_again(setup: Setup, emulator_url: str) -> None:
    async with open_jobs_table(emulator_url) as access:
        put = {"TableName": access.table, "Item": {"pk": {"S": "1"}, "sk": {"S": "1"}, "n": {"N": "10"}}}
        write = {"TransactItems": [{"Put": {**put, "ConditionExpression": "attribute_not_exists(pk)"}}]}
        setup.proxy.weathers[DYNAMODB] = Weather({Fault.LOST: 1})
        with pytest.raises(BotoCoreError):
            await setup.table.transact_write_items(**write, ClientRequestToken="once")
        await setup.proxy.clear_up()
        await setup.table.transact_write_items(**write, ClientRequestToken="once")


def test_no_weather_leaves_nothing_to_good_luck() -> None:
    """Even in an outage less than every call is struck: all faults together stay below one."""
    assert all(len(faults) * 0.09 < 1 for faults in FAULTS.values())
