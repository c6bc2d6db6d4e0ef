"""Rate leases in the table `usage`.

A window's item holds `leased`, and for each gateway `n_<id>`, `s_<id>`, `h_<id>`: the number and the size of its last
lease, and what it holds or has used. The names are flat, because a path into a map needs the map to be there first.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from omnigen_quota.domain.leases import LeaseUpdate, WindowState, end_of_window
from omnigen_quota.store.items import fleet_key, window_key
from omnigen_shared.aws.asking import ask, refusing_item
from omnigen_shared.aws.items import from_item, to_item

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

KEPT_S: Final = 3600
"""How long a window that is over stays for whoever wants to look; then DynamoDB's TTL takes it."""
_UPDATE: Final = (
    "SET #leased = if_not_exists(#leased, :zero) + :change, #held = if_not_exists(#held, :zero) + :change, "
    "#number = :number, #size = :size, #expires_at = :expires_at"
)
_CONDITION: Final = (
    "(attribute_not_exists(#leased) OR #leased <= :most_leased) "
    "AND (attribute_not_exists(#number) OR #number < :number)"
)
_SEEN: Final = "seen_"


class DynamoRateTable:
    """Implements ports.RateTable."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    async def lease(self, user_id: str, window: int, update: LeaseUpdate) -> WindowState:
        gateway_id, arguments = update.order.gateway_id, _lease_arguments(update, window)
        try:
            reply = await ask(
                lambda: self._client.update_item(
                    TableName=self._table, Key=window_key(user_id, window), ReturnValues="ALL_NEW", **arguments
                )
            )
        except ClientError as error:
            return _state_of(refusing_item(error), gateway_id)
        return _state_of(reply["Attributes"], gateway_id)

    async def note_gateway(self, gateway_id: str, now_s: int, gone: Sequence[str]) -> dict[str, int]:
        names = {"#seen": _SEEN + gateway_id, **{f"#gone{n}": _SEEN + name for n, name in enumerate(gone)}}
        removal = f" REMOVE {', '.join(name for name in names if name != '#seen')}" if gone else ""
        reply = await ask(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=fleet_key(),
                UpdateExpression="SET #seen = :now" + removal,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=to_item({":now": now_s}),
                ReturnValues="ALL_NEW",
            )
        )
        sightings = from_item(reply["Attributes"])
        return {name.removeprefix(_SEEN): seen_s for name, seen_s in sightings.items() if name.startswith(_SEEN)}


def _lease_arguments(update: LeaseUpdate, window: int) -> dict[str, Any]:
    order = update.order
    values = {
        ":zero": 0,
        ":change": update.change,
        ":number": order.number,
        ":size": update.size,
        ":most_leased": update.most_leased,
        ":expires_at": end_of_window(window) + KEPT_S,
    }
    condition = _CONDITION
    if order.give_back:
        condition += " AND #held >= :give_back"
        values[":give_back"] = order.give_back
    names = {"#leased": "leased", "#expires_at": "expires_at"}
    names |= {f"#{long}": f"{long[0]}_{order.gateway_id}" for long in ("number", "size", "held")}
    return {
        "UpdateExpression": _UPDATE,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": to_item(values),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _state_of(item: Mapping[str, Any], gateway_id: str) -> WindowState:
    values = from_item(item)
    number, size, held = (values.get(f"{letter}_{gateway_id}", 0) for letter in "nsh")
    return WindowState(values.get("leased", 0), number, size, held)
