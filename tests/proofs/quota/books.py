"""A user's books after the noise: swept, audited, and read as they stand in the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from omnigen_quota.domain.auditing import Finding
from omnigen_quota.domain.bookings import Booking, MonthState
from omnigen_quota.domain.months import month_of
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.auditing import Auditor
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.sweeping import Sweeper
from omnigen_shared.clock import SystemClock

_PAST_LEAVING: Final = timedelta(minutes=3)


class LaterClock:
    """A few minutes on: for the sweep, everything of now was left behind long ago."""

    def now(self) -> datetime:
        return SystemClock().now() + _PAST_LEAVING


@dataclass(frozen=True, slots=True)
class Books:
    """What stands in the table about one user's present month."""

    state: MonthState
    findings: tuple[Finding, ...]
    owed: int

    @property
    def full(self) -> Mapping[str, Booking]:
        """Jobs that the map still holds in full: open ones, and those with a call that has not ended."""
        return {job_id: entry for job_id, entry in self.state.bookings.items() if isinstance(entry, Booking)}


async def agree(table: UsageTable, user_id: str, **caps: int) -> None:
    """Caps of the proof's own for one user."""
    await Operator(table, SystemClock()).set_caps(user_id, caps)


async def sweep(table: UsageTable, user_id: str) -> None:
    """As an operator's command does it."""
    await Sweeper(table, LaterClock()).sweep(user_id)


async def read_books(table: UsageTable, user_id: str) -> Books:
    audit = await Auditor(table).audit(user_id)
    state = await table.find_month(user_id, month_of(SystemClock().now()))
    return Books(state or MonthState(), audit.findings, audit.owed)
