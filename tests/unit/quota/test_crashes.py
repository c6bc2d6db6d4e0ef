"""A process that dies between an update and its row, or whose reply is lost: the next to ask repairs it."""

from collections.abc import Awaitable, Callable

import pytest
from tests.fakes.quota_bench import QuotaBench

from omnigen_quota.domain.bookings import Tombstone
from omnigen_shared.errors import DependencyUnavailableError

Step = Callable[[QuotaBench], Awaitable[object]]
STEPS: dict[str, Step] = {
    "reserved": lambda b: b.reserve("job_1", 1_000_000),
    "held#a": lambda b: b.spend("job_1", "a", 300_000),
    "held#b": lambda b: b.spend("job_1", "b", 200_000),
    "ended#a": lambda b: b.settle("job_1", "a", 250_000),
    "ended#b": lambda b: b.refund("job_1", "b"),
    "closed": lambda b: b.commit("job_1"),
}


async def walk(bench: QuotaBench, until: str) -> None:
    """All steps before the named one."""
    for slot, step in STEPS.items():
        if slot == until:
            return
        await step(bench)


@pytest.mark.parametrize("slot", STEPS)
async def test_a_row_that_was_not_written_is_written_by_the_replay(slot: str) -> None:
    bench = QuotaBench()
    await walk(bench, until=slot)
    bench.table.unwritable_rows = 1
    with pytest.raises(DependencyUnavailableError):
        await STEPS[slot](bench)
    assert slot not in bench.slots("job_1")
    bench.assert_balanced()
    before = bench.state()
    await STEPS[slot](bench)
    assert slot in bench.slots("job_1")
    assert bench.state().spend_microusd == before.spend_microusd
    bench.assert_balanced()


@pytest.mark.parametrize("slot", STEPS)
async def test_an_update_whose_reply_was_lost_is_not_made_again(slot: str) -> None:
    bench = QuotaBench()
    await walk(bench, until=slot)
    bench.table.lost_replies = 1
    with pytest.raises(DependencyUnavailableError):
        await STEPS[slot](bench)
    bench.assert_balanced()
    before = bench.state()
    await STEPS[slot](bench)
    after = bench.state()
    assert (after.videos, after.open_jobs, after.spend_microusd) == (1, before.open_jobs, before.spend_microusd)
    assert after.settled_microusd == before.settled_microusd


@pytest.mark.parametrize("slot", [slot for slot in STEPS if slot != "closed"])
async def test_a_row_that_nobody_asked_for_again_is_written_when_the_job_ends(slot: str) -> None:
    bench = QuotaBench()
    for name, step in STEPS.items():
        bench.table.unwritable_rows = int(name == slot)
        try:
            await step(bench)
        except DependencyUnavailableError:
            assert name == slot
    assert bench.slots("job_1") == set(STEPS)
    assert isinstance(bench.state().bookings["job_1"], Tombstone)
    bench.assert_balanced()


async def test_a_closing_that_nobody_repeats_is_finished_by_a_later_one() -> None:
    bench = QuotaBench()
    await walk(bench, until="closed")
    bench.table.unwritable_rows = 1
    with pytest.raises(DependencyUnavailableError):
        await bench.commit("job_1")
    bench.clock.advance(120)
    await bench.reserve("job_2", 5)
    await bench.release("job_2")
    assert bench.slots("job_1") == set(STEPS)
    assert isinstance(bench.state().bookings["job_1"], Tombstone)


async def test_a_good_reservation_and_a_good_spend_cost_one_update_and_one_row() -> None:
    bench = QuotaBench()
    await bench.reserve("job_0", 5)
    bench.table.calls.clear()
    await bench.reserve("job_1", 1_000_000)
    assert bench.table.calls == ["apply", "record"]
    bench.table.calls.clear()
    await bench.spend("job_1", "a", 5)
    assert bench.table.calls == ["apply", "record"]
