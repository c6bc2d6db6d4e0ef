"""Somebody else writes between our look and our update: the conditions notice, and the second round is right."""

from collections.abc import Awaitable, Callable

import pytest
from tests.fakes.quota_bench import QuotaBench

from omnigen_quota.domain.bookings import BookingMark, Tombstone
from omnigen_shared.errors import DependencyUnavailableError, ProblemError

Step = Callable[[QuotaBench], Awaitable[object]]


@pytest.fixture
async def bench() -> QuotaBench:
    bench = QuotaBench()
    await bench.reserve("job_1", 1_000_000)
    await bench.spend("job_1", "a", 300_000)
    return bench


async def race(bench: QuotaBench, rival: Step, ours: Step) -> object:
    """Our answer, or the code of our refusal; the rival's update comes right before ours."""
    bench.table.rival = lambda: rival(bench)
    try:
        answer: object = await ours(bench)
    except ProblemError as problem:
        answer = problem.code
    assert bench.table.rival is None
    bench.assert_balanced()
    return answer


async def test_two_begin_the_month(bench: QuotaBench) -> None:
    bench.table.months.clear()
    bench.table.rows.clear()
    await race(bench, lambda b: b.reserve("job_3", 5), lambda b: b.reserve("job_2", 5))
    assert (bench.state().videos, bench.state().open_jobs) == (2, 2)


async def test_the_rival_takes_the_last_place(bench: QuotaBench) -> None:
    assert await race(bench, lambda b: b.reserve("job_2", 5), lambda b: b.reserve("job_3", 5)) == "quota_exceeded"


async def test_the_rival_spends_what_is_left(bench: QuotaBench) -> None:
    answer = await race(bench, lambda b: b.spend("job_1", "b", 700_000), lambda b: b.spend("job_1", "c", 1))
    assert answer == "budget_exceeded"


@pytest.mark.parametrize("close", ["commit", "release"])
async def test_a_spend_after_the_end_is_refused(bench: QuotaBench, close: str) -> None:
    answer = await race(bench, lambda b: getattr(b, close)("job_1"), lambda b: b.spend("job_1", "b", 5))
    assert answer == "reservation_closed"
    assert bench.state().spend_microusd == 300_000


@pytest.mark.parametrize("close", ["commit", "release"])
async def test_a_spend_before_the_end_stays_held(bench: QuotaBench, close: str) -> None:
    await race(bench, lambda b: b.spend("job_1", "b", 100_000), lambda b: getattr(b, close)("job_1"))
    assert bench.state().spend_microusd == 400_000


async def test_a_free_call_that_comes_before_the_end_keeps_the_entry_whole(bench: QuotaBench) -> None:
    await bench.refund("job_1", "a")
    await race(bench, lambda b: b.spend("job_1", "cached", 0), lambda b: b.commit("job_1"))
    assert not isinstance(bench.state().bookings["job_1"], Tombstone)
    await bench.settle("job_1", "cached", 0)
    assert isinstance(bench.state().bookings["job_1"], Tombstone)


async def test_a_settle_while_the_job_ends_gives_the_rest_to_the_user(bench: QuotaBench) -> None:
    await race(bench, lambda b: b.commit("job_1"), lambda b: b.settle("job_1", "a", 250_000))
    assert bench.state().spend_microusd == bench.state().settled_microusd == 250_000


async def test_a_job_that_ends_while_an_intent_settles(bench: QuotaBench) -> None:
    await race(bench, lambda b: b.settle("job_1", "a", 250_000), lambda b: b.commit("job_1"))
    assert bench.state().spend_microusd == bench.state().settled_microusd == 250_000


async def test_settle_and_refund_of_one_intent(bench: QuotaBench) -> None:
    answer = await race(bench, lambda b: b.refund("job_1", "a"), lambda b: b.settle("job_1", "a", 1))
    assert answer == "intent_closed"


async def test_commit_and_release(bench: QuotaBench) -> None:
    answer = await race(bench, lambda b: b.commit("job_1"), lambda b: b.release("job_1"))
    assert answer == "reservation_closed"
    assert bench.state().videos == 1


@pytest.mark.parametrize(
    "step",
    [
        lambda b: b.spend("job_1", "b", 5),
        lambda b: b.settle("job_1", "a", 5),
        lambda b: b.refund("job_1", "a"),
        lambda b: b.commit("job_1"),
        lambda b: b.release("job_1"),
        lambda b: b.reserve("job_2", 5),
    ],
)
async def test_the_same_call_twice_at_once_counts_once(bench: QuotaBench, step: Step) -> None:
    alone = QuotaBench()
    await alone.reserve("job_1", 1_000_000)
    await alone.spend("job_1", "a", 300_000)
    expected = await step(alone)
    assert await race(bench, step, step) == expected
    assert bench.state() == alone.state()


async def test_a_free_call_after_the_end_is_refused_too(bench: QuotaBench) -> None:
    answer = await race(bench, lambda b: b.commit("job_1"), lambda b: b.spend("job_1", "cached", 0))
    assert answer == "reservation_closed"


async def test_a_job_with_nothing_left_ends_once(bench: QuotaBench) -> None:
    await bench.spend("job_1", "b", 700_000)
    assert await race(bench, lambda b: b.release("job_1"), lambda b: b.commit("job_1")) == "reservation_closed"
    assert bench.state().open_jobs == 0


def at_the_second_update(bench: QuotaBench, rival: Callable[[], Awaitable[object]]) -> None:
    async def wait_for_the_next() -> None:
        bench.table.rival = rival

    bench.table.rival = wait_for_the_next


async def forget(bench: QuotaBench) -> None:
    """job_1 ends, and after a day another job's end takes its tombstone away."""
    await bench.refund("job_1", "a")
    await bench.commit("job_1")
    bench.clock.advance(30 * 3600)
    await bench.reserve("job_2", 5)


async def test_two_stragglers_take_one_booking_back_once(bench: QuotaBench) -> None:
    await forget(bench)
    await bench.release("job_2")
    at_the_second_update(bench, lambda: bench.reserve("job_1", 1_000_000))
    await bench.reserve("job_1", 1_000_000)
    assert (bench.state().videos, bench.state().open_jobs, bench.state().spend_microusd) == (1, 0, 0)
    bench.assert_balanced()


async def test_what_a_straggler_reopened_is_not_swept_out_as_if_it_were_closed(bench: QuotaBench) -> None:
    """The end of job_2 means to drop job_1's tombstone, which is gone by then: a booking stands in its place."""
    await forget(bench)

    async def reopen() -> None:
        await bench.reserve("job_3", 5)
        await bench.release("job_3")
        bench.table.unwritable_rows = 1
        with pytest.raises(DependencyUnavailableError):
            await bench.reserve("job_1", 1_000_000)

    at_the_second_update(bench, reopen)
    await bench.release("job_2")
    assert bench.state().open_jobs == 1
    assert bench.state().bookings["job_1"].mark is BookingMark.OPEN
    await bench.reserve("job_1", 1_000_000)
    assert bench.state().open_jobs == 0
    bench.assert_balanced()
