"""Rows for the ledger after each update, and a month's item that stays small."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final

import structlog

from omnigen_quota.domain.bookings import Booking, MonthState
from omnigen_quota.domain.ledger import LedgerRow, find_reserved, list_rows
from omnigen_quota.domain.reserving import plan_withdrawal
from omnigen_quota.domain.tidying import plan_tidying
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.rounds import Outcome, Place
from omnigen_shared.clock import Clock, to_rfc3339

TIDYING_ROUNDS: Final = 3
LEFTOVERS_AT_ONCE: Final = 4
LEFT_AFTER: Final = timedelta(minutes=1)
"""Whoever made an update has seen to its rows by then, or has crashed."""
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

    async def complete(self, place: Place, state: MonthState, booking: Booking) -> int | None:
        """All rows that a booking must have; how many were missing.

        None: the ledger knows an earlier booking of the job, so this one was a straggler's and is withdrawn.
        """
        stored = await self._table.list_rows(place.user_id, place.job_id)
        first = find_reserved(stored)
        if first is not None and (first.month, first.reserved_at) != (place.month, booking.reserved_at):
            await self.withdraw(place, state, booking)
            return None
        recorded = {row.slot for row in stored}
        missing = [row for row in list_rows(place.job_id, place.month, booking) if row.slot not in recorded]
        for row in missing:
            await self._table.record(place.user_id, row)
        return len(missing)

    async def withdraw(self, place: Place, state: MonthState, booking: Booking) -> None:
        """Take a straggler's booking back. One that money hangs on stays, and the audit names it."""
        update = plan_withdrawal(place.job_id, booking, state.loan)
        if update is None:
            _log.error("late_reservation_in_use", job_id=place.job_id, month=place.month)
            return
        _log.warning("late_reservation_withdrawn", job_id=place.job_id, month=place.month)
        await self._table.apply(place.user_id, place.month, update)

    async def tidy(self, user_id: str, month: str, state: MonthState | None, recorded: Collection[str]) -> None:
        """Fold jobs, drop old tombstones. What does not succeed is left to the next one.

        `recorded` jobs were final when their rows were completed: what is not final yet may still get a row.
        """
        for _ in range(TIDYING_ROUNDS):
            update = None if state is None else plan_tidying(state, recorded, self._clock.now())
            if update is None:
                return
            state = await self._table.apply(user_id, month, update)
        _log.info("month_left_untidy", month=month)

    async def _close_books(self, place: Place, state: MonthState) -> None:
        """This job's, and those of a few more that some crash left behind."""
        leftovers = state.list_final(to_rfc3339(self._clock.now() - LEFT_AFTER))
        jobs = dict.fromkeys((place.job_id, *leftovers[:LEFTOVERS_AT_ONCE]))
        recorded = await self._complete_all(place, state, jobs)
        await self.tidy(place.user_id, place.month, state, recorded)

    async def _complete_all(self, place: Place, state: MonthState, jobs: Iterable[str]) -> list[str]:
        """Of these jobs those that nothing can change any more, and whose rows all stand now."""
        recorded = []
        for job_id in jobs:
            booking = state.find_booking(job_id)
            if booking is None:
                continue
            rows = await self.complete(Place(place.user_id, place.month, job_id), state, booking)
            if rows is not None and booking.is_final:
                recorded.append(job_id)
        return recorded
