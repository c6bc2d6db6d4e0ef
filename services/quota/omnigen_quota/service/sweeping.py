"""Finishes what crashes have left in users' months: rows that are owed, stragglers' bookings, old entries."""

from dataclasses import dataclass

from omnigen_quota.domain.bookings import Booking, MonthState
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.bookkeeping import LEFT_AFTER, Bookkeeper
from omnigen_quota.service.rounds import Place
from omnigen_shared.clock import Clock, to_rfc3339


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was done for one user."""

    rows_written: int = 0
    bookings_withdrawn: int = 0

    def __add__(self, other: "Sweep") -> "Sweep":
        return Sweep(self.rows_written + other.rows_written, self.bookings_withdrawn + other.bookings_withdrawn)


class Sweeper:
    """Safe beside any number of others: a row is written once, a withdrawal pins the booking as it was made."""

    def __init__(self, table: UsageTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._books = Bookkeeper(table, clock)

    async def sweep(self, user_id: str) -> Sweep:
        """All months of a user. Of two bookings of one job without a row the earlier month's is taken for the first."""
        total = Sweep()
        for month, state in (await self._table.list_months(user_id)).items():
            total += await self._sweep_month(user_id, month, state)
        return total

    async def _sweep_month(self, user_id: str, month: str, state: MonthState) -> Sweep:
        total, recorded = Sweep(), []
        for job_id in self._list_left(state):
            fresh = await self._table.find_month(user_id, month)
            booking = None if fresh is None else fresh.find_booking(job_id)
            if fresh is None or booking is None:
                continue
            rows = await self._books.complete(Place(user_id, month, job_id), fresh, booking)
            total += Sweep(bookings_withdrawn=1) if rows is None else Sweep(rows_written=rows)
            if rows is not None and booking.is_final:
                recorded.append(job_id)
        await self._books.tidy(user_id, month, await self._table.find_month(user_id, month), recorded)
        return total

    def _list_left(self, state: MonthState) -> list[str]:
        before = to_rfc3339(self._clock.now() - LEFT_AFTER)
        full = ((job_id, entry) for job_id, entry in state.bookings.items() if isinstance(entry, Booking))
        return [job_id for job_id, booking in full if (booking.closed_at or booking.reserved_at) < before]
