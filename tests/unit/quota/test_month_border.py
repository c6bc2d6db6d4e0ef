"""Midnight of a month's last day: a job belongs to one month, whoever asks when."""

from datetime import UTC, datetime

import pytest
from tests.fakes.quota_bench import QuotaBench

from omnigen_shared.errors import DependencyUnavailableError, ProblemError
from omnigen_shared.testing.clock import FrozenClock

NOVEMBER, DECEMBER = "2026-11", "2026-12"


@pytest.fixture
def bench() -> QuotaBench:
    return QuotaBench(clock=FrozenClock(datetime(2026, 11, 30, 23, 50, tzinfo=UTC)))


async def test_a_job_that_crosses_stays_in_its_month(bench: QuotaBench) -> None:
    reservation = await bench.reserve("job_1", 1_000_000)
    bench.clock.advance(1200)
    await bench.spend("job_1", "a", 300_000, month=reservation.month)
    await bench.settle("job_1", "a", 300_000, month=reservation.month)
    await bench.commit("job_1", month=reservation.month)
    assert bench.state(NOVEMBER).spend_microusd == 300_000
    assert (await bench.quota.get_usage("user-1")).state.spend_microusd == 0


async def test_counters_start_again_while_running_jobs_still_count(bench: QuotaBench) -> None:
    await bench.reserve("job_1")
    await bench.reserve("job_2")
    bench.clock.advance(1200)
    with pytest.raises(ProblemError) as refusal:
        await bench.reserve("job_3")
    assert refusal.value.details["cap"] == "concurrent_jobs"
    await bench.commit("job_1", month=NOVEMBER)
    assert (await bench.reserve("job_3")).month == DECEMBER
    assert bench.state(DECEMBER).videos == 1
    usage = await bench.quota.get_usage("user-1")
    assert (usage.month, usage.state.open_jobs, usage.elsewhere) == (DECEMBER, 1, 1)


@pytest.mark.parametrize("hours", [1, 24])
async def test_a_reservation_asked_again_after_midnight_is_the_same(bench: QuotaBench, hours: int) -> None:
    first = await bench.reserve("job_1")
    bench.clock.advance(hours * 3600)
    assert await bench.reserve("job_1") == first
    assert ("user-1", DECEMBER) not in bench.table.months


@pytest.mark.parametrize("lost", [True, False], ids=["reply-lost", "row-unwritten"])
async def test_even_when_the_first_try_crashed_halfway(bench: QuotaBench, lost: bool) -> None:
    bench.table.lost_replies, bench.table.unwritable_rows = int(lost), int(not lost)
    with pytest.raises(DependencyUnavailableError):
        await bench.reserve("job_1")
    bench.clock.advance(3600)
    assert (await bench.reserve("job_1")).month == NOVEMBER
    assert bench.slots("job_1") == {"reserved"}


async def test_a_process_whose_clock_is_behind_finds_the_job_in_the_next_month(bench: QuotaBench) -> None:
    bench.clock.instant = datetime(2026, 12, 1, 0, 0, 10, tzinfo=UTC)
    first = await bench.reserve("job_1")
    bench.clock.instant = datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC)
    assert await bench.reserve("job_1") == first
    assert ("user-1", NOVEMBER) not in bench.table.months


async def test_two_at_once_on_both_sides_of_midnight_agree_by_the_ledger(bench: QuotaBench) -> None:
    """Neither sees the other in its look around; the row that both want to write decides."""

    async def book_in_december() -> None:
        bench.clock.advance(1200)
        await bench.reserve("job_1")
        bench.clock.advance(-1200)

    bench.table.rival = book_in_december
    assert (await bench.reserve("job_1")).month == DECEMBER
    assert (bench.state(NOVEMBER).videos, bench.state(NOVEMBER).spend_microusd) == (0, 0)
    assert (bench.state(DECEMBER).videos, bench.state(DECEMBER).open_jobs) == (1, 1)
    bench.assert_balanced()


async def test_a_job_of_long_ago_is_known_by_its_row(bench: QuotaBench) -> None:
    first = await bench.reserve("job_1")
    bench.clock.advance(40 * 86_400)
    assert await bench.reserve("job_1") == first
    assert bench.state("2027-01").videos == 0
