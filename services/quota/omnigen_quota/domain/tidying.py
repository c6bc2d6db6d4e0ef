"""Keeping the month's item small: closed jobs become tombstones, old tombstones go. The ledger keeps the story."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from omnigen_quota.domain.bookings import MonthState, Tombstone, booking_path
from omnigen_quota.domain.months import REMEMBERED
from omnigen_quota.domain.updates import Equals, Put, Remove, Update
from omnigen_shared.clock import to_rfc3339

MAX_TOMBSTONES: Final = 100
"""More than that go before their time; a straggler is then recognised by its row in the ledger."""
REMOVED_AT_ONCE: Final = 10


def plan_tidying(state: MonthState, recorded: Collection[str], now: datetime) -> Update | None:
    """What to fold and what to drop; None when there is nothing. `recorded` jobs have all their rows in the ledger."""
    folded = {
        job_id: Tombstone(booking.mark, booking.closed_at)
        for job_id in recorded
        if (booking := state.find_booking(job_id)) is not None and booking.is_final
    }
    dropped = _list_droppable(state, now)
    if not folded and not dropped:
        return None
    marks = {job_id: state.bookings[job_id].mark for job_id in (*folded, *dropped)}
    return Update(
        tuple(Equals(booking_path(job_id, "state"), mark.value) for job_id, mark in marks.items()),
        (
            *(Put(booking_path(job_id), tombstone.to_map()) for job_id, tombstone in folded.items()),
            *(Remove(booking_path(job_id)) for job_id in dropped),
        ),
    )


def _list_droppable(state: MonthState, now: datetime) -> list[str]:
    tombs = [(entry.closed_at, job_id) for job_id, entry in state.bookings.items() if isinstance(entry, Tombstone)]
    tombs.sort()
    oldest_kept, spare = to_rfc3339(now - REMEMBERED), len(tombs) - MAX_TOMBSTONES
    droppable = [job_id for n, (closed_at, job_id) in enumerate(tombs) if n < spare or closed_at < oldest_kept]
    return droppable[:REMOVED_AT_ONCE]
