"""What quota does for jobs, the generator and the gateway. Money moves by one conditional update per call.

The row of an update goes into the ledger after it, again on every replay: a crash between the two is repaired by
whoever asks next, at the latest when the job is closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from omnigen_quota.domain.bookings import Booking, BookingMark, IntentMark, MonthState
from omnigen_quota.domain.closing import decide_close
from omnigen_quota.domain.ledger import CLOSED_SLOT, RESERVED_SLOT, LedgerRow, ended_slot, find_reserved, held_slot
from omnigen_quota.domain.months import adjacent_months, end_of_month, month_of
from omnigen_quota.domain.orders import Order
from omnigen_quota.domain.plans import Plan
from omnigen_quota.domain.reserving import decide_known, decide_reserve
from omnigen_quota.domain.spending import assume_open, decide_refund, decide_settle, decide_spend
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.bookkeeping import Bookkeeper
from omnigen_quota.service.guesses import Guesses
from omnigen_quota.service.lending import Lender
from omnigen_quota.service.rounds import Decide, Place, run_rounds
from omnigen_quota.service.switch import Switch, guard
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.contracts.spending import Closing, IntentState, Reservation, ReserveRequest
from omnigen_shared.errors import PlanLimitError, QuotaExceededError, SpendingPausedError


@dataclass(frozen=True, slots=True)
class Usage:
    """A user's month. `elsewhere` = jobs that still run in an adjacent month; `history` = every month, oldest first."""

    month: str
    resets_at: datetime
    state: MonthState
    elsewhere: int
    history: Mapping[str, MonthState]


class QuotaService:
    """Each method is idempotent by the ids in it, and raises the problems that its rule names.

    DependencyUnavailableError: the table did not answer, and asking again finds out what happened.
    """

    def __init__(self, table: UsageTable, clock: Clock, switch: Switch | None = None) -> None:
        self._table = table
        self._clock = clock
        self._books = Bookkeeper(table, clock)
        self._switch = switch or Switch(table, clock)
        self._lender = Lender(table, clock)
        self._guesses = Guesses()

    async def reserve(self, user_id: str, plan: Plan, job_id: str, request: ReserveRequest) -> Reservation:
        """Count a job and hold its maximum; charged to the present month, or to the one that has the job already."""
        now = self._clock.now()
        neighbours = await self._read_neighbours(user_id, now)
        rules = await self._switch.get_rules()
        order = Order(job_id, request, plan, now, elsewhere=_count_open(neighbours), rules=rules)
        known_in = [month for month, state in neighbours.items() if job_id in state.bookings]
        place = Place(user_id, known_in[0] if known_in else month_of(now), job_id)
        try:
            decide = guard(partial(decide_reserve, order=order), rules)
            assumed = self._guesses.assume(user_id, order)
            outcome = await run_rounds(self._table, place, decide, assumed, self._lender.lend)
        except (PlanLimitError, QuotaExceededError, SpendingPausedError):
            month = await self._find_earlier_month(user_id, job_id)
            if month is None:
                raise
            return await self._answer_earlier(user_id, order, month)
        if outcome.state is not None:
            self._guesses.remember(user_id, outcome.state)
        row = await self._books.keep(place, outcome, RESERVED_SLOT)
        if outcome.state and row and (row.month, row.reserved_at) != (place.month, outcome.booking.reserved_at):
            await self._books.withdraw(place, outcome.state, outcome.booking)
            return await self._answer_earlier(user_id, order, row.month)
        return _show_reservation(place, outcome.booking)

    async def spend(self, place: Place, intent_id: str, price_microusd: int) -> IntentState:
        """Hold the price of a paid call that is about to be sent."""
        rule = partial(decide_spend, job_id=place.job_id, intent_id=intent_id, price_microusd=price_microusd)
        decide = guard(rule, await self._switch.get_rules())
        outcome = await run_rounds(self._table, place, decide, assumed=assume_open(place.job_id, price_microusd))
        await self._books.keep(place, outcome, held_slot(intent_id))
        return _show_intent(intent_id, outcome.booking)

    async def settle(self, place: Place, intent_id: str, actual_microusd: int) -> IntentState:
        """Account for what a paid call cost, also after its job or its month is over."""
        decide = partial(decide_settle, job_id=place.job_id, intent_id=intent_id, actual_microusd=actual_microusd)
        return await self._end(place, intent_id, decide)

    async def refund(self, place: Place, intent_id: str) -> IntentState:
        """Give back all that was held for a call that was never charged."""
        return await self._end(place, intent_id, partial(decide_refund, job_id=place.job_id, intent_id=intent_id))

    async def close(self, place: Place, mark: BookingMark) -> Closing:
        """Commit or release a job: what no open intent holds goes back to the user."""
        decide = partial(decide_close, job_id=place.job_id, mark=mark, now=self._clock.now())
        outcome = await run_rounds(self._table, place, decide)
        await self._books.keep(place, outcome, CLOSED_SLOT)
        booking = outcome.booking
        return Closing(
            job_id=JobId(place.job_id),
            state=booking.mark.value,
            spent_microusd=booking.spent_microusd,
            held_microusd=booking.held_microusd,
        )

    async def get_usage(self, user_id: str) -> Usage:
        """The present month of a user; all zeros before the first job."""
        now = self._clock.now()
        month = month_of(now)
        months = await self._table.list_months(user_id)
        state = months.get(month) or MonthState(terms=await self._table.find_terms(user_id), is_begun=False)
        elsewhere = _count_open(await self._read_neighbours(user_id, now))
        return Usage(month, end_of_month(now), state, elsewhere, {**months, month: state})

    async def page_ledger(self, user_id: str, after: str, limit: int) -> Sequence[LedgerRow]:
        """A page of the user's rows from behind a place; empty at the end."""
        return await self._table.page_rows(user_id, after, limit)

    async def _end(self, place: Place, intent_id: str, decide: Decide) -> IntentState:
        outcome = await run_rounds(self._table, place, decide)
        await self._books.keep(place, outcome, ended_slot(intent_id))
        return _show_intent(intent_id, outcome.booking)

    async def _read_neighbours(self, user_id: str, now: datetime) -> dict[str, MonthState]:
        found = {month: await self._table.find_month(user_id, month) for month in adjacent_months(now)}
        return {month: state for month, state in found.items() if state is not None}

    async def _find_earlier_month(self, user_id: str, job_id: str) -> str | None:
        """The month of a job that the map may have forgotten."""
        first = find_reserved(await self._table.list_rows(user_id, job_id))
        return None if first is None else first.month

    async def _answer_earlier(self, user_id: str, order: Order, month: str) -> Reservation:
        earlier = Place(user_id, month, order.job_id)
        outcome = await run_rounds(self._table, earlier, partial(decide_known, order=order))
        return _show_reservation(earlier, outcome.booking)


def _count_open(months: dict[str, MonthState]) -> int:
    return sum(state.open_jobs for state in months.values())


def _show_reservation(place: Place, booking: Booking) -> Reservation:
    return Reservation(
        job_id=JobId(place.job_id),
        month=place.month,
        max_cost_microusd=booking.max_microusd,
        remaining_microusd=booking.remaining_microusd,
    )


def _show_intent(intent_id: str, booking: Booking) -> IntentState:
    """Its amount is what it holds while held, and what it cost after that (0 when refunded)."""
    intent = booking.intents[intent_id]
    is_held = intent.mark is IntentMark.HELD
    return IntentState(
        intent_id=IntentId(intent_id),
        state=intent.mark.value,
        amount_microusd=intent.amount_microusd if is_held else intent.actual_microusd,
        remaining_microusd=booking.remaining_microusd,
    )
