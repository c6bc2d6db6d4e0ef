"""A job ends: commit keeps its video counted, release gives it back; both give back what no open intent holds."""

from datetime import datetime

from omnigen_quota.domain.bookings import Booking, BookingMark, MonthState, Tombstone, booking_path
from omnigen_quota.domain.decisions import Decision, Recall, Refuse, Replay, Write
from omnigen_quota.domain.loans import Loan, pay_back
from omnigen_quota.domain.problems import ReservationClosedError
from omnigen_quota.domain.updates import Add, Equals, Put, Update
from omnigen_shared.clock import to_rfc3339


def decide_close(state: MonthState | None, job_id: str, mark: BookingMark, now: datetime) -> Decision:
    """`mark` = committed or released. The first closing stands; the same again is a replay, the other is refused."""
    entry = None if state is None else state.bookings.get(job_id)
    if entry is None:
        return Recall()
    if entry.mark is BookingMark.OPEN and isinstance(entry, Booking):
        loan = None if state is None else state.loan
        return Write(_close(job_id, entry, mark, loan, now))
    if entry.mark is not mark:
        detail = f"{job_id} is {entry.mark.value}, so it is not {mark.value}."
        return Refuse(ReservationClosedError(detail, details={"state": entry.mark.value}))
    return Recall() if isinstance(entry, Tombstone) else Replay(entry)


def _close(job_id: str, booking: Booking, mark: BookingMark, loan: Loan | None, now: datetime) -> Update:
    """`remaining` is pinned, so whatever a racing spend or settle moves makes this one be decided again."""
    is_released = mark is BookingMark.RELEASED
    back = (Add(("videos",), -booking.videos), Add(("storyboards",), -booking.storyboards)) if is_released else ()
    pinned, paid_back = pay_back(loan, booking.charged_day, booking.remaining_microusd)
    return Update(
        (
            Equals(booking_path(job_id, "state"), BookingMark.OPEN.value),
            Equals(booking_path(job_id, "remaining"), booking.remaining_microusd),
            *pinned,
        ),
        (
            Put(booking_path(job_id, "state"), mark.value),
            Put(booking_path(job_id, "remaining"), 0),
            Put(booking_path(job_id, "returned"), booking.remaining_microusd),
            Put(booking_path(job_id, "closed_at"), to_rfc3339(now)),
            *(action for action in back if action.amount),
            Add(("open_jobs",), -booking.running_jobs),
            Add(("spend_microusd",), -booking.remaining_microusd),
            *paid_back,
        ),
    )
