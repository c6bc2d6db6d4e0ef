"""One request against one month: decide, update, decide again on what came back.

An update that was made and one that was refused are treated alike: the state that comes back says what to answer. So
whoever repeats a request, because its reply was lost or because two raced, gets what the first one got.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from omnigen_quota.domain.bookings import Booking, MonthState
from omnigen_quota.domain.decisions import Begin, Borrow, Decision, Recall, Refuse, Replay, Write
from omnigen_quota.domain.ledger import rebuild_booking
from omnigen_quota.domain.lending import Borrowing
from omnigen_quota.ports import UsageTable
from omnigen_shared.errors import DependencyUnavailableError, NotFoundError

MAX_ROUNDS: Final = 10
"""Conditions name only what a decision rests on, so a second round is rare and a fourth has not been seen."""

Decide = Callable[[MonthState | None], Decision]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job's booking stands."""

    user_id: str
    month: str
    job_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A request that is done. `state` is None when the booking was rebuilt from the ledger."""

    booking: Booking
    state: MonthState | None


Lend = Callable[[Place, Borrowing], Awaitable[MonthState | None]]


async def run_rounds(
    table: UsageTable,
    place: Place,
    decide: Decide,
    assumed: MonthState | None = None,
    lend: Lend | None = None,
) -> Outcome:
    """The outcome of a request; its refusal is raised. `lend` is needed by rules that borrow.

    With an `assumed` state the first update is tried without a read, which its conditions make safe.
    """
    state = await _begin(table, place, decide, assumed)
    for _ in range(MAX_ROUNDS):
        decision = decide(state)
        match decision:
            case Write(update):
                state = await table.apply(place.user_id, place.month, update)
            case Replay(booking):
                return Outcome(booking, state)
            case Begin():
                await table.enrol(place.user_id, place.month)
                state = MonthState(terms=await table.find_terms(place.user_id), is_begun=False)
            case Borrow(borrowing) if lend is not None:
                state = await lend(place, borrowing)
            case Borrow():
                raise TypeError("This rule borrows, and nobody lends.")
            case Recall():
                return Outcome(await _recall(table, place, decide), None)
            case Refuse(problem):
                raise problem
    raise DependencyUnavailableError(f"{place.month} of this user changed {MAX_ROUNDS} times under one request.")


async def _begin(table: UsageTable, place: Place, decide: Decide, assumed: MonthState | None) -> MonthState | None:
    first = None if assumed is None else decide(assumed)
    if isinstance(first, Write):
        return await table.apply(place.user_id, place.month, first.update)
    return await table.find_month(place.user_id, place.month)


async def _recall(table: UsageTable, place: Place, decide: Decide) -> Booking:
    rows = await table.list_rows(place.user_id, place.job_id)
    booking = rebuild_booking(place.month, rows)
    if booking is None:
        raise NotFoundError(f"Nothing is reserved for {place.job_id} in {place.month}.")
    decision = decide(MonthState(bookings={place.job_id: booking}))
    if isinstance(decision, Refuse):
        raise decision.problem
    return booking
