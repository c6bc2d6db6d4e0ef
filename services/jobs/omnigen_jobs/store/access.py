"""One DynamoDB table: reads are consistent, writes are transactions, and AWS's errors become ours here."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from omnigen_jobs.ports import WriteConflictError
from omnigen_jobs.store.keys import Key
from omnigen_shared.aws.asking import OUR_FAULT_BELOW, status_of
from omnigen_shared.aws.clients import error_code
from omnigen_shared.aws.items import from_item, to_item
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.patience import within_reason

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

_PASSING: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)
_CONTENDED: Final = frozenset({"TransactionCanceledException", "TransactionConflictException", "TransactionInProgress"})


class RefusedWriteError(WriteConflictError):
    """A transaction in which something did not hold; `places` are its items that were in the way."""

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__(f"refused at {list(places)}")
        self.places = tuple(places)


class TableAccess:
    """Plain values in and out. DependencyUnavailableError when the table does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self.table = table

    async def check(self) -> None:
        """Whether the table answers."""
        await self.get(Key("none", "none"))

    async def get(self, key: Key, **projection: Any) -> dict[str, Any] | None:
        async with translated_errors():
            answer = await self._client.get_item(
                TableName=self.table, Key=to_item(key._asdict()), ConsistentRead=True, **projection
            )
        return from_item(answer["Item"]) if "Item" in answer else None

    async def get_batch(self, wanted: Sequence[Key]) -> list[dict[str, Any]]:
        """Up to 100 items; those that are not there are left out."""
        found: list[dict[str, Any]] = []
        asked: Any = {self.table: {"Keys": [to_item(key._asdict()) for key in wanted], "ConsistentRead": True}}
        while asked:
            async with translated_errors():
                answer = await self._client.batch_get_item(RequestItems=asked)
            found += map(from_item, answer["Responses"].get(self.table, ()))
            asked = answer.get("UnprocessedKeys")
        return found

    async def query_page(self, request: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """One page, and the key to go on from."""
        async with translated_errors():
            answer = await self._client.query(TableName=self.table, **request)
        return [from_item(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")

    async def query(self, request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """All pages."""
        following: dict[str, Any] | None = {}
        while following is not None:
            start = {"ExclusiveStartKey": following} if following else {}
            found, following = await self.query_page({**request, **start})
            for item in found:
                yield item

    async def transact(self, writes: Sequence[dict[str, Any]]) -> None:
        """All or nothing. RefusedWriteError when a condition did not hold or another transaction was in the way."""
        items: Any = list(writes)
        async with translated_errors():
            await self._client.transact_write_items(TransactItems=items)


def between(first: Key, last: Key, **rest: Any) -> dict[str, Any]:
    """A consistent query of one item collection from `first` to `last`."""
    return {
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": to_item({":pk": first.pk, ":first": first.sk, ":last": last.sk}),
        "ConsistentRead": True,
        **rest,
    }


@contextlib.asynccontextmanager
async def translated_errors() -> AsyncIterator[None]:
    """What AWS raises, as what the ports promise; a request that AWS calls wrong is our bug and passes through."""
    try:
        async with within_reason("The job table"):
            yield
    except BotoCoreError as error:
        raise _unavailable(error) from error
    except ClientError as error:
        code = error_code(error)
        if code in _CONTENDED:
            raise RefusedWriteError(_refused_places(error)) from error
        if code in _PASSING or status_of(error) >= OUR_FAULT_BELOW:
            raise _unavailable(error) from error
        raise


def _refused_places(error: ClientError) -> list[int]:
    reasons = error.response.get("CancellationReasons", [])
    return [place for place, reason in enumerate(reasons) if reason.get("Code", "None") != "None"]


def _unavailable(error: Exception) -> DependencyUnavailableError:
    return DependencyUnavailableError(f"The job table does not answer: {type(error).__name__}.")
