"""What crashes have left is finished by the sweep, and nothing else is touched."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from tests.fakes.quota_bench import USER, QuotaBench

from omnigen_quota.domain.bookings import Tombstone
from omnigen_quota.service import sweeping
from omnigen_quota.service.sweeping import Sweep, Sweeper
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.testing.clock import FrozenClock

Step = Callable[[QuotaBench], Awaitable[object]]
STEPS: dict[str, Step] = {
    "reserved": lambda b: b.reserve("job_1"),
    "held#a": lambda b: b.spend("job_1", "a", 300_000),
    "ended#a": lambda b: b.settle("job_1", "a", 250_000),
    "closed": lambda b: b.commit("job_1"),
}
DECEMBER = "2026-12"


async def sweep(bench: QuotaBench, after_s: int = 120) -> Sweep:
    bench.clock.advance(after_s)
    return await Sweeper(bench.table, bench.clock).sweep(USER)


async def crash_before_the_row(bench: QuotaBench, step: Step) -> None:
    bench.table.unwritable_rows = 1
    with pytest.raises(DependencyUnavailableError):
        await step(bench)


@pytest.mark.parametrize("last", STEPS)
async def test_a_row_that_a_crash_left_out_is_written(last: str) -> None:
    bench = QuotaBench()
    for slot, step in STEPS.items():
        if slot == last:
            break
        await step(bench)
    await crash_before_the_row(bench, STEPS[last])
    before = bench.state()
    assert (await sweep(bench)).rows_written == 1
    assert last in bench.slots("job_1")
    assert bench.state().spend_microusd == before.spend_microusd
    bench.assert_balanced()
    assert await sweep(bench) == Sweep()


async def test_a_closed_job_is_folded_once_all_its_rows_stand() -> None:
    bench = QuotaBench()
    await bench.reserve("job_1")
    await crash_before_the_row(bench, lambda b: b.commit("job_1"))
    await sweep(bench)
    assert isinstance(bench.state().bookings["job_1"], Tombstone)


async def test_what_has_just_happened_is_left_to_whoever_does_it() -> None:
    bench = QuotaBench()
    await crash_before_the_row(bench, lambda b: b.reserve("job_1"))
    assert await sweep(bench, after_s=30) == Sweep()


async def test_a_job_that_can_still_change_keeps_its_entry() -> None:
    bench = QuotaBench()
    await bench.reserve("job_1")
    await bench.spend("job_1", "a", 300_000)
    await bench.commit("job_1")
    await sweep(bench)
    assert not isinstance(bench.state().bookings["job_1"], Tombstone)
    await bench.settle("job_1", "a", 1)
    bench.assert_balanced()


async def test_a_call_that_ends_while_its_job_is_swept_keeps_its_row() -> None:
    """The rows were completed before the end of the call: that they are complete says nothing about the end's row."""
    bench = QuotaBench()
    await bench.reserve("job_1")
    await bench.spend("job_1", "a", 300_000)
    await bench.commit("job_1")
    await bench.reserve("job_2", 5)
    await bench.release("job_2")

    async def settle_and_crash() -> None:
        await crash_before_the_row(bench, lambda b: b.settle("job_1", "a", 250_000))

    bench.clock.advance(26 * 3600)
    bench.table.rival = settle_and_crash
    await sweep(bench)
    bench.assert_balanced()
    await sweep(bench)
    assert "ended#a" in bench.slots("job_1")
    bench.assert_balanced()


@pytest.fixture
async def border() -> QuotaBench:
    """job_1 is booked in November and, by a straggler that then died, in December too."""
    bench = QuotaBench(clock=FrozenClock(datetime(2026, 11, 30, 23, 50, tzinfo=UTC)))

    async def book_in_december() -> None:
        bench.clock.advance(1200)
        await crash_before_the_row(bench, lambda b: b.reserve("job_1"))
        bench.clock.advance(-1200)

    bench.table.rival = book_in_december
    assert (await bench.reserve("job_1")).month == "2026-11"
    bench.clock.advance(1200)
    assert bench.state(DECEMBER).videos == 1
    return bench


async def test_a_stragglers_booking_goes_when_nobody_asks_again(border: QuotaBench) -> None:
    assert (await sweep(border)).bookings_withdrawn == 1
    december = border.state(DECEMBER)
    assert (december.videos, december.open_jobs, december.spend_microusd) == (0, 0, 0)
    assert (border.state().videos, border.state().open_jobs) == (1, 1)
    border.assert_balanced()
    assert await sweep(border) == Sweep()


@pytest.mark.parametrize("close", ["commit", "release"])
async def test_or_when_its_job_is_closed_in_both_months(border: QuotaBench, close: str) -> None:
    await getattr(border, close)("job_1", month=DECEMBER)
    await getattr(border, close)("job_1")
    assert border.state(DECEMBER).bookings == {}
    assert (border.state(DECEMBER).videos, border.state(DECEMBER).spend_microusd) == (0, 0)
    assert border.state().videos == (1 if close == "commit" else 0)
    border.assert_balanced()


async def test_without_any_row_the_earlier_month_is_the_jobs() -> None:
    bench = QuotaBench(clock=FrozenClock(datetime(2026, 11, 30, 23, 50, tzinfo=UTC)))

    async def book_in_december() -> None:
        bench.clock.advance(1200)
        await crash_before_the_row(bench, lambda b: b.reserve("job_1"))
        bench.clock.advance(-1200)
        bench.table.unwritable_rows = 1

    bench.table.rival = book_in_december
    with pytest.raises(DependencyUnavailableError):
        await bench.reserve("job_1")
    assert await sweep(bench, after_s=1500) == Sweep(rows_written=1, bookings_withdrawn=1)
    assert (bench.state().videos, bench.state(DECEMBER).videos) == (1, 0)
    assert (await bench.reserve("job_1")).month == "2026-11"


async def test_a_booking_whose_rows_were_seen_is_looked_up_again_only_when_it_has_changed() -> None:
    bench = QuotaBench()
    sweeper = Sweeper(bench.table, bench.clock)
    await bench.reserve("job_1")
    await bench.spend("job_1", "a", 300_000)
    for looks in (1, 0):
        bench.clock.advance(120)
        bench.table.calls.clear()
        await sweeper.sweep(USER)
        assert bench.table.calls.count("list_rows") == looks
    await crash_before_the_row(bench, lambda b: b.settle("job_1", "a", 250_000))
    assert (await sweeper.sweep(USER)).rows_written == 1


async def test_only_so_many_bookings_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "REMEMBERED", 1)
    bench = QuotaBench()
    sweeper = Sweeper(bench.table, bench.clock)
    for job_id in ("job_1", "job_2"):
        await bench.reserve(job_id)
    bench.clock.advance(120)
    await sweeper.sweep(USER)
    assert [place.job_id for place in sweeper._seen] == ["job_2"]
