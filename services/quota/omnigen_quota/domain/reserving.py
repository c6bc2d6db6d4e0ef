"""May a job begin? The plan's caps, checked together and counted in one update."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from omnigen_quota.domain.bookings import Booking, BookingMark, MonthState, Tombstone, booking_path
from omnigen_quota.domain.decisions import Begin, Decision, Recall, Refuse, Replay, Write
from omnigen_quota.domain.months import end_of_month
from omnigen_quota.domain.plans import Plan
from omnigen_quota.domain.problems import (
    AmountMismatchError,
    PlanLimitError,
    QuotaExceededError,
    ReservationClosedError,
)
from omnigen_quota.domain.terms import Terms
from omnigen_quota.domain.updates import Add, AtLeast, AtMost, Equals, Missing, Put, Remove, Update
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.spending import ReserveRequest
from omnigen_shared.errors import ProblemError
from omnigen_shared.money import format_usd

CONCURRENCY_RETRY_S: Final = 15
"""A guess at when a running job may have ended."""


@dataclass(frozen=True, slots=True)
class Order:
    """A job that wants to begin. `elsewhere` = open jobs of the user in adjacent months."""

    job_id: str
    request: ReserveRequest
    plan: Plan
    now: datetime
    elsewhere: int = 0

    @property
    def booking(self) -> Booking:
        """What the map holds when the order is admitted."""
        return Booking(
            max_microusd=self.request.max_cost_microusd,
            videos=self.request.videos,
            reserved_at=to_rfc3339(self.now),
            remaining_microusd=self.request.max_cost_microusd,
            storyboards=self.request.storyboards,
        )


@dataclass(frozen=True, slots=True)
class _Cap:
    name: str
    counter: str
    used: int
    requested: int
    limit: int
    is_monthly: bool = True
    is_money: bool = False

    def show(self, amount: int) -> int | str:
        return format_usd(amount) if self.is_money else amount


def decide_reserve(state: MonthState | None, order: Order) -> Decision:
    """A booking that exists is replayed, whatever the plan is by now; a new one has to fit all caps."""
    if state is not None and order.job_id in state.bookings:
        return decide_known(state, order)
    if state is None:
        return Begin()
    agreed = replace(order, plan=state.terms.apply(order.plan))
    refusal = _find_plan_refusal(agreed) or _find_cap_refusal(state, agreed)
    if refusal is not None:
        return Refuse(refusal)
    return Write(_add_booking(agreed, state.terms) if state.is_begun else begin_month(state.terms, agreed))


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


def plan_withdrawal(job_id: str, booking: Booking) -> Update | None:
    """Undo a straggler's second booking of a job, as long as it stands exactly so; None once money hangs on it."""
    if booking.held_microusd or booking.spent_microusd:
        return None
    counted = {
        "videos": booking.counted_videos,
        "storyboards": booking.counted_storyboards,
        "open_jobs": booking.running_jobs if booking.is_open else 0,
        "spend_microusd": booking.max_microusd if booking.is_open else 0,
    }
    return Update(
        (Equals(booking_path(job_id), booking.to_map()),),
        (Remove(booking_path(job_id)), *(Add((name,), -amount) for name, amount in counted.items() if amount)),
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


def _add_booking(order: Order, terms: Terms) -> Update:
    """The terms are pinned: a decision under other ones than those of the month's item is no decision."""
    bounds = (AtMost((cap.counter,), cap.limit - cap.requested) for cap in _caps(MonthState(), order))
    pinned = Missing(("terms",)) if terms.is_empty else Equals(("terms",), terms.to_map())
    return Update(
        (Missing(booking_path(order.job_id)), pinned, *bounds),
        (
            Put(("plan",), order.plan.name.value),
            Put(booking_path(order.job_id), order.booking.to_map()),
            *_count(order.booking),
        ),
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


def _caps(state: MonthState, order: Order) -> Iterator[_Cap]:
    """The caps of which the order asks for something.

    Monthly ones first: a refusal by one of them is not over when a running job ends.
    """
    plan, booking = order.plan, order.booking
    videos, storyboards, cost = booking.videos, booking.storyboards, booking.max_microusd
    if videos:
        yield _Cap("videos_per_month", "videos", state.videos, videos, plan.videos_per_month)
    if storyboards:
        limit = plan.storyboards_per_month
        yield _Cap("storyboards_per_month", "storyboards", state.storyboards, storyboards, limit)
    if cost:
        limit = plan.spend_per_month_microusd
        yield _Cap("spend_per_month", "spend_microusd", state.spend_microusd, cost, limit, is_money=True)
    if booking.running_jobs:
        jobs = plan.concurrent_jobs - order.elsewhere
        yield _Cap("concurrent_jobs", "open_jobs", state.open_jobs, 1, jobs, is_monthly=False)


def _find_cap_refusal(state: MonthState, order: Order) -> ProblemError | None:
    exceeded = (cap for cap in _caps(state, order) if cap.used + cap.requested > cap.limit)
    cap = next(exceeded, None)
    if cap is None:
        return None
    resets_at = end_of_month(order.now)
    elsewhere = 0 if cap.is_monthly else order.elsewhere
    used, limit = cap.show(cap.used + elsewhere), cap.show(cap.limit + elsewhere)
    wait_s = int((resets_at - order.now).total_seconds()) + 1 if cap.is_monthly else CONCURRENCY_RETRY_S
    return QuotaExceededError(
        f"{cap.name}: {used} of {limit} are used, {cap.show(cap.requested)} more are asked for.",
        remedy="Wait for the reset or change the plan." if cap.is_monthly else "Wait until one of your jobs has ended.",
        details={
            "cap": cap.name,
            "used": used,
            "limit": limit,
            "requested": cap.show(cap.requested),
            "resets_at": to_rfc3339(resets_at) if cap.is_monthly else None,
        },
        retry_after_s=wait_s,
    )


def _find_plan_refusal(order: Order) -> ProblemError | None:
    plan, request = order.plan, order.request
    if request.duration_s > plan.max_duration_s:
        return _plan_limit(plan, "duration_s", request.duration_s, plan.max_duration_s)
    if request.resolution.short_side_px > plan.max_resolution.short_side_px:
        return _plan_limit(plan, "resolution", request.resolution.value, plan.max_resolution.value)
    return None


def _plan_limit(plan: Plan, cap: str, requested: int | str, limit: int | str) -> PlanLimitError:
    return PlanLimitError(
        f"The {plan.name.value} plan allows {cap} up to {limit}, not {requested}.",
        remedy=f"Ask for at most {limit}, or change the plan.",
        details={"plan": plan.name.value, "cap": cap, "requested": requested, "limit": limit},
    )
