"""What an operator agrees with a user holds from the next reservation, and a pause for everybody."""

from datetime import UTC, datetime

import pytest
from tests.fakes.quota_bench import MONTH, USER, QuotaBench

from omnigen_quota.domain.plans import FREE, PRO
from omnigen_quota.domain.terms import MAX_CAP, Terms
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.switch import VALID_FOR
from omnigen_shared.errors import ProblemError, QuotaExceededError, SpendingPausedError
from omnigen_shared.testing.clock import FrozenClock


@pytest.fixture
def bench() -> QuotaBench:
    return QuotaBench()


@pytest.fixture
def operator(bench: QuotaBench) -> Operator:
    return Operator(bench.table, bench.clock)


def test_terms_win_over_the_sign_in() -> None:
    assert Terms().apply(PRO) == PRO
    assert Terms("pro").apply(FREE) == PRO
    assert Terms("pro", {"videos_per_month": 7}).apply(FREE).videos_per_month == 7


def test_terms_are_stored_and_read_back() -> None:
    terms = Terms("pro", {"videos_per_month": 7})
    assert Terms.from_map(terms.to_map()) == terms
    assert Terms.from_map({}) == Terms()


def test_a_cap_is_given_and_taken_back() -> None:
    terms = Terms().with_caps({"videos_per_month": 3, "concurrent_jobs": 0})
    assert terms.caps == {"videos_per_month": 3, "concurrent_jobs": 0}
    assert terms.with_caps({"videos_per_month": None}).caps == {"concurrent_jobs": 0}


@pytest.mark.parametrize("caps", [{"name": 5}, {"videos_per_month": -1}, {"videos_per_month": MAX_CAP + 1}])
def test_what_is_no_cap_is_refused(caps: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"is no cap|is from 0"):
        Terms().with_caps(caps)


@pytest.mark.parametrize("begun", [False, True])
async def test_caps_hold_from_the_next_reservation(bench: QuotaBench, operator: Operator, begun: bool) -> None:
    if begun:
        await bench.reserve("job_0", 5)
        await bench.release("job_0")
    await operator.set_caps(USER, {"videos_per_month": 1})
    await bench.reserve("job_1", 5)
    with pytest.raises(QuotaExceededError) as refusal:
        await bench.reserve("job_2", 5)
    assert refusal.value.details["limit"] == 1
    await operator.set_caps(USER, {"videos_per_month": None})
    await bench.reserve("job_2", 5)
    bench.assert_balanced()


async def test_a_plan_holds_also_in_the_next_month(bench: QuotaBench, operator: Operator) -> None:
    await operator.set_plan(USER, "pro")
    bench.clock.advance(40 * 86_400)
    await bench.reserve("job_1", 20_000_000)
    usage = await bench.quota.get_usage(USER)
    assert usage.state.terms.apply(FREE) == PRO


async def test_a_plan_that_is_set_at_midnight_holds_on_both_sides(bench: QuotaBench) -> None:
    bench.clock.instant = datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC)
    await bench.reserve("job_0", 5)
    ahead = FrozenClock(datetime(2026, 12, 1, 0, 0, 10, tzinfo=UTC))
    await QuotaBench(bench.table, ahead).reserve("job_1", 5)
    await Operator(bench.table, bench.clock).set_plan(USER, "pro")
    assert {state.terms.plan for state in (await bench.table.list_months(USER)).values()} == {"pro"}


async def test_terms_that_change_under_a_reservation_are_not_missed(bench: QuotaBench, operator: Operator) -> None:
    await bench.reserve("job_0", 5)
    bench.table.rival = lambda: operator.set_caps(USER, {"videos_per_month": 1})
    with pytest.raises(QuotaExceededError):
        await bench.reserve("job_1", 5)


async def test_terms_do_not_touch_what_is_counted(bench: QuotaBench, operator: Operator) -> None:
    await bench.reserve("job_0", 5)
    before = bench.state()
    await operator.set_caps(USER, {"videos_per_month": 0})
    assert bench.state().bookings == before.bookings
    bench.assert_balanced()


async def test_while_paused_nothing_new_is_reserved_or_held(bench: QuotaBench, operator: Operator) -> None:
    await bench.reserve("job_1", 1_000_000)
    await bench.spend("job_1", "a", 300_000)
    await operator.pause(True)
    bench.clock.advance(VALID_FOR.total_seconds())
    before = bench.state()
    for call in (bench.reserve("job_2"), bench.spend("job_1", "b", 5)):
        with pytest.raises(SpendingPausedError) as refusal:
            await call
        assert refusal.value.retry_after_s
    assert bench.state() == before


async def test_while_paused_replays_are_answered_and_calls_are_accounted_for(
    bench: QuotaBench, operator: Operator
) -> None:
    first = await bench.reserve("job_1", 1_000_000)
    await bench.spend("job_1", "a", 300_000)
    await operator.pause(True)
    bench.clock.advance(60)
    assert await bench.reserve("job_1", 1_000_000) == first.model_copy(update={"remaining_microusd": 700_000})
    assert (await bench.spend("job_1", "a", 300_000)).state == "held"
    await bench.settle("job_1", "a", 250_000)
    await bench.commit("job_1")
    bench.assert_balanced()


async def test_a_pause_in_an_empty_month_refuses_too_and_ends(bench: QuotaBench, operator: Operator) -> None:
    await operator.pause(True)
    with pytest.raises(ProblemError) as refusal:
        await bench.reserve("job_1")
    assert refusal.value.code == "spending_paused"
    assert (USER, MONTH) not in bench.table.months
    await operator.pause(False)
    bench.clock.advance(VALID_FOR.total_seconds())
    assert (await bench.reserve("job_1")).month == MONTH
