"""A reservation is one update and one row, whatever is agreed with its user; a guess that is wrong changes nothing."""

import pytest
from tests.fakes.quota_bench import USER, QuotaBench
from tests.fakes.quota_deployment import USD, Deployment

from omnigen_quota.service import guesses
from omnigen_quota.service.operating import Operator
from omnigen_shared.errors import QuotaExceededError

GOOD_PATH = ["apply", "record"]


@pytest.fixture
def bench() -> QuotaBench:
    return QuotaBench()


async def agree(bench: QuotaBench, **caps: int | None) -> None:
    await Operator(bench.table, bench.clock).set_caps(USER, caps)


async def calls_of_a_reservation(bench: QuotaBench, job_id: str) -> list[str]:
    bench.table.calls.clear()
    await bench.reserve(job_id)
    return bench.table.calls


async def test_a_user_with_caps_of_the_own_costs_no_more_than_others(bench: QuotaBench) -> None:
    await agree(bench, concurrent_jobs=9)
    await bench.reserve("job_1")
    assert await calls_of_a_reservation(bench, "job_2") == GOOD_PATH
    await agree(bench, videos_per_month=9)
    await bench.reserve("job_3")
    assert await calls_of_a_reservation(bench, "job_4") == GOOD_PATH


async def test_nor_a_user_whose_month_was_lent_to_before_the_caps_were_lifted() -> None:
    world = Deployment()
    await world.cap(per_month=1000 * USD)
    await world.book("ann", "job_1")
    await world.cap()
    await world.book("ann", "job_2")
    world.table.calls.clear()
    await world.book("ann", "job_3")
    assert world.table.calls == GOOD_PATH
    world.assert_true()


async def test_what_was_agreed_before_admits_nothing_now(bench: QuotaBench) -> None:
    await agree(bench, concurrent_jobs=9)
    await bench.reserve("job_1")
    await agree(bench, concurrent_jobs=1)
    with pytest.raises(QuotaExceededError):
        await bench.reserve("job_2")
    bench.assert_balanced()


async def test_nor_does_it_refuse(bench: QuotaBench) -> None:
    await agree(bench, concurrent_jobs=1)
    await bench.reserve("job_1")
    await agree(bench, concurrent_jobs=2)
    await bench.reserve("job_2")
    assert bench.state().open_jobs == 2


async def test_only_so_many_users_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "REMEMBERED_USERS", 1)
    world = Deployment()
    await world.cap(per_month=1000 * USD)
    for user_id in ("ann", "ben"):
        await world.book(user_id, "job_1")
    assert list(world.quota._guesses._known) == ["ben"]
