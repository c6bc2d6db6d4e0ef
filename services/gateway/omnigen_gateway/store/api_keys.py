"""API keys in the table `identity`."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from omnigen_gateway.domain.api_keys import MAX_KEYS, ApiKey
from omnigen_gateway.store.items import api_key_key, roster_key
from omnigen_shared.aws.asking import ask, refusing_item
from omnigen_shared.aws.clients import error_code, is_condition_failed
from omnigen_shared.aws.items import from_item, to_item, to_value
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import DependencyUnavailableError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient


class DynamoKeyTable:
    """Implements ports.KeyTable. A key and its place among its user's are written and deleted together."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    async def add(self, key: ApiKey) -> bool:
        enrolled: Any = {
            "TableName": self._table,
            "Key": roster_key(key.user_id),
            "UpdateExpression": "ADD #ids :id",
            "ConditionExpression": "attribute_not_exists(#ids) OR size(#ids) < :most OR contains(#ids, :one)",
            "ExpressionAttributeNames": {"#ids": "key_ids"},
            "ExpressionAttributeValues": to_item({":id": {key.key_id}, ":one": key.key_id, ":most": MAX_KEYS}),
        }
        put: Any = {"TableName": self._table, "Item": {**api_key_key(key.key_id), **to_item(_write(key))}}
        return await self._together({"Update": enrolled}, {"Put": put})

    async def find(self, key_id: str) -> ApiKey | None:
        key = api_key_key(key_id)
        reply = await ask(lambda: self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True))
        return _read(from_item(reply["Item"])) if "Item" in reply else None

    async def list_of(self, user_id: UserId) -> list[ApiKey]:
        key = roster_key(user_id)
        reply = await ask(lambda: self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True))
        key_ids = sorted(from_item(reply.get("Item") or {}).get("key_ids", ()))
        found = await asyncio.gather(*map(self.find, key_ids))
        return [key for key in found if key is not None]

    async def remove(self, user_id: UserId, key_id: str) -> bool:
        deleted: Any = {
            "TableName": self._table,
            "Key": api_key_key(key_id),
            "ConditionExpression": "#user = :user",
            "ExpressionAttributeNames": {"#user": "user_id"},
            "ExpressionAttributeValues": to_item({":user": user_id}),
        }
        struck: Any = {
            "TableName": self._table,
            "Key": roster_key(user_id),
            "UpdateExpression": "DELETE #ids :id",
            "ExpressionAttributeNames": {"#ids": "key_ids"},
            "ExpressionAttributeValues": to_item({":id": {key_id}}),
        }
        return await self._together({"Delete": deleted}, {"Update": struck})

    async def note_use(self, key_id: str, at: int) -> None:
        try:
            await ask(
                lambda: self._client.update_item(
                    TableName=self._table,
                    Key=api_key_key(key_id),
                    UpdateExpression="SET #used = :at",
                    ConditionExpression="attribute_exists(#user)",
                    ExpressionAttributeNames={"#used": "last_used_at", "#user": "user_id"},
                    ExpressionAttributeValues={":at": to_value(at)},
                )
            )
        except ClientError as error:
            refusing_item(error)

    async def _together(self, *writes: Any) -> bool:
        """Whether the conditions held."""
        try:
            await ask(lambda: self._client.transact_write_items(TransactItems=writes))
        except ClientError as error:
            if is_condition_failed(error):
                return False
            if error_code(error) == "TransactionCanceledException":
                raise DependencyUnavailableError("The table is busy with the same keys.") from error
            raise
        return True


def _write(key: ApiKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "user_id": key.user_id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "secret_hash": key.secret_hash,
        "created_at": key.created_at,
        # Not the name that the table's time to live goes by: a key's place among its user's would stay.
        "ends_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }


def _read(item: Mapping[str, Any]) -> ApiKey:
    return ApiKey(
        user_id=UserId(item["user_id"]),
        scopes=frozenset(item["scopes"]),
        expires_at=item["ends_at"],
        **{name: item[name] for name in ("key_id", "name", "secret_hash", "created_at", "last_used_at")},
    )
