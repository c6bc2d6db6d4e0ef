"""Which orders are admitted, and what a refusal says."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.fakes.quota_bench import a_request

from omnigen_quota.domain.bookings import Booking, BookingMark, MonthState, Tombstone
from omnigen_quota.domain.decisions import Begin, Decision, Recall, Refuse, Replay, Write
from omnigen_quota.domain.orders import Order
from omnigen_quota.domain.plans import FREE, PRO
from omnigen_quota.domain.problems import AmountMismatchError, ReservationClosedError
from omnigen_quota.domain.reserving import decide_known, decide_reserve
from omnigen_quota.domain.updates import AtMost, Missing
from omnigen_shared.errors import PlanLimitError, ProblemError, QuotaExceededError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ORDER = Order("job_1", a_request(cost=2_000_000), FREE, NOW)
UNBEGUN = MonthState(is_begun=False)


def problem_of(decision: Decision) -> ProblemError:
    assert isinstance(decision, Refuse)
    return decision.problem


def test_the_first_order_of_a_month_begins_it() -> None:
    assert decide_reserve(None, ORDER) == Begin()
    decision = decide_reserve(UNBEGUN, ORDER)
    assert isinstance(decision, Write)
    assert decision.update.conditions == (Missing(("reservations",)),)


def test_caps_hold_for_the_first_order_of_a_month_too() -> None:
    dear = replace(ORDER, request=a_request(cost=15_000_001))
    assert problem_of(decide_reserve(UNBEGUN, dear)).details["cap"] == "spend_per_month"


def test_bounds_leave_room_for_exactly_this_order() -> None:
    decision = decide_reserve(MonthState(), ORDER)
    assert isinstance(decision, Write)
    assert set(decision.update.conditions) == {
        Missing(("reservations", "job_1")),
        Missing(("terms",)),
        Missing(("loan",)),
        AtMost(("videos",), 9),
        AtMost(("spend_microusd",), 13_000_000),
        AtMost(("open_jobs",), 1),
    }


def test_an_order_without_videos_or_cost_is_bounded_by_jobs_only() -> None:
    full = MonthState(videos=50, spend_microusd=10**9)
    decision = decide_reserve(full, replace(ORDER, request=a_request(cost=0, videos=0)))
    assert isinstance(decision, Write)
    assert decision.update.conditions == (
        Missing(("reservations", "job_1")),
        Missing(("terms",)),
        AtMost(("open_jobs",), 1),
    )


@pytest.mark.parametrize(
    ("state", "details"),
    [
        (MonthState(videos=10), {"cap": "videos_per_month", "used": 10, "limit": 10, "requested": 1}),
        (
            MonthState(spend_microusd=13_000_001),
            {"cap": "spend_per_month", "used": "13.000001", "limit": "15.00", "requested": "2.00"},
        ),
    ],
)
def test_a_monthly_refusal_names_cap_and_reset(state: MonthState, details: dict[str, Any]) -> None:
    problem = problem_of(decide_reserve(state, ORDER))
    assert isinstance(problem, QuotaExceededError)
    assert problem.details == {**details, "resets_at": "2026-12-01T00:00:00.000000Z"}
    assert problem.retry_after_s == 6 * 86_400 + 12 * 3600 + 1


def test_the_last_place_is_still_given() -> None:
    almost = MonthState(videos=9, spend_microusd=13_000_000, open_jobs=1)
    assert isinstance(decide_reserve(almost, ORDER), Write)


def test_too_many_jobs_at_once_pass_soon() -> None:
    problem = problem_of(decide_reserve(MonthState(open_jobs=2), ORDER))
    assert problem.details == {"cap": "concurrent_jobs", "used": 2, "limit": 2, "requested": 1, "resets_at": None}
    assert problem.retry_after_s is not None
    assert problem.retry_after_s <= 60


def test_jobs_of_an_adjacent_month_count_as_running() -> None:
    problem = problem_of(decide_reserve(MonthState(open_jobs=1), replace(ORDER, elsewhere=1)))
    assert problem.details["used"] == 2
    assert problem.details["limit"] == 2


def test_the_cap_that_lasts_longer_is_named() -> None:
    problem = problem_of(decide_reserve(MonthState(videos=10, open_jobs=2), ORDER))
    assert problem.details["cap"] == "videos_per_month"


@pytest.mark.parametrize(
    ("request_", "details"),
    [
        (a_request(duration_s=61), {"cap": "duration_s", "requested": 61, "limit": 60}),
        (a_request(resolution="1080p"), {"cap": "resolution", "requested": "1080p", "limit": "720p"}),
    ],
)
def test_above_the_plan(request_: Any, details: dict[str, Any]) -> None:
    problem = problem_of(decide_reserve(MonthState(), replace(ORDER, request=request_)))
    assert isinstance(problem, PlanLimitError)
    assert problem.details == {"plan": "free", **details}


def test_at_the_plans_edge() -> None:
    assert isinstance(decide_reserve(UNBEGUN, replace(ORDER, request=a_request(duration_s=60))), Write)
    wide = replace(ORDER, plan=PRO, request=a_request(duration_s=120, resolution="1080p"))
    assert isinstance(decide_reserve(UNBEGUN, wide), Write)


def test_what_is_booked_is_replayed_even_when_the_plan_is_full_or_smaller_by_now() -> None:
    booking = Booking(2_000_000, 1, "then", 500_000, spent_microusd=1_500_000)
    full = MonthState(videos=10, open_jobs=2, bookings={"job_1": booking})
    smaller = replace(ORDER, request=a_request(cost=2_000_000, duration_s=170))
    assert decide_reserve(full, smaller) == Replay(booking)


@pytest.mark.parametrize("other", [a_request(cost=2_000_001), a_request(cost=2_000_000, videos=0)])
def test_a_replay_with_other_amounts_is_refused(other: Any) -> None:
    state = MonthState(bookings={"job_1": ORDER.booking})
    assert isinstance(problem_of(decide_reserve(state, replace(ORDER, request=other))), AmountMismatchError)


@pytest.mark.parametrize(
    "entry",
    [replace(ORDER.booking, mark=BookingMark.RELEASED), Tombstone(BookingMark.RELEASED, "2026-11-24")],
)
def test_what_was_released_does_not_come_back(entry: Booking | Tombstone) -> None:
    problem = problem_of(decide_reserve(MonthState(bookings={"job_1": entry}), ORDER))
    assert isinstance(problem, ReservationClosedError)
    assert problem.details == {"state": "released"}


def test_what_was_committed_answers_as_before() -> None:
    done = replace(ORDER.booking, mark=BookingMark.COMMITTED, remaining_microusd=0)
    assert decide_reserve(MonthState(bookings={"job_1": done}), ORDER) == Replay(done)
    tombstone = Tombstone(BookingMark.COMMITTED, "2026-11-24")
    assert decide_reserve(MonthState(bookings={"job_1": tombstone}), ORDER) == Recall()


@pytest.mark.parametrize("state", [None, MonthState()])
def test_an_earlier_month_is_never_booked_into(state: MonthState | None) -> None:
    assert decide_known(state, ORDER) == Recall()
