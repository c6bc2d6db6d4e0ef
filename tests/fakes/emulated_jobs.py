"""A table `jobs` of a test's own in the emulator, and a client of it that fails on demand."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from botocore.exceptions import ClientError, ConnectionClosedError
from tests.fakes.dynamodb.requests import Schema
from tests.fakes.dynamodb.strict import Strictness

from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.census import CensusTable
from omnigen_jobs.store.idempotency import KeyTable
from omnigen_jobs.store.records import RecordTable
from omnigen_shared.aws.clients import open_client
from omnigen_shared.settings import BaseUnitSettings

INDEXES: Final = {"by_user": ("gsi_user", "created_at"), "due": ("open_shard", "lease_until")}
TYPES: Final = {"pk": "S", "sk": "S", "gsi_user": "S", "created_at": "S", "open_shard": "N", "lease_until": "S"}
JOBS: Final = Schema(indexes=INDEXES, types=TYPES)


def keys_of(hash_name: str, range_name: str) -> list[Any]:
    return [{"AttributeName": hash_name, "KeyType": "HASH"}, {"AttributeName": range_name, "KeyType": "RANGE"}]


@asynccontextmanager
async def open_jobs_table(emulator_url: str) -> AsyncIterator[TableAccess]:
    """A new, empty table with the keys and indexes of addons/storage.yml, by a client as strict as DynamoDB."""
    name = f"jobs-{uuid.uuid4().hex}"
    async with open_client("dynamodb", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        types: list[Any] = [{"AttributeName": key, "AttributeType": kind} for key, kind in TYPES.items()]
        indexes: list[Any] = [
            {"IndexName": index, "KeySchema": keys_of(*keys), "Projection": {"ProjectionType": "ALL"}}
            for index, keys in INDEXES.items()
        ]
        await client.create_table(
            TableName=name,
            KeySchema=keys_of("pk", "sk"),
            AttributeDefinitions=types,
            GlobalSecondaryIndexes=indexes,
            BillingMode="PAY_PER_REQUEST",
        )
        Strictness(JOBS).watch(client)
        yield TableAccess(client, name)


class TableStore:
    """These stores over one table, as the fake has them in one object."""

    def __init__(self, access: TableAccess) -> None:
        self._parts = (RecordTable(access), KeyTable(access), CensusTable(access))

    def __getattr__(self, name: str) -> Any:
        return next(getattr(part, name) for part in self._parts if hasattr(part, name))


def canceled(*codes: str) -> Exception:
    """A transaction that AWS has canceled, with a reason for each of its items."""
    reasons = [{"Code": code} for code in codes]
    body: Any = {"Error": {"Code": "TransactionCanceledException", "Message": "no"}, "CancellationReasons": reasons}
    return ClientError(body, "TransactWriteItems")


def refusal(code: str, status: int = 400) -> Exception:
    """The error that AWS raises under that name; somebody on the way has none but the status."""
    answer: Any = {"Error": {"Code": code, "Message": "injected"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "TransactWriteItems")


def lost_reply() -> Exception:
    """What a client sees when the connection breaks before the answer."""
    return ConnectionClosedError(endpoint_url="http://dynamodb")


class ScriptedTable:
    """A DynamoDB client whose writes fail with what `errors` holds, and whose reads pass."""

    def __init__(self, client: Any, errors: list[Exception]) -> None:
        self._client = client
        self.errors = errors

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        return self._scripted(method) if name == "transact_write_items" else method

    def _scripted(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(**arguments: Any) -> Any:
            if self.errors:
                raise self.errors.pop(0)
            return await method(**arguments)

        return call
