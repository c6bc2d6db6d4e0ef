"""The table `usage` in DynamoDB."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import stamina
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.updates import Update
from omnigen_quota.store.expressions import render_update
from omnigen_quota.store.items import month_from_item, month_key, row_from_item, row_prefix, row_to_item
from omnigen_shared.aws.clients import error_code, is_condition_failed
from omnigen_shared.aws.items import to_item
from omnigen_shared.clock import Clock, to_rfc3339
from omnigen_shared.errors import DependencyUnavailableError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

T = TypeVar("T")
ATTEMPTS: Final = 5
PASSING_CODES: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Answers that say nothing about the request itself. Botocore repeats some of them; conflicts are left to us."""


class DynamoUsageTable:
    """Implements ports.UsageTable."""

    def __init__(self, client: "DynamoDBClient", table_name: str, clock: Clock) -> None:
        self._client = client
        self._table = table_name
        self._clock = clock

    async def find_month(self, user_id: str, month: str) -> MonthState | None:
        key = month_key(user_id, month)
        reply = await _ask(lambda: self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True))
        return month_from_item(reply.get("Item"))

    async def apply(self, user_id: str, month: str, update: Update) -> MonthState | None:
        key, expressions = month_key(user_id, month), render_update(update)
        try:
            reply = await _ask(
                lambda: self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **expressions,
                )
            )
        except ClientError as error:
            return month_from_item(_refusing_item(error))
        return month_from_item(reply["Attributes"])

    async def record(self, user_id: str, row: LedgerRow) -> LedgerRow:
        item = row_to_item(user_id, row, to_rfc3339(self._clock.now()))
        try:
            await _ask(
                lambda: self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(#pk)",
                    ExpressionAttributeNames={"#pk": "pk"},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            )
        except ClientError as error:
            return row_from_item(_refusing_item(error))
        return row

    async def list_rows(self, user_id: str, job_id: str) -> list[LedgerRow]:
        return await _ask(lambda: self._read_rows(user_id, job_id))

    async def check(self) -> None:
        await self.find_month("nobody", "0000-00")

    async def _read_rows(self, user_id: str, job_id: str) -> list[LedgerRow]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#pk = :user AND begins_with(#sk, :job)",
            ExpressionAttributeNames={"#pk": "pk", "#sk": "sk"},
            ExpressionAttributeValues=to_item({":user": f"USER#{user_id}", ":job": row_prefix(job_id)}),
            ConsistentRead=True,
        )
        return [row_from_item(item) async for page in pages for item in page["Items"]]


async def _ask(send: Callable[[], Awaitable[T]]) -> T:
    """The reply. What passes is asked again and then told as unavailable; whatever else was answered is raised."""
    try:
        async for attempt in stamina.retry_context(
            on=_is_passing, attempts=ATTEMPTS, wait_initial=0.02, wait_max=0.5, wait_jitter=0.1
        ):
            with attempt:
                return await send()
    except BotoCoreError as error:
        raise DependencyUnavailableError(f"The usage table did not answer: {type(error).__name__}.") from error
    except ClientError as error:
        if _is_passing(error):
            raise DependencyUnavailableError(f"The usage table answered {error_code(error)}.") from error
        raise
    raise AssertionError("stamina either returns or raises")


def _is_passing(error: Exception) -> bool:
    return isinstance(error, ClientError) and error_code(error) in PASSING_CODES


def _refusing_item(error: ClientError) -> Mapping[str, Any]:
    """The item whose state made a condition fail; empty when there is none. Any other error is raised again."""
    if not is_condition_failed(error):
        raise error
    response: Mapping[str, Any] = error.response
    return response.get("Item") or {}
