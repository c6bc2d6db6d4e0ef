"""What quota needs from the outside."""

from collections.abc import Sequence
from typing import Protocol

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.updates import Update


class UsageTable(Protocol):
    """The table `usage`: one item per user and month, and the ledger's rows.

    Every method raises DependencyUnavailableError when the table does not answer or is too busy; whether a write then
    happened is unknown, and asking again finds out.
    """

    async def find_month(self, user_id: str, month: str) -> MonthState | None:
        """The month as it stands now (strongly consistent); None before the first reservation."""
        ...

    async def apply(self, user_id: str, month: str, update: Update) -> MonthState | None:
        """Make the update if its conditions hold. Either way: the month after this one atomic step."""
        ...

    async def record(self, user_id: str, row: LedgerRow) -> LedgerRow:
        """Append the row unless one stands in its place. What stands there now comes back."""
        ...

    async def list_rows(self, user_id: str, job_id: str) -> Sequence[LedgerRow]:
        """All rows of one job, of whatever month (strongly consistent)."""
        ...

    async def check(self) -> None:
        """Returns when the table answers a read."""
        ...
