"""The table `usage` in memory: as strict as DynamoDB about paths, and it fails or races where a test says so."""

import copy
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.terms import Terms
from omnigen_quota.domain.updates import Action, Add, AtLeast, AtMost, Condition, Equals, Missing, Path, Remove, Update
from omnigen_shared.errors import DependencyUnavailableError


@dataclass
class FakeUsageTable:
    """Implements ports.UsageTable. `calls` counts what the real one would be billed for."""

    months: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, str, str], LedgerRow] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    terms: dict[str, Terms] = field(default_factory=dict)
    paused: bool = False
    unwritable_rows: int = 0
    """So many rows are refused from now on: the process might as well have died before them."""
    lost_replies: int = 0
    """So many updates happen from now on and are answered by nothing."""
    rival: Callable[[], Awaitable[object]] | None = None
    """Runs once, right before the next update: somebody else was faster."""

    async def find_month(self, user_id: str, month: str) -> MonthState | None:
        self.calls.append("find_month")
        return self._state(user_id, month)

    async def apply(self, user_id: str, month: str, update: Update) -> MonthState | None:
        self.calls.append("apply")
        self.updates.append(update)
        if (rival := self.rival) is not None:
            self.rival = None
            await rival()
        item = self.months.get((user_id, month), {})
        if all(_holds(condition, item) for condition in update.conditions):
            self.months[(user_id, month)] = _change(item, update)
            if self.lost_replies:
                self.lost_replies -= 1
                raise DependencyUnavailableError("The reply was lost.")
        return self._state(user_id, month)

    async def record(self, user_id: str, row: LedgerRow) -> LedgerRow:
        self.calls.append("record")
        if self.unwritable_rows:
            self.unwritable_rows -= 1
            raise DependencyUnavailableError("The row was not written.")
        return self.rows.setdefault((user_id, row.job_id, row.slot), row)

    async def list_rows(self, user_id: str, job_id: str) -> list[LedgerRow]:
        self.calls.append("list_rows")
        return [row for (user, job, _), row in self.rows.items() if (user, job) == (user_id, job_id)]

    async def list_all_rows(self, user_id: str) -> list[LedgerRow]:
        return [row for (user, _, _), row in self.rows.items() if user == user_id]

    async def list_months(self, user_id: str) -> dict[str, MonthState]:
        return {month: self._require(user, month) for user, month in sorted(self.months) if user == user_id}

    async def list_users(self) -> list[str]:
        return sorted({user for user, _ in self.months})

    async def find_terms(self, user_id: str) -> Terms:
        self.calls.append("find_terms")
        return self.terms.get(user_id, Terms())

    async def put_terms(self, user_id: str, terms: Terms) -> None:
        self.terms[user_id] = terms

    async def is_paused(self) -> bool:
        self.calls.append("is_paused")
        return self.paused

    async def pause(self, paused: bool) -> None:
        self.paused = paused

    def _require(self, user_id: str, month: str) -> MonthState:
        return MonthState.from_item(copy.deepcopy(self.months[(user_id, month)]))

    async def check(self) -> None:
        return None

    def _state(self, user_id: str, month: str) -> MonthState | None:
        item = self.months.get((user_id, month))
        return None if item is None else MonthState.from_item(copy.deepcopy(item))


def _find(item: Mapping[str, Any], path: Path) -> Any:
    value: Any = item
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _holds(condition: Condition, item: Mapping[str, Any]) -> bool:
    found = _find(item, condition.path)
    match condition:
        case Missing():
            return found is None
        case Equals(value=value):
            return bool(found == value)
        case AtMost(bound=bound):
            return isinstance(found, int) and found <= bound
        case AtLeast(bound=bound):
            return isinstance(found, int) and found >= bound


def _change(item: Mapping[str, Any], update: Update) -> dict[str, Any]:
    _refuse_overlaps([action.path for action in update.actions])
    changed = copy.deepcopy(dict(item))
    for action in update.actions:
        *way, last = action.path
        parent = _find(changed, tuple(way))
        if not isinstance(parent, dict):
            raise TypeError(f"The document path {action.path} is invalid for update.")
        _act(parent, last, action)
    return changed


def _act(parent: dict[str, Any], name: str, action: Action) -> None:
    match action:
        case Remove():
            parent.pop(name, None)
        case Add(amount=amount):
            parent[name] += amount
        case _:
            parent[name] = copy.deepcopy(action.value)


def _refuse_overlaps(paths: list[Path]) -> None:
    for n, path in enumerate(paths):
        for other in paths[n + 1 :]:
            shorter = min(len(path), len(other))
            if path[:shorter] == other[:shorter]:
                raise ValueError(f"Two document paths overlap: {path} and {other}.")
