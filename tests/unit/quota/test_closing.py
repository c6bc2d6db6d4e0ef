"""How jobs end, and everything that may still arrive afterwards."""

from datetime import timedelta

import pytest
from tests.fakes.quota_bench import QuotaBench

from omnigen_quota.domain.bookings import Tombstone
from omnigen_quota.domain.tidying import MAX_TOMBSTONES
from omnigen_shared.errors import ProblemError

AGES = pytest.mark.parametrize("age_h", [0, 30], ids=["remembered", "forgotten"])
"""A job that closed just now stands in the month's item; after some time only the ledger knows it."""


@pytest.fixture
async def bench() -> QuotaBench:
    bench = QuotaBench()
    await bench.reserve("job_1", 1_000_000)
    await bench.spend("job_1", "scene-01.1", 300_000)
    await bench.settle("job_1", "scene-01.1", 250_000)
    return bench


async def age(bench: QuotaBench, hours: int) -> None:
    """Time passes, and another job's end sweeps out what is old."""
    bench.clock.advance(hours * 3600)
    await bench.reserve("job_2", 5, videos=0)
    await bench.release("job_2")
    assert ("job_1" in bench.state().bookings) is (hours == 0)


async def refused_code(bench: QuotaBench, name: str, *args: object) -> str:
    before = bench.state()
    with pytest.raises(ProblemError) as refusal:
        await getattr(bench, name)(*args)
    assert bench.state() == before
    return refusal.value.code


async def test_a_commit_keeps_the_video_and_gives_back_what_was_not_spent(bench: QuotaBench) -> None:
    closing = await bench.commit("job_1")
    assert (closing.state, closing.spent_microusd, closing.held_microusd) == ("committed", 250_000, 0)
    state = bench.state()
    assert (state.videos, state.open_jobs, state.spend_microusd) == (1, 0, 250_000)


async def test_a_release_gives_the_video_back_too(bench: QuotaBench) -> None:
    closing = await bench.release("job_1")
    assert (closing.state, closing.spent_microusd, closing.held_microusd) == ("released", 250_000, 0)
    state = bench.state()
    assert (state.videos, state.open_jobs, state.spend_microusd) == (0, 0, 250_000)


@AGES
@pytest.mark.parametrize("name", ["commit", "release"])
async def test_the_same_closing_answers_the_same(bench: QuotaBench, name: str, age_h: int) -> None:
    first = await getattr(bench, name)("job_1")
    await age(bench, age_h)
    assert await getattr(bench, name)("job_1") == first


@AGES
@pytest.mark.parametrize(("name", "other"), [("commit", "release"), ("release", "commit")])
async def test_the_other_closing_is_refused(bench: QuotaBench, name: str, other: str, age_h: int) -> None:
    await getattr(bench, name)("job_1")
    await age(bench, age_h)
    assert await refused_code(bench, other, "job_1") == "reservation_closed"


@AGES
@pytest.mark.parametrize("name", ["commit", "release"])
async def test_nothing_is_spent_for_a_closed_job(bench: QuotaBench, name: str, age_h: int) -> None:
    await getattr(bench, name)("job_1")
    await age(bench, age_h)
    assert await refused_code(bench, "spend", "job_1", "music.1", 1) == "reservation_closed"
    assert await refused_code(bench, "spend", "job_1", "scene-01.1", 300_000) == "intent_closed"


@AGES
async def test_a_settle_that_was_done_answers_the_same_after_the_end(bench: QuotaBench, age_h: int) -> None:
    await bench.commit("job_1")
    await age(bench, age_h)
    again = await bench.settle("job_1", "scene-01.1", 250_000)
    assert (again.state, again.amount_microusd, again.remaining_microusd) == ("settled", 250_000, 0)
    assert await refused_code(bench, "settle", "job_1", "scene-01.1", 249_999) == "amount_mismatch"
    assert await refused_code(bench, "refund", "job_1", "scene-01.1") == "intent_closed"


@AGES
async def test_a_late_reservation_of_a_committed_job_answers_without_counting(bench: QuotaBench, age_h: int) -> None:
    await bench.commit("job_1")
    await age(bench, age_h)
    before = bench.state()
    again = await bench.reserve("job_1", 1_000_000)
    assert (again.month, again.max_cost_microusd, again.remaining_microusd) == ("2026-11", 1_000_000, 0)
    assert bench.state() == before


@AGES
async def test_a_late_reservation_never_reopens_a_released_job(bench: QuotaBench, age_h: int) -> None:
    await bench.release("job_1")
    await age(bench, age_h)
    assert await refused_code(bench, "reserve", "job_1", 1_000_000) == "reservation_closed"


@AGES
async def test_a_late_reservation_of_a_known_job_is_answered_when_the_plan_is_full(
    bench: QuotaBench, age_h: int
) -> None:
    await bench.commit("job_1")
    await age(bench, age_h)
    await bench.reserve("job_3", 0)
    await bench.reserve("job_4", 0)
    assert await refused_code(bench, "reserve", "job_5", 1) == "quota_exceeded"
    assert (await bench.reserve("job_1", 1_000_000)).max_cost_microusd == 1_000_000


@pytest.mark.parametrize(
    ("name", "args", "spend"),
    [("settle", (200_000,), 450_000), ("settle", (400_000,), 650_000), ("refund", (), 250_000)],
)
@pytest.mark.parametrize("closing", ["commit", "release"])
async def test_an_open_intent_keeps_its_amount_until_it_is_settled(
    bench: QuotaBench, closing: str, name: str, args: tuple[int, ...], spend: int
) -> None:
    await bench.spend("job_1", "scene-02.1", 400_000)
    closed = await getattr(bench, closing)("job_1")
    assert (closed.spent_microusd, closed.held_microusd) == (250_000, 400_000)
    assert bench.state().spend_microusd == 650_000
    bench.clock.advance(timedelta(days=40).total_seconds())
    await getattr(bench, name)("job_1", "scene-02.1", *args)
    assert bench.state().spend_microusd == bench.state().settled_microusd == spend
    again = await getattr(bench, closing)("job_1")
    assert (again.spent_microusd, again.held_microusd) == (spend, 0)
    bench.assert_balanced()


async def test_a_held_intent_replays_after_the_end_because_it_is_still_paid_for(bench: QuotaBench) -> None:
    await bench.spend("job_1", "scene-02.1", 400_000)
    await bench.release("job_1")
    assert (await bench.spend("job_1", "scene-02.1", 400_000)).state == "held"


async def test_a_closed_job_shrinks_to_a_tombstone_once_nothing_is_held(bench: QuotaBench) -> None:
    await bench.spend("job_1", "scene-02.1", 400_000)
    await bench.commit("job_1")
    assert not isinstance(bench.state().bookings["job_1"], Tombstone)
    await bench.refund("job_1", "scene-02.1")
    assert isinstance(bench.state().bookings["job_1"], Tombstone)
    ends = {"ended#scene-01.1", "ended#scene-02.1", "closed"}
    assert bench.slots("job_1") == {"reserved", "held#scene-01.1", "held#scene-02.1", *ends}


async def test_there_are_never_many_more_tombstones_than_agreed() -> None:
    bench = QuotaBench()
    for n in range(MAX_TOMBSTONES + 20):
        bench.clock.advance(1)
        await bench.reserve(f"job_{n}", 5)
        await bench.release(f"job_{n}")
    kept = bench.state().bookings
    assert len(kept) == MAX_TOMBSTONES
    assert "job_19" not in kept
    assert "job_20" in kept
    bench.assert_balanced()
