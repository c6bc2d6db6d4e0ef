"""A table `usage` of a test's own in the emulator, and clients of it that fail on demand."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from botocore.exceptions import ClientError, ConnectionClosedError
from tests.fakes.dynamodb.requests import Schema
from tests.fakes.dynamodb.strict import Strictness

from omnigen_shared.aws.clients import open_client
from omnigen_shared.settings import BaseUnitSettings

USAGE: Final = Schema()


@asynccontextmanager
async def open_usage_table(emulator_url: str) -> AsyncIterator[tuple[Any, str]]:
    """A client as strict as DynamoDB, and the name of a new, empty table with the keys of addons/storage.yml."""
    name = f"usage-{uuid.uuid4().hex}"
    async with open_client("dynamodb", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        await client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        Strictness(USAGE).watch(client)
        yield client, name


def refusal(code: str) -> Exception:
    """The error that AWS raises under that name; botocore names one without a readable body by its HTTP status."""
    status = int(code) if code.isdecimal() else 400
    response: Any = {"Error": {"Code": code, "Message": "injected"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "UpdateItem")


def lost_reply() -> Exception:
    """What a client sees when the connection breaks before the answer."""
    return ConnectionClosedError(endpoint_url="http://dynamodb")


class FaultyClient:
    """A DynamoDB client whose calls fail on demand, before they are made or after."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.before: list[Exception] = []
        """Each fails one call that then does not happen."""
        self.after: list[Exception] = []
        """Each fails one call that has happened."""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        return self._faulty(method) if name in {"update_item", "put_item", "get_item"} else method

    def _faulty(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(**arguments: Any) -> Any:
            if self.before:
                raise self.before.pop(0)
            answer = await method(**arguments)
            if self.after:
                raise self.after.pop(0)
            return answer

        return call
