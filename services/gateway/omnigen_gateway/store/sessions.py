"""Sessions in the table `identity`."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog
from botocore.exceptions import ClientError

from omnigen_gateway.domain.sessions import LIVES_S, Session
from omnigen_gateway.ports import Renewal, Sealer
from omnigen_gateway.store.items import cutoff_key, once_key, session_key
from omnigen_shared.aws.asking import ask, refusing_item
from omnigen_shared.aws.items import from_item, to_item
from omnigen_shared.contracts.base import UserId

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

_log = structlog.get_logger()


class DynamoSessionTable:
    """Implements ports.SessionTable."""

    def __init__(self, client: "DynamoDBClient", table_name: str, sealer: Sealer) -> None:
        self._client = client
        self._table = table_name
        self._sealer = sealer

    async def check(self) -> None:
        await self._get(session_key("none"))

    async def put(self, digest: str, session: Session) -> None:
        item = {**session_key(digest), **to_item(self._write(digest, session))}
        await ask(lambda: self._client.put_item(TableName=self._table, Item=item))

    async def find(self, digest: str) -> Session | None:
        item = await self._get(session_key(digest))
        return self._read(digest, item) if item else None

    async def remove(self, digest: str) -> None:
        await ask(lambda: self._client.delete_item(TableName=self._table, Key=session_key(digest)))

    async def remove_leased(self, digest: str, owner: str) -> None:
        try:
            await ask(
                lambda: self._client.delete_item(
                    TableName=self._table,
                    Key=session_key(digest),
                    ConditionExpression="#owner = :owner",
                    ExpressionAttributeNames={"#owner": "renewer"},
                    ExpressionAttributeValues=to_item({":owner": owner}),
                )
            )
        except ClientError as error:
            refusing_item(error)  # somebody else's by now, or gone

    async def lease(self, digest: str, version: int, owner: str, now_s: int, until_s: int) -> bool:
        condition = "#version = :version AND (attribute_not_exists(#until) OR #until <= :now OR #owner = :owner)"
        refused = await self._update(
            session_key(digest),
            "SET #owner = :owner, #until = :until",
            condition,
            {"#version": "version", "#until": "renewing_until", "#owner": "renewer"},
            {":version": version, ":owner": owner, ":now": now_s, ":until": until_s},
        )
        return refused is None

    async def give_up(self, digest: str, owner: str) -> None:
        await self._update(
            session_key(digest),
            "REMOVE #owner, #until",
            "#owner = :owner",
            {"#until": "renewing_until", "#owner": "renewer"},
            {":owner": owner},
        )

    async def renew(self, digest: str, owner: str, session: Session) -> Renewal:
        written = self._write(digest, session)
        refused = await self._update(
            session_key(digest),
            "SET #sealed = :sealed, #fresh = :fresh, #version = :version, #by = :owner REMOVE #owner, #until",
            "#owner = :owner AND #version = :before",
            {
                "#sealed": "sealed",
                "#fresh": "fresh_until",
                "#version": "version",
                "#by": "renewed_by",
                "#owner": "renewer",
                "#until": "renewing_until",
            },
            {
                ":sealed": written["sealed"],
                ":fresh": session.fresh_until,
                ":version": session.version,
                ":before": session.version - 1,
                ":owner": owner,
            },
        )
        # The second call after a lost reply finds what the first one has done.
        if refused is None or refused.get("renewed_by") == owner:
            return Renewal.KEPT
        return Renewal.OVERTAKEN if refused else Renewal.GONE

    async def use_once(self, name: str, user: str, expires_at: int) -> bool:
        item = {**once_key(name), **to_item({"used_by": user, "expires_at": expires_at})}
        try:
            await ask(
                lambda: self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(#user) OR #user = :user",
                    ExpressionAttributeNames={"#user": "used_by"},
                    ExpressionAttributeValues=to_item({":user": user}),
                )
            )
        except ClientError as error:
            refusing_item(error)
            return False
        return True

    async def find_cutoff(self, user_id: UserId) -> int:
        return int((await self._get(cutoff_key(user_id))).get("at", 0))

    async def put_cutoff(self, user_id: UserId, at: int) -> None:
        # Nothing that was given before lives for longer.
        item = {**cutoff_key(user_id), **to_item({"at": at, "expires_at": at + LIVES_S})}
        await ask(lambda: self._client.put_item(TableName=self._table, Item=item))

    async def _get(self, key: dict[str, Any]) -> dict[str, Any]:
        """An item as plain values; empty when there is none."""
        reply = await ask(lambda: self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True))
        return from_item(reply.get("Item") or {})

    async def _update(
        self, key: dict[str, Any], update: str, condition: str, names: Mapping[str, str], values: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """None when it was done, else the item that refused it; empty when there is none."""
        try:
            await ask(
                lambda: self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=to_item(values),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            )
        except ClientError as error:
            return from_item(refusing_item(error))
        return None

    def _write(self, digest: str, session: Session) -> dict[str, Any]:
        secret = json.dumps({"refresh_token": session.refresh_token, "email": session.email}).encode()
        return {
            "user_id": session.user_id,
            "sealed": self._sealer.seal(secret, digest),
            "started_at": session.started_at,
            "expires_at": session.expires_at,
            "fresh_until": session.fresh_until,
            "version": session.version,
        }

    def _read(self, digest: str, item: Mapping[str, Any]) -> Session | None:
        """None when it was sealed by a key that is not among ours any more: its user signs in again."""
        secret = self._sealer.open(item["sealed"], digest)
        if secret is None:
            _log.warning("session_not_opened", user_id=item["user_id"])
            return None
        return Session(
            user_id=UserId(item["user_id"]),
            **json.loads(secret),
            **{name: item[name] for name in ("started_at", "expires_at", "fresh_until", "version")},
        )
