"""What stands in the table `identity`: its keys, each built here only.

`SESSION#<digest>` / `SESSION`  a session; its tokens and e-mail address are sealed
`ONCE#<name>` / `ONCE`  that a sign-in was used
`USER#<id>` / `CUTOFF`  when the user last signed out everywhere
`USER#<id>` / `KEYS`  the ids of the user's API keys
`KEY#<id>` / `KEY`  an API key: the hash of its secret, and what it may do
"""

from typing import Any

from omnigen_shared.aws.items import to_item
from omnigen_shared.contracts.base import UserId


def session_key(digest: str) -> dict[str, Any]:
    return _key(f"SESSION#{digest}", "SESSION")


def once_key(name: str) -> dict[str, Any]:
    return _key(f"ONCE#{name}", "ONCE")


def cutoff_key(user_id: UserId) -> dict[str, Any]:
    return _key(f"USER#{user_id}", "CUTOFF")


def roster_key(user_id: UserId) -> dict[str, Any]:
    return _key(f"USER#{user_id}", "KEYS")


def api_key_key(key_id: str) -> dict[str, Any]:
    return _key(f"KEY#{key_id}", "KEY")


def _key(pk: str, sk: str) -> dict[str, Any]:
    return to_item({"pk": pk, "sk": sk})
