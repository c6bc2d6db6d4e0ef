"""Finishes what crashes have left in users' months: rows that are owed, stragglers' bookings, old entries."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from omnigen_quota.domain.bookings import Booking, BookingMark, MonthState
from omnigen_quota.domain.closing import decide_close
from omnigen_quota.domain.ledger import CLOSED_SLOT
from omnigen_quota.domain.problems import ReservationClosedError
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.bookkeeping import LEFT_AFTER, Bookkeeper
from omnigen_quota.service.rounds import Place, run_rounds
from omnigen_shared.clock import Clock, to_rfc3339
from omnigen_shared.errors import NotFoundError

ABANDONED: Final = timedelta(hours=25)
"""No job lives that long. Its place was taken by a call that nobody waited for any more, or its end was never told."""
REMEMBERED: Final = 10_000
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was done for one user."""

    rows_written: int = 0
    bookings_withdrawn: int = 0
    bookings_released: int = 0

    def __add__(self, other: "Sweep") -> "Sweep":
        return Sweep(
            self.rows_written + other.rows_written,
            self.bookings_withdrawn + other.bookings_withdrawn,
            self.bookings_released + other.bookings_released,
        )


class Sweeper:
    """Safe beside any number of others: a row is written once, a withdrawal pins the booking as it was made.

    Rows never go, so a booking whose rows it has seen is not looked up again until it has changed.
    """

    def __init__(self, table: UsageTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._books = Bookkeeper(table, clock)
        self._seen: dict[Place, Booking] = {}

    async def sweep(self, user_id: str) -> Sweep:
        """All months of a user. Of two bookings of one job without a row the earlier month's is taken for the first."""
        total = Sweep()
        for month, state in (await self._table.list_months(user_id)).items():
            total += await self._sweep_month(user_id, month, state)
        return total

    async def _sweep_month(self, user_id: str, month: str, state: MonthState) -> Sweep:
        total, recorded = Sweep(), []
        for job_id in self._list_left(user_id, month, state):
            fresh = await self._table.find_month(user_id, month)
            booking = None if fresh is None else fresh.find_booking(job_id)
            if fresh is None or booking is None:
                continue
            place = Place(user_id, month, job_id)
            rows = await self._books.complete(place, fresh, booking)
            total += Sweep(bookings_withdrawn=1) if rows is None else Sweep(rows_written=rows)
            if rows is not None:
                self._remember(place, booking)
            if rows is not None and booking.is_final:
                recorded.append(job_id)
            if rows is not None and self._is_abandoned(booking):
                await self._release(place)
                total += Sweep(bookings_released=1)
        await self._books.tidy(user_id, month, await self._table.find_month(user_id, month), recorded)
        return total

    def _is_abandoned(self, booking: Booking) -> bool:
        return booking.is_open and booking.reserved_at < to_rfc3339(self._clock.now() - ABANDONED)

    async def _release(self, place: Place) -> None:
        """As its job would have done: what open calls hold stays held. Whoever ends the job meanwhile is first."""
        _log.warning("abandoned_reservation_released", job_id=place.job_id, month=place.month)
        rule = partial(decide_close, job_id=place.job_id, mark=BookingMark.RELEASED, now=self._clock.now())
        try:
            outcome = await run_rounds(self._table, place, rule)
        except (ReservationClosedError, NotFoundError):
            return
        await self._books.keep(place, outcome, CLOSED_SLOT)

    def _list_left(self, user_id: str, month: str, state: MonthState) -> list[str]:
        before = to_rfc3339(self._clock.now() - LEFT_AFTER)
        full = ((job_id, entry) for job_id, entry in state.bookings.items() if isinstance(entry, Booking))
        left = ((job_id, booking) for job_id, booking in full if (booking.closed_at or booking.reserved_at) < before)
        return [job_id for job_id, booking in left if self._has_work(Place(user_id, month, job_id), booking)]

    def _has_work(self, place: Place, booking: Booking) -> bool:
        return booking.is_final or self._is_abandoned(booking) or self._seen.get(place) != booking

    def _remember(self, place: Place, booking: Booking) -> None:
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen[place] = booking
