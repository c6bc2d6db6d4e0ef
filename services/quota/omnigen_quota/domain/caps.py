"""The plan's caps: what of them an order asks for, and the refusal when that is too much."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.months import end_of_month
from omnigen_quota.domain.orders import Order
from omnigen_quota.domain.plans import Plan
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.errors import PlanLimitError, ProblemError, QuotaExceededError
from omnigen_shared.money import format_usd

CONCURRENCY_RETRY_S: Final = 15
"""A guess at when a running job may have ended."""


@dataclass(frozen=True, slots=True)
class Cap:
    """One limit: the month's counter it is about, what is used and asked for."""

    name: str
    counter: str
    used: int
    requested: int
    limit: int
    is_monthly: bool = True
    is_money: bool = False

    def show(self, amount: int) -> int | str:
        return format_usd(amount) if self.is_money else amount


def list_caps(state: MonthState, order: Order) -> Iterator[Cap]:
    """The caps of which the order asks for something.

    Monthly ones first: a refusal by one of them is not over when a running job ends.
    """
    plan, booking = order.plan, order.booking
    videos, storyboards, cost = booking.videos, booking.storyboards, booking.max_microusd
    if videos:
        yield Cap("videos_per_month", "videos", state.videos, videos, plan.videos_per_month)
    if storyboards:
        limit = plan.storyboards_per_month
        yield Cap("storyboards_per_month", "storyboards", state.storyboards, storyboards, limit)
    if cost:
        limit = plan.spend_per_month_microusd
        yield Cap("spend_per_month", "spend_microusd", state.spend_microusd, cost, limit, is_money=True)
    if booking.running_jobs:
        jobs = plan.concurrent_jobs - order.elsewhere
        yield Cap("concurrent_jobs", "open_jobs", state.open_jobs, 1, jobs, is_monthly=False)


def find_cap_refusal(state: MonthState, order: Order) -> ProblemError | None:
    """The first cap that the order exceeds: its name, what is used, the limit, when it resets."""
    exceeded = (cap for cap in list_caps(state, order) if cap.used + cap.requested > cap.limit)
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


def find_plan_refusal(order: Order) -> ProblemError | None:
    """What the plan allows no job, whatever is used."""
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
