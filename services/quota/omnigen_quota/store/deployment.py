"""What of the table `usage` is about all users together, and the calls that every part of the table is made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from omnigen_quota.domain.lending import DeploymentRules
from omnigen_quota.domain.loans import DeploymentMonth
from omnigen_quota.domain.updates import Put, Remove, Update
from omnigen_quota.store.expressions import render_update
from omnigen_quota.store.items import (
    USER_PREFIX,
    deployment_key,
    roster_key,
    roster_partition,
    rules_key,
    turn_key,
    user_of_roster,
)
from omnigen_shared.aws.asking import ask, refusing_item
from omnigen_shared.aws.items import from_item, to_item
from omnigen_shared.clock import to_rfc3339

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient


class DynamoDeploymentTable:
    """Implements ports.DeploymentTable."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    async def find_rules(self) -> DeploymentRules:
        return DeploymentRules.from_map(await self._get(rules_key()))

    async def pause(self, paused: bool) -> None:
        await self._update(rules_key(), Update((), (Put(("paused",), paused),)))

    async def set_caps(self, spend_per_day: int | None, spend_per_month: int | None) -> None:
        caps = {"spend_per_day": spend_per_day, "spend_per_month": spend_per_month}
        actions = (Remove((name,)) if cap is None else Put((name,), cap) for name, cap in caps.items())
        await self._update(rules_key(), Update((), tuple(actions)))

    async def find_deployment(self, month: str) -> DeploymentMonth | None:
        item = await self._get(deployment_key(month))
        return DeploymentMonth.from_item(item) if item else None

    async def apply_deployment(self, month: str, update: Update) -> DeploymentMonth | None:
        item = await self._update(deployment_key(month), update)
        return DeploymentMonth.from_item(from_item(item)) if item else None

    async def enrol(self, user_id: str, month: str) -> None:
        await ask(lambda: self._client.put_item(TableName=self._table, Item=roster_key(user_id, month)))

    async def list_enrolled(self, month: str) -> list[str]:
        return [user_of_roster(item) for item in await ask(lambda: self._query(roster_partition(month), USER_PREFIX))]

    async def take_turn(self, now: datetime, until: datetime) -> bool:
        taken = {**turn_key(), **to_item({"until": to_rfc3339(until)})}
        try:
            await ask(
                lambda: self._client.put_item(
                    TableName=self._table,
                    Item=taken,
                    ConditionExpression="attribute_not_exists(#until) OR #until <= :now",
                    ExpressionAttributeNames={"#until": "until"},
                    ExpressionAttributeValues=to_item({":now": to_rfc3339(now)}),
                )
            )
        except ClientError as error:
            refusing_item(error)
            return False
        return True

    async def _get(self, key: dict[str, Any]) -> dict[str, Any]:
        """An item as plain values; empty when there is none."""
        reply = await ask(lambda: self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True))
        return from_item(reply.get("Item") or {})

    async def _update(self, key: dict[str, Any], update: Update) -> Mapping[str, Any]:
        """The item after the update, or as it stands when a condition does not hold; empty when there is none."""
        expressions = render_update(update)
        try:
            reply = await ask(
                lambda: self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **expressions,
                )
            )
        except ClientError as error:
            return refusing_item(error)
        return reply["Attributes"]

    async def _query(self, partition: str, prefix: str) -> list[Mapping[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#pk = :pk AND begins_with(#sk, :prefix)",
            ExpressionAttributeNames={"#pk": "pk", "#sk": "sk"},
            ExpressionAttributeValues=to_item({":pk": partition, ":prefix": prefix}),
            ConsistentRead=True,
        )
        return [item async for page in pages for item in page["Items"]]
