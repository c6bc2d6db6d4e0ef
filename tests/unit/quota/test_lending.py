"""The deployment's caps: never exceeded, whoever dies between which steps, and what lies idle comes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.fakes.quota_bench import MONTH
from tests.fakes.quota_deployment import TODAY, USD, Deployment

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.lending import KEPT
from omnigen_quota.domain.loans import DeploymentMonth, Transfer
from omnigen_quota.service.auditing import Auditor
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.service.rounds import Place
from omnigen_shared.errors import DependencyUnavailableError, QuotaExceededError


@pytest.fixture
def world() -> Deployment:
    return Deployment()


async def test_without_caps_nothing_is_lent(world: Deployment) -> None:
    await world.book("ann", "job_1")
    assert world.table.deployments == {}


async def test_a_loan_is_enough_for_a_few_more(world: Deployment) -> None:
    await world.cap(per_month=1000 * USD)
    await world.book("ann", "job_1")
    assert world.lent() == DeploymentMonth(10 * USD, {TODAY: 10 * USD})
    world.table.calls.clear()
    await world.book("ann", "job_2")
    assert world.table.calls == ["apply", "record"]
    world.assert_true()


@pytest.mark.parametrize("cap", ["deployment_spend_per_month", "deployment_spend_per_day"])
async def test_all_users_together_get_no_more_than_the_cap(world: Deployment, cap: str) -> None:
    await world.cap(**{cap.removeprefix("deployment_spend_"): 5 * USD})
    for n in range(5):
        await world.book(f"user-{n}", "job_1")
        await world.end(f"user-{n}", "job_1")
        await world.book(f"user-{n}", "job_2")
    with pytest.raises(QuotaExceededError) as refusal:
        await world.book("late", "job_1")
    midnight = datetime(2026, 11, 25, tzinfo=UTC) if cap.endswith("day") else datetime(2026, 12, 1, tzinfo=UTC)
    assert refusal.value.details == {
        "cap": cap,
        "used": "5.00",
        "limit": "5.00",
        "requested": "1.00",
        "resets_at": midnight.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    assert refusal.value.retry_after_s == int((midnight - world.clock.now()).total_seconds()) + 1
    world.assert_true()


async def test_a_day_ends_at_midnight_and_the_month_goes_on(world: Deployment) -> None:
    await world.cap(per_day=2 * USD, per_month=3 * USD)
    await world.book("ann", "job_1", 2 * USD)
    world.clock.advance(86_400)
    await world.book("ben", "job_1")
    with pytest.raises(QuotaExceededError) as refusal:
        await world.book("ben", "job_2")
    assert refusal.value.details["cap"] == "deployment_spend_per_month"
    world.clock.advance(7 * 86_400)
    await world.book("ben", "job_3", 2 * USD)
    world.assert_true()
    world.assert_true("2026-12")


async def test_what_a_job_gives_back_is_there_for_the_same_user_at_once(world: Deployment) -> None:
    await world.cap(per_day=2 * USD)
    await world.book("ann", "job_1", 2 * USD)
    await world.end("ann", "job_1")
    await world.book("ann", "job_2", 2 * USD)
    assert world.lent().days == {TODAY: 2 * USD}


async def test_what_lies_idle_is_there_for_others_after_a_while(world: Deployment) -> None:
    await world.cap(per_day=2 * USD, per_month=2 * USD)
    await world.book("ann", "job_1", 2 * USD)
    await world.quota.spend(Place("ann", MONTH, "job_1"), "a", USD)
    await world.end("ann", "job_1")
    with pytest.raises(QuotaExceededError):
        await world.book("ben", "job_1")
    await world.go_round()
    assert world.lent() == DeploymentMonth(USD, {TODAY: USD})
    await world.book("ben", "job_1")
    await world.quota.refund(Place("ann", MONTH, "job_1"), "a")
    await world.go_round()
    await world.book("ben", "job_2")
    world.assert_true()


async def test_a_loan_in_use_is_not_taken_back(world: Deployment) -> None:
    await world.cap(per_month=1000 * USD)
    await world.book("ann", "job_1")
    await world.go_round(KEPT / 2)
    assert world.loan("ann").left == 9 * USD


async def test_what_yesterday_left_is_not_given_to_today(world: Deployment) -> None:
    await world.cap(per_day=1000 * USD)
    await world.book("ann", "job_1")
    await world.go_round(timedelta(days=1))
    assert world.lent() == DeploymentMonth(USD, {TODAY: 10 * USD})
    await world.end("ann", "job_1")
    await world.book("ann", "job_2")
    assert world.lent().days["2026-11-25"] == 10 * USD
    world.assert_true()


async def test_a_free_job_needs_no_loan(world: Deployment) -> None:
    await world.cap(per_month=0)
    await world.book("ann", "job_1", 0)
    with pytest.raises(QuotaExceededError):
        await world.book("ann", "job_2", 1)


async def test_a_users_own_cap_is_told_first(world: Deployment) -> None:
    await world.cap(per_month=0)
    with pytest.raises(QuotaExceededError) as refusal:
        await world.book("ann", "job_1", 301 * USD)
    assert refusal.value.details["cap"] == "spend_per_month"


class KilledError(DependencyUnavailableError):
    """The process is gone."""


def die_at(world: Deployment, step: int, *, is_lost: bool) -> None:
    """The process dies at the n-th write from now on: before it is made, or after."""
    writes = iter(range(step, -1, -1))

    def wrap(write: Any) -> Any:
        async def call(*arguments: Any) -> Any:
            left = next(writes, -1)
            if left == 0 and not is_lost:
                raise KilledError("before")
            answer = await write(*arguments)
            if left == 0:
                raise KilledError("after")
            return answer

        return call

    world.table.apply_deployment = wrap(type(world.table).apply_deployment.__get__(world.table))  # type: ignore[method-assign]
    world.table.apply = wrap(type(world.table).apply.__get__(world.table))  # type: ignore[method-assign]


@pytest.mark.parametrize("is_lost", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(8))
async def test_a_death_between_any_two_steps_of_a_loan_admits_nothing_more(step: int, is_lost: bool) -> None:
    world = Deployment()
    await world.cap(per_day=5 * USD, per_month=5 * USD)
    die_at(world, step, is_lost=is_lost)
    with pytest.raises(KilledError):
        await world.book("ann", "job_0")
    die_at(world, -1, is_lost=False)
    world.assert_true()
    admitted = {(user, job) for user, month in world.table.months for job in world.table._require(user, month).bookings}
    for n in range(10):
        user = ("ann", "ben", "cid")[n % 3]
        try:
            await world.book(user, f"job_{n}")
            admitted.add((user, f"job_{n}"))
        except QuotaExceededError:
            world.assert_true()
    assert len(admitted) <= 5
    await world.go_round()
    for n in range(10, 15):
        try:
            await world.book("dan", f"job_{n}")
            admitted.add(("dan", f"job_{n}"))
        except QuotaExceededError:
            break
    assert len(admitted) == 5, "what a dead process left behind has come back"
    world.assert_true()
    assert world.lent().pending == {}


@pytest.mark.parametrize("is_lost", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(3))
async def test_nor_between_any_two_steps_of_a_return(step: int, is_lost: bool) -> None:
    world = Deployment()
    await world.cap(per_day=5 * USD, per_month=5 * USD)
    await world.book("ann", "job_1", 5 * USD)
    await world.end("ann", "job_1")
    world.clock.advance(KEPT.total_seconds() + 1)
    rules = world.table.rules
    die_at(world, step, is_lost=is_lost)
    with pytest.raises(KilledError):
        await Patrol(world.table, world.clock, 300)._lender.settle("ann", MONTH, rules)
    die_at(world, -1, is_lost=False)
    world.assert_true()
    await world.book("ann", "job_2", 2 * USD)
    world.assert_true()
    await world.go_round()
    assert world.lent() == DeploymentMonth(2 * USD, {TODAY: 2 * USD})
    world.assert_true()


async def test_a_transfer_planned_on_an_old_look_is_void() -> None:
    """Two plan the same number; the second is announced when the first is through, and moves nothing."""
    world = Deployment()
    await world.cap(per_month=100 * USD)
    await world.book("ann", "job_0")
    stale = await world.table.find_month("ann", MONTH)
    await world.book("ann", "job_1", 50 * USD)
    assert stale is not None
    before = world.lent().lent
    real = world.table.find_month

    async def look(_user_id: str, _month: str) -> Any:
        world.table.find_month = real  # type: ignore[method-assign]
        return stale

    world.table.find_month = look  # type: ignore[method-assign, assignment]
    world.clock.advance(KEPT.total_seconds() + 1)
    await Patrol(world.table, world.clock, 300)._lender.settle("ann", MONTH, world.table.rules)
    assert world.lent().lent == before
    assert world.lent().pending == {}
    world.assert_true()


async def test_one_process_has_the_turn_and_the_next_one_is_anybodys(world: Deployment) -> None:
    await world.cap(per_month=5 * USD)
    await world.book("ann", "job_1", 5 * USD)
    await world.end("ann", "job_1")
    one, other = (Patrol(world.table, world.clock, 900) for _ in range(2))
    await one.take_turn()
    world.clock.advance(KEPT.total_seconds() + 1)
    await other.take_turn()
    assert world.lent().lent == 5 * USD
    world.clock.advance(300)
    await other.take_turn()
    assert world.lent().lent == 0


async def test_a_transfer_that_cannot_be_finished_holds_nobody_up(world: Deployment) -> None:
    await world.cap(per_month=5 * USD)
    await world.book("ann", "job_1", 2 * USD)
    await world.end("ann", "job_1")
    stray = Transfer("t", 1, 5, TODAY, 5, "")
    world.table.deployments[MONTH]["pending"]["nobody"] = stray.to_map()
    await world.go_round()
    assert world.loan("ann").left == 0


async def test_one_users_trouble_is_not_the_others(world: Deployment) -> None:
    await world.cap(per_month=5 * USD)
    for user_id in ("ann", "ben"):
        await world.book(user_id, "job_1", 2 * USD)
        await world.end(user_id, "job_1")
    real = world.table.list_months

    async def fail_for_ann(user_id: str) -> dict[str, MonthState]:
        if user_id == "ann":
            raise DependencyUnavailableError("Ann's months are not to be read.")
        return await real(user_id)

    world.table.list_months = fail_for_ann  # type: ignore[method-assign]
    await world.go_round()
    assert (world.loan("ann").left, world.loan("ben").left) == (2 * USD, 0)


async def test_the_audit_names_what_was_lent_and_not_taken(world: Deployment) -> None:
    await world.cap(per_month=100 * USD)
    await world.book("ann", "job_1")
    auditor = Auditor(world.table)
    assert await auditor.audit_deployment(MONTH) == ()
    assert await auditor.audit_deployment("2026-10") == ()
    world.table.deployments[MONTH]["lent"] += 1
    (finding,) = await auditor.audit_deployment(MONTH)
    assert (finding.month, finding.row) == (MONTH, "lent")
    world.table.deployments[MONTH]["lent"] -= 1
    stray = Transfer("t", 1, 5, TODAY, 5, "")
    world.table.deployments[MONTH]["pending"]["nobody"] = stray.to_map()
    (finding,) = await auditor.audit_deployment(MONTH)
    assert finding.row == "pending.nobody"
