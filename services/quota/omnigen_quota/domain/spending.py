"""One paid call: held before it is sent, then settled at what it cost or refunded."""

from omnigen_quota.domain.bookings import (
    Booking,
    BookingMark,
    Intent,
    IntentMark,
    MonthState,
    booking_path,
    intent_path,
)
from omnigen_quota.domain.decisions import Decision, Recall, Refuse, Replay, Write
from omnigen_quota.domain.loans import Loan, pay_back
from omnigen_quota.domain.problems import (
    AmountMismatchError,
    BudgetExceededError,
    IntentClosedError,
    ReservationClosedError,
)
from omnigen_quota.domain.updates import Action, Add, AtLeast, Equals, Missing, Put, Update
from omnigen_shared.errors import NotFoundError
from omnigen_shared.money import format_usd


def decide_spend(state: MonthState | None, job_id: str, intent_id: str, price_microusd: int) -> Decision:
    """Hold the price. An intent that is held already is replayed, also when its job has closed in the meantime."""
    booking = None if state is None else state.find_booking(job_id)
    if booking is None:
        return Recall()
    intent = booking.intents.get(intent_id)
    if intent is not None:
        return _replay_spend(booking, intent_id, intent, price_microusd)
    if not booking.is_open:
        return Refuse(
            ReservationClosedError(
                f"{job_id} is {booking.mark.value}; nothing more is spent for it.",
                details={"state": booking.mark.value},
            )
        )
    if price_microusd > booking.remaining_microusd:
        return Refuse(_over_budget(booking, intent_id, price_microusd))
    return Write(_hold(job_id, intent_id, price_microusd))


def assume_open(job_id: str, price_microusd: int) -> MonthState:
    """A month in which the spend succeeds: good for a first try without reading."""
    return MonthState(bookings={job_id: Booking(price_microusd, 0, "", price_microusd)})


def decide_settle(state: MonthState | None, job_id: str, intent_id: str, actual_microusd: int) -> Decision:
    """The call cost `actual`; the rest of what was held goes back to the job, or to the user when the job is closed."""
    return _decide_end(state, job_id, intent_id, IntentMark.SETTLED, actual_microusd)


def decide_refund(state: MonthState | None, job_id: str, intent_id: str) -> Decision:
    """The call was never charged; all that was held goes back."""
    return _decide_end(state, job_id, intent_id, IntentMark.REFUNDED, 0)


def _replay_spend(booking: Booking, intent_id: str, intent: Intent, price_microusd: int) -> Decision:
    if intent.amount_microusd != price_microusd:
        return Refuse(_mismatch(intent_id, intent.amount_microusd, price_microusd))
    if intent.mark is not IntentMark.HELD:
        return Refuse(_already(intent_id, intent))
    return Replay(booking)


def _hold(job_id: str, intent_id: str, price_microusd: int) -> Update:
    return Update(
        (
            Equals(booking_path(job_id, "state"), BookingMark.OPEN.value),
            Missing(intent_path(job_id, intent_id)),
            AtLeast(booking_path(job_id, "remaining"), price_microusd),
        ),
        (
            Put(intent_path(job_id, intent_id), Intent(price_microusd).to_map()),
            Add(booking_path(job_id, "remaining"), -price_microusd),
        ),
    )


def _decide_end(state: MonthState | None, job_id: str, intent_id: str, mark: IntentMark, actual: int) -> Decision:
    booking = None if state is None else state.find_booking(job_id)
    if booking is None:
        return Recall()
    intent = booking.intents.get(intent_id)
    if intent is None:
        return Refuse(NotFoundError(f"{job_id} holds nothing for {intent_id}."))
    if intent.mark is not IntentMark.HELD:
        return _replay_end(booking, intent_id, intent, mark, actual)
    if actual > intent.amount_microusd:
        return Refuse(_mismatch(intent_id, intent.amount_microusd, actual))
    ended = Intent(intent.amount_microusd, mark, actual, is_late=not booking.is_open)
    return Write(_end(job_id, booking, intent_id, ended, None if state is None else state.loan))


def _replay_end(booking: Booking, intent_id: str, intent: Intent, mark: IntentMark, actual: int) -> Decision:
    if intent.mark is not mark:
        return Refuse(_already(intent_id, intent))
    if intent.actual_microusd != actual:
        return Refuse(_mismatch(intent_id, intent.actual_microusd, actual))
    return Replay(booking)


def _end(job_id: str, booking: Booking, intent_id: str, ended: Intent, loan: Loan | None) -> Update:
    """The rest goes back to the job; when that is closed, to the user and to the deployment."""
    actual, rest = ended.actual_microusd, ended.amount_microusd - ended.actual_microusd
    pinned, back = pay_back(loan, booking.charged_day, rest)
    if booking.is_open:
        pinned, back = (), (Add(booking_path(job_id, "remaining"), rest),)
    else:
        back = (Add(("spend_microusd",), -rest), *back)
    actions: tuple[Action, ...] = (Put(intent_path(job_id, intent_id), ended.to_map()), *back)
    if actual:
        actions = (*actions, Add(booking_path(job_id, "spent"), actual), Add(("settled_microusd",), actual))
    return Update(
        (
            Equals(booking_path(job_id, "state"), booking.mark.value),
            Equals(intent_path(job_id, intent_id), booking.intents[intent_id].to_map()),
            *pinned,
        ),
        actions,
    )


def _over_budget(booking: Booking, intent_id: str, price_microusd: int) -> BudgetExceededError:
    price, left = format_usd(price_microusd), format_usd(booking.remaining_microusd)
    return BudgetExceededError(
        f"{intent_id} costs {price} USD, {left} USD are left of the job's budget.",
        details={
            "cap": "max_cost_usd",
            "used": format_usd(booking.max_microusd - booking.remaining_microusd),
            "limit": format_usd(booking.max_microusd),
            "requested": price,
            "resets_at": None,
        },
    )


def _mismatch(intent_id: str, stored: int, sent: int) -> AmountMismatchError:
    return AmountMismatchError(
        f"{intent_id} stands at {stored} micro-dollars, not {sent}.", details={"stored": stored, "sent": sent}
    )


def _already(intent_id: str, intent: Intent) -> IntentClosedError:
    return IntentClosedError(f"{intent_id} is {intent.mark.value} already.", details={"state": intent.mark.value})
