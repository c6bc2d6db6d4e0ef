"""The table `usage` in DynamoDB."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.terms import Terms
from omnigen_quota.domain.updates import Update
from omnigen_quota.store.deployment import DynamoDeploymentTable
from omnigen_quota.store.items import (
    LEDGER_END,
    LEDGER_PREFIX,
    MONTH_PREFIX,
    USER_PREFIX,
    account_key,
    month_from_item,
    month_key,
    month_of_item,
    row_from_item,
    row_prefix,
    row_to_item,
    user_of_item,
    user_partition,
)
from omnigen_shared.aws.asking import ask, refusing_item
from omnigen_shared.aws.items import from_item, to_item
from omnigen_shared.clock import Clock, to_rfc3339

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient


class DynamoUsageTable(DynamoDeploymentTable):
    """Implements ports.UsageTable."""

    def __init__(self, client: "DynamoDBClient", table_name: str, clock: Clock) -> None:
        super().__init__(client, table_name)
        self._clock = clock

    async def find_month(self, user_id: str, month: str) -> MonthState | None:
        key = month_key(user_id, month)
        reply = await ask(lambda: self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True))
        return month_from_item(reply.get("Item"))

    async def apply(self, user_id: str, month: str, update: Update) -> MonthState | None:
        return month_from_item(await self._update(month_key(user_id, month), update))

    async def record(self, user_id: str, row: LedgerRow) -> LedgerRow:
        item = row_to_item(user_id, row, to_rfc3339(self._clock.now()))
        try:
            await ask(
                lambda: self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(#pk)",
                    ExpressionAttributeNames={"#pk": "pk"},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            )
        except ClientError as error:
            return row_from_item(refusing_item(error))
        return row

    async def list_rows(self, user_id: str, job_id: str) -> list[LedgerRow]:
        return [row_from_item(item) for item in await self._list(user_id, row_prefix(job_id))]

    async def list_all_rows(self, user_id: str) -> list[LedgerRow]:
        return [row_from_item(item) for item in await self._list(user_id, LEDGER_PREFIX)]

    async def page_rows(self, user_id: str, after: str, limit: int) -> list[LedgerRow]:
        bounds = to_item({":pk": user_partition(user_id), ":after": f"{LEDGER_PREFIX}{after}", ":end": LEDGER_END})
        reply = await ask(
            lambda: self._client.query(
                TableName=self._table,
                KeyConditionExpression="#pk = :pk AND #sk BETWEEN :after AND :end",
                ExpressionAttributeNames={"#pk": "pk", "#sk": "sk"},
                ExpressionAttributeValues=bounds,
                Limit=limit + 1,
                ConsistentRead=True,
            )
        )
        rows = [row_from_item(item) for item in reply["Items"]]
        return [row for row in rows if row.place != after][:limit]

    async def list_months(self, user_id: str) -> dict[str, MonthState]:
        items = await self._list(user_id, MONTH_PREFIX)
        return {month_of_item(item): MonthState.from_item(from_item(item)) for item in items}

    async def list_users(self) -> list[str]:
        return await ask(self._scan_users)

    async def find_terms(self, user_id: str) -> Terms:
        return Terms.from_map((await self._get(account_key(user_id))).get("terms", {}))

    async def put_terms(self, user_id: str, terms: Terms) -> None:
        item = {**account_key(user_id), **to_item({"terms": terms.to_map()})}
        await ask(lambda: self._client.put_item(TableName=self._table, Item=item))

    async def check(self) -> None:
        await self.find_month("nobody", "0000-00")

    async def _list(self, user_id: str, prefix: str) -> list[Mapping[str, Any]]:
        return await ask(lambda: self._query(user_partition(user_id), prefix))

    async def _scan_users(self) -> list[str]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(#pk, :user) AND begins_with(#sk, :month)",
            ProjectionExpression="#pk",
            ExpressionAttributeNames={"#pk": "pk", "#sk": "sk"},
            ExpressionAttributeValues=to_item({":user": USER_PREFIX, ":month": MONTH_PREFIX}),
            ConsistentRead=True,
        )
        return sorted({user_of_item(item) async for page in pages for item in page["Items"]})
