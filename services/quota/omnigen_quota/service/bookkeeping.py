"""Rows for the ledger after each update, and a month's item that stays small."""

from datetime import timedelta
from typing import Final

import structlog

from omnigen_quota.domain.bookings import Booking, MonthState
from omnigen_quota.domain.ledger import LedgerRow, list_rows
from omnigen_quota.domain.tidying import plan_tidying
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.rounds import Outcome, Place
from omnigen_shared.clock import Clock, to_rfc3339

TIDYING_ROUNDS: Final = 3
LEFTOVERS_AT_ONCE: Final = 4
LEFT_AFTER: Final = timedelta(minutes=1)
"""Whoever closed a job has seen to its rows by then, or has crashed."""
_log = structlog.get_logger()


class Bookkeeper:
    """Writes what an outcome implies. Everything may be repeated; what stands already stays."""

    def __init__(self, table: UsageTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def keep(self, place: Place, outcome: Outcome, slot: str) -> LedgerRow | None:
        """See to the row in `slot`; once the job is closed, to all its rows. What stands in the slot comes back."""
        if outcome.state is None:
            return None
        if outcome.booking.is_open:
            rows = list_rows(place.job_id, place.month, outcome.booking)
            return await self._table.record(place.user_id, next(row for row in rows if row.slot == slot))
        await self._close_books(place, outcome.state)
        return None

    async def _close_books(self, place: Place, state: MonthState) -> None:
        """All rows of this job, and of a few more that some crash left behind; then their entries may shrink."""
        leftovers = state.list_final(to_rfc3339(self._clock.now() - LEFT_AFTER))
        jobs = dict.fromkeys((place.job_id, *leftovers[:LEFTOVERS_AT_ONCE]))
        for job_id in jobs:
            booking = state.find_booking(job_id)
            if booking is not None:
                await self._complete_rows(Place(place.user_id, place.month, job_id), booking)
        after: MonthState | None = state
        for _ in range(TIDYING_ROUNDS):
            update = None if after is None else plan_tidying(after, jobs, self._clock.now())
            if update is None:
                return
            after = await self._table.apply(place.user_id, place.month, update)
        _log.info("month_left_untidy", month=place.month)

    async def _complete_rows(self, place: Place, booking: Booking) -> None:
        recorded = {row.slot for row in await self._table.list_rows(place.user_id, place.job_id)}
        for row in list_rows(place.job_id, place.month, booking):
            if row.slot not in recorded:
                await self._table.record(place.user_id, row)
