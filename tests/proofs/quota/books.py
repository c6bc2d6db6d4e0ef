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
from omnigen_quota.service.sweeping import ABANDONED, Sweeper
from omnigen_shared.clock import SystemClock

LATER: Final = timedelta(minutes=15)
TOMORROW: Final = ABANDONED + timedelta(hours=1)
"""Whatever has not ended by then never will."""


@dataclass(frozen=True, slots=True)
class LaterClock:
    """For the sweep and the patrol, so early that everything of now was left behind long ago."""

    later: timedelta = LATER

    def now(self) -> datetime:
        return SystemClock().now() + self.later


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


async def sweep(table: UsageTable, user_id: str, later: timedelta = LATER) -> None:
    """As an operator's command does it."""
    await Sweeper(table, LaterClock(later)).sweep(user_id)


async def find_present(table: UsageTable, user_id: str) -> MonthState:
    """A user's present month as it stands; zeros before anything is counted."""
    return await table.find_month(user_id, month_of(SystemClock().now())) or MonthState()


async def read_books(table: UsageTable, user_id: str) -> Books:
    audit = await Auditor(table).audit(user_id)
    return Books(await find_present(table, user_id), audit.findings, audit.owed)
