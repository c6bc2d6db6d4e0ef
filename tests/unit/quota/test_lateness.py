"""Updates that happen long after their caller has given them up, and after what it has tried since."""

from datetime import timedelta

import pytest
from tests.fakes.quota_bench import MONTH, USER, QuotaBench

from omnigen_quota.domain.auditing import audit_deployment
from omnigen_quota.domain.lending import KEPT
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.service.sweeping import ABANDONED, Sweeper
from omnigen_quota.service.switch import VALID_FOR
from omnigen_shared.errors import DependencyUnavailableError, QuotaExceededError

USD = 1_000_000


@pytest.fixture
def bench() -> QuotaBench:
    return QuotaBench()


async def leave_a_stray(bench: QuotaBench) -> None:
    """A reservation that is refused while its first try is still under way, and happens when there is room again."""
    await bench.reserve("other_0")
    bench.table.late_updates = 1
    with pytest.raises(DependencyUnavailableError):
        await bench.reserve("job_1")
    await bench.reserve("other_1")
    with pytest.raises(QuotaExceededError):
        await bench.reserve("job_1")
    await bench.release("other_1")
    bench.table.deliver()
    assert bench.state().find_booking("job_1") is not None


async def test_a_place_that_nobody_knows_of_is_given_back_by_the_sweep(bench: QuotaBench) -> None:
    await leave_a_stray(bench)
    bench.clock.advance((ABANDONED + timedelta(seconds=1)).total_seconds())
    await Sweeper(bench.table, bench.clock).sweep(USER)
    assert (bench.state().videos, bench.state().open_jobs, bench.state().spend_microusd) == (0, 0, 0)
    bench.assert_balanced()


async def test_a_job_that_may_still_live_keeps_its_place(bench: QuotaBench) -> None:
    await bench.reserve("job_1")
    bench.clock.advance(ABANDONED.total_seconds())
    await Sweeper(bench.table, bench.clock).sweep(USER)
    assert bench.state().open_jobs == 1


async def test_what_an_abandoned_job_holds_stays_held(bench: QuotaBench) -> None:
    await bench.reserve("job_1")
    await bench.spend("job_1", "clip.1", 300)
    bench.clock.advance((ABANDONED + timedelta(seconds=1)).total_seconds())
    await Sweeper(bench.table, bench.clock).sweep(USER)
    assert (bench.state().videos, bench.state().spend_microusd) == (0, 300)
    await bench.settle("job_1", "clip.1", 200)
    assert bench.state().spend_microusd == 200
    bench.assert_balanced()


async def cap(bench: QuotaBench) -> None:
    await Operator(bench.table, bench.clock).set_deployment_caps(None, 1000 * USD)
    bench.clock.advance(VALID_FOR.total_seconds())


def lent(bench: QuotaBench) -> int:
    deployment = bench.table.deployment(MONTH)
    assert deployment is not None
    assert list(audit_deployment(MONTH, deployment, {USER: bench.state()})) == []
    return deployment.lent


async def test_a_loan_that_is_announced_again_after_it_was_given_is_no_second_loan(bench: QuotaBench) -> None:
    await cap(bench)
    await bench.reserve("job_1", USD // 100)
    bench.table.updates.clear()
    await bench.reserve("job_2", USD)
    announced = next(update for update in bench.table.updates if update.actions[0].path == ("pending", USER))
    before = lent(bench)
    await bench.table.apply_deployment(MONTH, announced)
    await Patrol(bench.table, bench.clock, 300).go_round()
    assert lent(bench) == before


async def test_what_is_remembered_of_loans_is_forgotten_when_nothing_can_be_late_any_more(bench: QuotaBench) -> None:
    await cap(bench)
    await bench.reserve("job_1", USD)
    deployment = bench.table.deployment(MONTH)
    assert deployment is not None
    assert list(deployment.concluded) == [USER]
    for _ in range(2):
        bench.clock.advance(KEPT.total_seconds() + 1)
        await Patrol(bench.table, bench.clock, 300).go_round()
    deployment = bench.table.deployment(MONTH)
    assert deployment is not None
    assert not deployment.concluded
    await bench.reserve("job_2", USD)
    assert lent(bench) >= 2 * USD
