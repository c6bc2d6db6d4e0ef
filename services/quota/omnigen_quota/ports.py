"""What quota needs from the outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.leases import LeaseUpdate, WindowState
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.lending import DeploymentRules
from omnigen_quota.domain.loans import DeploymentMonth
from omnigen_quota.domain.terms import Terms
from omnigen_quota.domain.updates import Update


class DeploymentTable(Protocol):
    """What of the table `usage` is about all users together. Errors as those of UsageTable."""

    async def find_rules(self) -> DeploymentRules:
        """What an operator has set (strongly consistent)."""
        ...

    async def pause(self, paused: bool) -> None:
        """Turn the switch; caps stay."""
        ...

    async def set_caps(self, spend_per_day: int | None, spend_per_month: int | None) -> None:
        """Caps in micro-dollars, None for none; the switch stays."""
        ...

    async def find_deployment(self, month: str) -> DeploymentMonth | None:
        """What is lent in a month (strongly consistent); None before the first loan."""
        ...

    async def apply_deployment(self, month: str, update: Update) -> DeploymentMonth | None:
        """Make the update if its conditions hold. Either way: the item after this one atomic step."""
        ...

    async def enrol(self, user_id: str, month: str) -> None:
        """Put the user on the month's list, before the month's item is begun."""
        ...

    async def list_enrolled(self, month: str) -> Sequence[str]:
        """Every user who has an item of that month (strongly consistent)."""
        ...

    async def take_turn(self, now: datetime, until: datetime) -> bool:
        """Whether the caller is the one who sweeps until then: a conditional write that one process wins."""
        ...


class UsageTable(DeploymentTable, Protocol):
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

    async def list_all_rows(self, user_id: str) -> Sequence[LedgerRow]:
        """All rows of one user (strongly consistent)."""
        ...

    async def page_rows(self, user_id: str, after: str, limit: int) -> Sequence[LedgerRow]:
        """Rows by job and slot, from behind the place <job>#<slot>; fewer than `limit` only at the end.

        An empty `after` is the beginning.
        """
        ...

    async def list_months(self, user_id: str) -> Mapping[str, MonthState]:
        """Every month of a user that has begun, oldest first (strongly consistent)."""
        ...

    async def list_users(self) -> Sequence[str]:
        """Everybody who has an item, by a scan of the whole table: for an operator, not for a request."""
        ...

    async def find_terms(self, user_id: str) -> Terms:
        """What an operator has agreed with the user; empty terms when nothing is."""
        ...

    async def put_terms(self, user_id: str, terms: Terms) -> None:
        """Store what an operator has agreed with the user."""
        ...

    async def check(self) -> None:
        """Returns when the table answers a read."""
        ...


class RateTable(Protocol):
    """What of the table `usage` is about rate leases. Errors as those of UsageTable."""

    async def lease(self, user_id: str, window: int, update: LeaseUpdate) -> WindowState:
        """Make the update if its conditions hold. Either way: the window after this one atomic step.

        It is as the gateway that asked sees it; WindowState() when nothing was ever leased.
        """
        ...

    async def note_gateway(self, gateway_id: str, now_s: int, gone: Sequence[str]) -> Mapping[str, int]:
        """Write down that a gateway was seen, forget those that are gone. When each was seen, in s since 1970."""
        ...
