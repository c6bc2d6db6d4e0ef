"""Caps of all users together that change while jobs run and blocks are lent: what is counted stays true."""

import pytest
from tests.fakes.quota_bench import MONTH
from tests.fakes.quota_deployment import TODAY, USD, Deployment

from omnigen_quota.domain.lending import KEPT
from omnigen_quota.domain.loans import DeploymentMonth
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.rounds import Place
from omnigen_quota.service.switch import VALID_FOR
from omnigen_shared.errors import QuotaExceededError

TOMORROW = "2026-11-25"


@pytest.fixture
def world() -> Deployment:
    return Deployment()


async def test_a_cap_set_in_the_middle_of_a_month_counts_what_was_spent_before(world: Deployment) -> None:
    await world.book("ann", "job_1", 3 * USD)
    await world.book("ben", "job_1", 4 * USD)
    await world.cap(per_month=8 * USD)
    assert world.lent().lent == 7 * USD
    await world.book("ann", "job_2")
    with pytest.raises(QuotaExceededError):
        await world.book("ben", "job_2")
    world.assert_true()


async def test_whoever_has_not_heard_of_the_cap_counts_all_the_same(world: Deployment) -> None:
    await world.book("ann", "job_1", 3 * USD)
    await Operator(world.table, world.clock).set_deployment_caps(None, 5 * USD)
    await world.book("ann", "job_2")
    assert world.lent().lent >= 4 * USD
    world.assert_true()


async def test_nor_is_a_days_cap_passed_by_what_was_spent_before_anybody_was_counted(world: Deployment) -> None:
    """The cap is there, and its order comes before the patrol has counted the month."""
    await world.book("ann", "job_1", 4 * USD)
    await world.table.set_caps(5 * USD, None)
    world.clock.advance(VALID_FOR.total_seconds())
    with pytest.raises(QuotaExceededError) as refusal:
        await world.book("ann", "job_2", 2 * USD)
    assert refusal.value.details["cap"] == "deployment_spend_per_day"
    await world.book("ann", "job_3", USD)
    assert world.lent().days == {TODAY: 5 * USD}
    world.assert_true()


async def test_caps_that_are_lifted_leave_the_count_true(world: Deployment) -> None:
    await world.cap(per_month=2 * USD)
    await world.book("ann", "job_1", 2 * USD)
    await world.cap()
    await world.book("ann", "job_2", 5 * USD)
    world.assert_true()
    await world.cap(per_month=6 * USD)
    with pytest.raises(QuotaExceededError):
        await world.book("ann", "job_3", 70 * USD)


async def test_a_day_cap_set_at_noon_lends_nothing_for_what_the_morning_gives_back(world: Deployment) -> None:
    await world.book("ann", "job_1", 5 * USD)
    await world.quota.spend(Place("ann", MONTH, "job_1"), "late", USD)
    await world.cap(per_day=8 * USD)
    await world.book("ann", "job_2")
    await world.end("ann", "job_1")
    await world.quota.refund(Place("ann", MONTH, "job_1"), "late")
    world.assert_true()
    await world.book("ann", "job_3", 2 * USD)
    for user_id in ("ann", "ben"):
        with pytest.raises(QuotaExceededError) as refusal:
            await world.book(user_id, "job_4")
        assert refusal.value.details["cap"] == "deployment_spend_per_day"
    assert world.lent().days == {TODAY: 8 * USD}
    world.assert_true()


async def test_a_day_cap_set_at_noon_counts_the_morning_but_not_the_day_before(world: Deployment) -> None:
    for user_id in ("ann", "ben"):
        await world.book(user_id, "job_0", 50 * USD)
    world.clock.advance(86_400)
    await world.book("ann", "job_1", 5 * USD)
    await world.book("ben", "job_1", 4 * USD)
    await world.quota.spend(Place("ben", MONTH, "job_1"), "a", 2 * USD)
    await world.quota.settle(Place("ben", MONTH, "job_1"), "a", 2 * USD)
    await world.end("ben", "job_1")
    await world.cap(per_day=8 * USD)
    assert world.lent() == DeploymentMonth(107 * USD, {TOMORROW: 7 * USD})
    await world.book("cid", "job_1")
    with pytest.raises(QuotaExceededError) as refusal:
        await world.book("ann", "job_2", 1)
    assert refusal.value.details["used"] == "8.00"
    world.assert_true()


async def test_what_was_booked_under_the_cap_is_the_days_again(world: Deployment) -> None:
    await world.book("ann", "job_1", 5 * USD)
    await world.cap(per_day=8 * USD)
    await world.book("ann", "job_2", 3 * USD)
    await world.end("ann", "job_2")
    await world.book("ann", "job_3", 3 * USD)
    assert world.lent().days == {TODAY: 8 * USD}
    world.assert_true()


@pytest.mark.parametrize("cap", ["per_day", "per_month"])
async def test_a_lowered_cap_takes_back_what_is_not_spent(world: Deployment, cap: str) -> None:
    await world.cap(**{cap: 1000 * USD})
    await world.book("ann", "job_1")
    await world.book("ben", "job_1")
    await world.cap(**{cap: 4 * USD})
    await world.book("ann", "job_2", 2 * USD)
    for user_id in ("ann", "ben"):
        with pytest.raises(QuotaExceededError):
            await world.book(user_id, "job_3")
    world.assert_true()


async def test_a_cap_that_still_holds_all_blocks_leaves_them_where_they_are(world: Deployment) -> None:
    await world.cap(per_month=1000 * USD)
    await world.book("ann", "job_1")
    await world.cap(per_month=10 * USD)
    assert world.loan("ann").left == 9 * USD


async def test_a_block_that_was_lent_while_a_cap_was_lowered_goes_back_with_the_next_round(world: Deployment) -> None:
    await world.cap(per_month=1000 * USD)
    await world.book("ann", "job_1")
    await world.table.set_caps(None, 5 * USD)
    await world.go_round(KEPT / 10)
    assert world.lent() == DeploymentMonth(USD, {TODAY: USD})
    world.assert_true()


async def test_everybody_is_counted_before_anything_is_lent_under_a_new_cap(world: Deployment) -> None:
    for user_id in ("ann", "ben"):
        await world.book(user_id, "job_1", 3 * USD)
    real, lent = world.table.set_caps, []

    async def set_caps(spend_per_day: int | None, spend_per_month: int | None) -> None:
        lent.append(world.lent().lent)
        await real(spend_per_day, spend_per_month)
        await world.book("cid", "job_1")  # nobody here has heard of the cap

    world.table.set_caps = set_caps  # type: ignore[method-assign]
    await world.cap(per_month=8 * USD)
    assert lent == [6 * USD]
    assert world.lent().lent == 7 * USD
    world.assert_true()
