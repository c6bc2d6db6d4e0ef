"""What stands in the table `usage`: its keys, each built here only, and its items as values of the domain.

`USER#<id>` / `MONTH#<YYYY-MM>`  a month's counters and map of reservations
`USER#<id>` / `LEDGER#<job>#<slot>`  a row of the ledger
`USER#<id>` / `ACCOUNT`  what an operator has agreed with the user
`DEPLOYMENT` / `SWITCH`  whether spending is paused
`USER#<id>` / `RATE#<minute>`  what of a window's requests is leased, and the last lease of each gateway
`DEPLOYMENT` / `GATEWAYS`  when each gateway was seen last
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import LedgerRow, RowKind
from omnigen_shared.aws.items import from_item, to_item

MONTH_PREFIX: Final = "MONTH#"
LEDGER_PREFIX: Final = "LEDGER#"
_ROW_FIELDS = tuple(field.name for field in fields(LedgerRow))


def month_key(user_id: str, month: str) -> dict[str, Any]:
    """The key of a user's month, in DynamoDB's typed form."""
    return to_item({"pk": f"USER#{user_id}", "sk": f"{MONTH_PREFIX}{month}"})


def account_key(user_id: str) -> dict[str, Any]:
    """The key of what an operator has agreed with a user."""
    return to_item({"pk": f"USER#{user_id}", "sk": "ACCOUNT"})


def switch_key() -> dict[str, Any]:
    """The key of the deployment's pause switch."""
    return to_item({"pk": "DEPLOYMENT", "sk": "SWITCH"})


def window_key(user_id: str, window: int) -> dict[str, Any]:
    """The key of what gateways have leased of a user's requests in one window."""
    return to_item({"pk": f"USER#{user_id}", "sk": f"RATE#{window}"})


def fleet_key() -> dict[str, Any]:
    """The key of the sightings of gateways."""
    return to_item({"pk": "DEPLOYMENT", "sk": "GATEWAYS"})


def month_from_item(item: Mapping[str, Any] | None) -> MonthState | None:
    """The month that an item of DynamoDB's typed form holds; None for no item."""
    return MonthState.from_item(from_item(item)) if item else None


def month_of_item(item: Mapping[str, Any]) -> str:
    """Which month (YYYY-MM) an item of DynamoDB's typed form is."""
    return str(item["sk"]["S"]).removeprefix(MONTH_PREFIX)


def user_of_item(item: Mapping[str, Any]) -> str:
    """Whose item it is."""
    return str(item["pk"]["S"]).removeprefix("USER#")


def row_prefix(job_id: str) -> str:
    """What the sort keys of a job's rows begin with. No id contains a #, so no job's prefix begins another's."""
    return f"{LEDGER_PREFIX}{job_id}#"


def row_to_item(user_id: str, row: LedgerRow, recorded_at: str) -> dict[str, Any]:
    """The item of a row, key included."""
    key = {"pk": f"USER#{user_id}", "sk": f"{row_prefix(row.job_id)}{row.slot}"}
    return to_item({**key, **asdict(row), "recorded_at": recorded_at})


def row_from_item(item: Mapping[str, Any]) -> LedgerRow:
    """The inverse of row_to_item, for the row's own fields."""
    values = from_item(item)
    return LedgerRow(
        **{name: values[name] for name in _ROW_FIELDS if name in values} | {"kind": RowKind(values["kind"])}
    )
