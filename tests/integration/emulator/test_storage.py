"""Of the deployed tables and bucket: the conditional writes that everything else is built on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from botocore.exceptions import ClientError
from types_aiobotocore_dynamodb import DynamoDBClient
from types_aiobotocore_s3 import S3Client

from omnigen_local.provisioning import StackOutputs, client_options
from omnigen_shared.aws.clients import is_condition_failed, open_session
from omnigen_shared.aws.items import to_item

RIVALS = 12


@pytest.fixture
async def tables(emulator_url: str) -> AsyncIterator[DynamoDBClient]:
    async with open_session().create_client("dynamodb", **client_options(emulator_url)) as client:
        yield client


@pytest.fixture
async def s3(emulator_url: str) -> AsyncIterator[S3Client]:
    async with open_session().create_client("s3", **client_options(emulator_url)) as client:
        yield client


def count_winners(answers: list[object]) -> int:
    losers = [answer for answer in answers if isinstance(answer, ClientError)]
    assert all(is_condition_failed(error) for error in losers)
    return len(answers) - len(losers)


@pytest.mark.parametrize("table", ["jobs_table_name", "usage_table_name", "identity_table_name"])
async def test_one_of_many_writers_creates_an_item(
    tables: DynamoDBClient, stack_outputs: StackOutputs, table: str
) -> None:
    writes = (
        tables.put_item(
            TableName=getattr(stack_outputs, table),
            Item=to_item({"pk": "race", "sk": "META", "writer": writer}),
            ConditionExpression="attribute_not_exists(pk)",
        )
        for writer in range(RIVALS)
    )
    assert count_winners(await asyncio.gather(*writes, return_exceptions=True)) == 1


async def test_a_limit_in_the_condition_is_never_passed(tables: DynamoDBClient, stack_outputs: StackOutputs) -> None:
    key = {"pk": {"S": "limit"}, "sk": {"S": "2026-11"}}
    table = stack_outputs.usage_table_name
    await tables.put_item(TableName=table, Item={**key, "used": {"N": "0"}})
    writes = (
        tables.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="ADD used :one",
            ConditionExpression="used < :limit",
            ExpressionAttributeValues={":one": {"N": "1"}, ":limit": {"N": "5"}},
        )
        for _ in range(RIVALS)
    )
    assert count_winners(await asyncio.gather(*writes, return_exceptions=True)) == 5


async def test_the_indexes_show_users_jobs_and_what_is_due(tables: DynamoDBClient, stack_outputs: StackOutputs) -> None:
    table = stack_outputs.jobs_table_name
    for number, shard in enumerate([3, None]):
        created_at = f"2026-11-24T12:00:0{number}Z"
        item = {"pk": f"JOB#{number}", "sk": "META", "gsi_user": "user-1", "created_at": created_at}
        due = {} if shard is None else {"open_shard": shard, "lease_until": "2026-11-24T12:05:00Z"}
        await tables.put_item(TableName=table, Item=to_item({**item, **due}))
    listed = await tables.query(
        TableName=table,
        IndexName="by_user",
        KeyConditionExpression="gsi_user = :user",
        ExpressionAttributeValues={":user": {"S": "user-1"}},
        ScanIndexForward=False,
    )
    assert [item["pk"]["S"] for item in listed["Items"]] == ["JOB#1", "JOB#0"]
    due_now = await tables.query(
        TableName=table,
        IndexName="due",
        KeyConditionExpression="open_shard = :shard AND lease_until < :now",
        ExpressionAttributeValues={":shard": {"N": "3"}, ":now": {"S": "2026-11-24T13:00:00Z"}},
    )
    assert [item["pk"]["S"] for item in due_now["Items"]] == ["JOB#0"]


async def test_one_of_many_writers_creates_an_object(s3: S3Client, stack_outputs: StackOutputs) -> None:
    writes = (
        s3.put_object(
            Bucket=stack_outputs.assets_bucket_name, Key="u/user-1/lease", Body=str(writer).encode(), IfNoneMatch="*"
        )
        for writer in range(RIVALS)
    )
    assert count_winners(await asyncio.gather(*writes, return_exceptions=True)) == 1


async def test_an_object_is_replaced_only_as_it_was_read(s3: S3Client, stack_outputs: StackOutputs) -> None:
    bucket, key = stack_outputs.assets_bucket_name, "u/user-1/renewed"
    first = await s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    await s3.put_object(Bucket=bucket, Key=key, Body=b"2", IfMatch=first["ETag"])
    with pytest.raises(ClientError) as late:
        await s3.put_object(Bucket=bucket, Key=key, Body=b"3", IfMatch=first["ETag"])
    assert is_condition_failed(late.value)
