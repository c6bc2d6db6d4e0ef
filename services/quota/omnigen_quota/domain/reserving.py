"""May a job begin? The plan's caps, checked together and counted in one update."""

from collections.abc import Iterator
from dataclasses import replace

from omnigen_quota.domain.bookings import Booking, BookingMark, MonthState, Tombstone, booking_path
from omnigen_quota.domain.caps import find_cap_refusal, find_plan_refusal, list_caps
from omnigen_quota.domain.decisions import Begin, Borrow, Decision, Recall, Refuse, Replay, Write
from omnigen_quota.domain.lending import Borrowing, begin_loan
from omnigen_quota.domain.loans import Loan, pay_back
from omnigen_quota.domain.orders import Order
from omnigen_quota.domain.problems import AmountMismatchError, ReservationClosedError
from omnigen_quota.domain.terms import Terms
from omnigen_quota.domain.updates import (
    Action,
    Add,
    AtLeast,
    AtMost,
    Condition,
    Equals,
    Missing,
    Put,
    Remove,
    Update,
)


def decide_reserve(state: MonthState | None, order: Order) -> Decision:
    """A booking that exists is replayed, whatever the plan is by now; a new one has to fit all caps."""
    if state is not None and order.job_id in state.bookings:
        return decide_known(state, order)
    if state is None:
        return Begin()
    agreed = replace(order, plan=state.terms.apply(order.plan))
    refusal = find_plan_refusal(agreed) or find_cap_refusal(state, agreed)
    if refusal is not None:
        return Refuse(refusal)
    return _lend(state, agreed) or Write(_admit(state, agreed))


def assume_admitted(order: Order, terms: Terms, *, has_loan: bool) -> MonthState:
    """A month under these terms in which the order is admitted: good for a first try without reading."""
    if not (has_loan or order.rules.has_caps):
        return MonthState(terms=terms)
    borrowing = order.borrow(Loan())
    return MonthState(terms=terms, loan=Loan(borrowing.cost, borrowing.day, borrowing.cost))


def decide_known(state: MonthState | None, order: Order) -> Decision:
    """The answer of a job that was reserved before: only its first reservation counts, and nothing opens it again."""
    entry = None if state is None else state.bookings.get(order.job_id)
    if entry is not None and entry.mark is BookingMark.RELEASED:
        return Refuse(ReservationClosedError(f"{order.job_id} was released.", details={"state": entry.mark.value}))
    if entry is None or isinstance(entry, Tombstone):
        return Recall()
    stored, sent = entry.max_microusd, order.request.max_cost_microusd
    counted = (entry.videos, entry.storyboards)
    if (stored, *counted) != (sent, order.request.videos, order.request.storyboards):
        return Refuse(
            AmountMismatchError(
                f"{order.job_id} is reserved with other amounts.", details={"stored": stored, "sent": sent}
            )
        )
    return Replay(entry)


def plan_withdrawal(job_id: str, booking: Booking, loan: Loan | None) -> Update | None:
    """Undo a straggler's second booking of a job, as long as it stands exactly so; None once money hangs on it."""
    if booking.held_microusd or booking.spent_microusd:
        return None
    cost = booking.max_microusd if booking.is_open else 0
    counted = {
        "videos": booking.counted_videos,
        "storyboards": booking.counted_storyboards,
        "open_jobs": booking.running_jobs if booking.is_open else 0,
        "spend_microusd": cost,
    }
    pinned, back = pay_back(loan, booking.charged_day, cost)
    return Update(
        (Equals(booking_path(job_id), booking.to_map()), *pinned),
        (Remove(booking_path(job_id)), *(Add((name,), -amount) for name, amount in counted.items() if amount), *back),
    )


def begin_month(terms: Terms, order: Order | None = None) -> Update:
    """The month's item under an operator's terms, with the first booking if there is one."""
    booking = None if order is None else order.booking
    actions = (
        Put(("plan",), terms.plan if order is None else order.plan.name.value),
        Put(("videos",), booking.videos if booking else 0),
        Put(("storyboards",), booking.storyboards if booking else 0),
        Put(("open_jobs",), booking.running_jobs if booking else 0),
        Put(("spend_microusd",), booking.max_microusd if booking else 0),
        Put(("settled_microusd",), 0),
        Put(("reservations",), {order.job_id: order.booking.to_map()} if order else {}),
    )
    return Update((Missing(("reservations",)),), actions if terms.is_empty else (*actions, _put_terms(terms)))


def change_terms(terms: Terms) -> Update:
    """Other terms for a month that has begun; orders under the old ones are decided again."""
    return Update((AtLeast(("open_jobs",), 0),), (Remove(("terms",)) if terms.is_empty else _put_terms(terms),))


def _put_terms(terms: Terms) -> Put:
    return Put(("terms",), terms.to_map())


def _lend(state: MonthState, order: Order) -> Decision | None:
    """What has to come first when the order is counted for the deployment too; None when nothing has.

    A month that was counted once is counted to its end, so that the deployment's sum stays true. What it has spent
    uncounted is taken for today's, all of it: which day it is of, only the ledger knows, which the patrol reads.
    """
    borrowing = order.borrow(state.loan or Loan())
    if not borrowing.cost or not (order.rules.has_caps or state.loan):
        return None
    if not state.is_begun:
        return Write(begin_month(state.terms))
    if state.loan is None:
        return Write(begin_loan(state.spend_microusd, borrowing.day, state.spend_microusd))
    return None if state.loan.covers(borrowing.cost, borrowing.day) else Borrow(borrowing)


def _admit(state: MonthState, order: Order) -> Update:
    return _add_booking(order, state) if state.is_begun else begin_month(state.terms, order)


def _add_booking(order: Order, state: MonthState) -> Update:
    """Terms are pinned: a decision under other ones than those of the month's item is no decision."""
    bounds = (AtMost((cap.counter,), cap.limit - cap.requested) for cap in list_caps(MonthState(), order))
    pinned = Missing(("terms",)) if state.terms.is_empty else Equals(("terms",), state.terms.to_map())
    borrowing, is_counted = order.borrow(state.loan or Loan()), state.loan is not None
    covered, charged = _charge(borrowing, is_counted=is_counted)
    booking = replace(order.booking, charged_day=borrowing.day if is_counted and borrowing.cost else "")
    return Update(
        (Missing(booking_path(order.job_id)), pinned, *bounds, *covered),
        (
            Put(("plan",), order.plan.name.value),
            Put(booking_path(order.job_id), booking.to_map()),
            *_count(booking),
            *charged,
        ),
    )


def _charge(borrowing: Borrowing, *, is_counted: bool) -> tuple[tuple[Condition, ...], tuple[Action, ...]]:
    cost = borrowing.cost
    if not cost:
        return (), ()
    if not is_counted:
        return (Missing(("loan",)),), ()
    return (
        (
            Equals(("loan", "day"), borrowing.day),
            AtLeast(("loan", "left"), cost),
            AtLeast(("loan", "day_left"), cost),
        ),
        (Add(("loan", "left"), -cost), Add(("loan", "day_left"), -cost)),
    )


def _count(booking: Booking) -> Iterator[Add]:
    """The counters with one more booking."""
    counted = {
        "videos": booking.videos,
        "storyboards": booking.storyboards,
        "open_jobs": booking.running_jobs,
        "spend_microusd": booking.max_microusd,
    }
    return (Add((name,), amount) for name, amount in counted.items() if amount)
