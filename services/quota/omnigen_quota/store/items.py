"""What stands in the table `usage`: its keys, each built here only, and its items as values of the domain.

`USER#<id>` / `MONTH#<YYYY-MM>`  a month's counters and map of reservations
`USER#<id>` / `LEDGER#<job>#<slot>`  a row of the ledger
`USER#<id>` / `ACCOUNT`  what an operator has agreed with the user
`ROSTER#<YYYY-MM>` / `USER#<id>`  that the user has an item of that month
`DEPLOYMENT` / `RULES`  whether spending is paused, and the caps of all users together
`DEPLOYMENT` / `MONTH#<YYYY-MM>`  what of these caps is lent to users' months, and transfers that are under way
`DEPLOYMENT` / `SWEEP`  until when whose turn to sweep lasts
`USER#<id>` / `RATE#<minute>`  what of a window's requests is leased, and the last lease of each gateway
`DEPLOYMENT` / `GATEWAYS`  when each gateway was seen last
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import LedgerRow, RowKind
from omnigen_shared.aws.items import from_item, to_item

USER_PREFIX: Final = "USER#"
MONTH_PREFIX: Final = "MONTH#"
LEDGER_PREFIX: Final = "LEDGER#"
LEDGER_END: Final = "LEDGER$"
"""Behind every key that begins with LEDGER#, as $ comes after #."""
_ROW_FIELDS = tuple(field.name for field in fields(LedgerRow))


def user_partition(user_id: str) -> str:
    """The partition of all that is one user's."""
    return f"{USER_PREFIX}{user_id}"


def month_key(user_id: str, month: str) -> dict[str, Any]:
    """The key of a user's month, in DynamoDB's typed form."""
    return to_item({"pk": user_partition(user_id), "sk": f"{MONTH_PREFIX}{month}"})


def account_key(user_id: str) -> dict[str, Any]:
    """The key of what an operator has agreed with a user."""
    return to_item({"pk": user_partition(user_id), "sk": "ACCOUNT"})


def rules_key() -> dict[str, Any]:
    """The key of what an operator has set for everybody."""
    return to_item({"pk": "DEPLOYMENT", "sk": "RULES"})


def turn_key() -> dict[str, Any]:
    """The key of whose turn it is to sweep."""
    return to_item({"pk": "DEPLOYMENT", "sk": "SWEEP"})


def deployment_key(month: str) -> dict[str, Any]:
    """The key of what is lent to all users in a month."""
    return to_item({"pk": "DEPLOYMENT", "sk": f"{MONTH_PREFIX}{month}"})


def roster_partition(month: str) -> str:
    """The partition of a month's list of users."""
    return f"ROSTER#{month}"


def roster_key(user_id: str, month: str) -> dict[str, Any]:
    """The key of a user on a month's list."""
    return to_item({"pk": roster_partition(month), "sk": user_partition(user_id)})


def window_key(user_id: str, window: int) -> dict[str, Any]:
    """The key of what gateways have leased of a user's requests in one window."""
    return to_item({"pk": user_partition(user_id), "sk": f"RATE#{window}"})


def fleet_key() -> dict[str, Any]:
    """The key of the sightings of gateways."""
    return to_item({"pk": "DEPLOYMENT", "sk": "GATEWAYS"})


def month_from_item(item: Mapping[str, Any] | None) -> MonthState | None:
    """The month that an item of DynamoDB's typed form holds; None for no item."""
    return MonthState.from_item(from_item(item)) if item else None


def month_of_item(item: Mapping[str, Any]) -> str:
    """Which month (YYYY-MM) an item of DynamoDB's typed form is."""
    return str(item["sk"]["S"]).removeprefix(MONTH_PREFIX)


def user_of_roster(item: Mapping[str, Any]) -> str:
    """Who is on a month's list."""
    return str(item["sk"]["S"]).removeprefix(USER_PREFIX)


def user_of_item(item: Mapping[str, Any]) -> str:
    """Whose item it is."""
    return str(item["pk"]["S"]).removeprefix(USER_PREFIX)


def row_prefix(job_id: str) -> str:
    """What the sort keys of a job's rows begin with. No id contains a #, so no job's prefix begins another's."""
    return f"{LEDGER_PREFIX}{job_id}#"


def row_to_item(user_id: str, row: LedgerRow, recorded_at: str) -> dict[str, Any]:
    """The item of a row, key included."""
    key = {"pk": user_partition(user_id), "sk": f"{row_prefix(row.job_id)}{row.slot}"}
    return to_item({**key, **asdict(row), "recorded_at": recorded_at})


def row_from_item(item: Mapping[str, Any]) -> LedgerRow:
    """The inverse of row_to_item, for the row's own fields."""
    values = from_item(item)
    return LedgerRow(
        **{name: values[name] for name in _ROW_FIELDS if name in values} | {"kind": RowKind(values["kind"])}
    )
