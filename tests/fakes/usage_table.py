"""The table `usage` in memory: as strict as DynamoDB about paths, and it fails or races where a test says so."""

import copy
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.deployment_table import FakeDeploymentTable, change, holds

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.terms import Terms
from omnigen_quota.domain.updates import Update
from omnigen_shared.errors import DependencyUnavailableError


@dataclass
class FakeUsageTable(FakeDeploymentTable):
    """Implements ports.UsageTable."""

    months: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, str, str], LedgerRow] = field(default_factory=dict)
    terms: dict[str, Terms] = field(default_factory=dict)
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
        if self.do(lambda: self._change_month(user_id, month, update)) and self.lost_replies:
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

    async def page_rows(self, user_id: str, after: str, limit: int) -> list[LedgerRow]:
        rows = sorted(await self.list_all_rows(user_id), key=lambda row: row.place)
        return [row for row in rows if row.place > after][:limit]

    async def list_months(self, user_id: str) -> dict[str, MonthState]:
        return {month: self._require(user, month) for user, month in sorted(self.months) if user == user_id}

    async def list_users(self) -> list[str]:
        return sorted({user for user, _ in self.months})

    async def find_terms(self, user_id: str) -> Terms:
        self.calls.append("find_terms")
        return self.terms.get(user_id, Terms())

    async def put_terms(self, user_id: str, terms: Terms) -> None:
        self.terms[user_id] = terms

    def _change_month(self, user_id: str, month: str, update: Update) -> bool:
        item = self.months.get((user_id, month), {})
        if not holds(update, item):
            return False
        self.months[(user_id, month)] = change(item, update)
        return True

    def _require(self, user_id: str, month: str) -> MonthState:
        return MonthState.from_item(copy.deepcopy(self.months[(user_id, month)]))

    async def check(self) -> None:
        return None

    def _state(self, user_id: str, month: str) -> MonthState | None:
        item = self.months.get((user_id, month))
        return None if item is None else MonthState.from_item(copy.deepcopy(item))
