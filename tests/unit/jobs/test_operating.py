"""A call whose fate nobody knew is judged by an operator, once, whatever crash comes between."""

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import CLIP, FINGERPRINT, JOB, OTHER_JOB, USER, JobsBench, make_job, make_problem

from omnigen_jobs.domain.problems import IntentMovedError
from omnigen_jobs.domain.records import ClaimState, Money
from omnigen_jobs.service.operating import Operator
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import IntentStatus
from omnigen_shared.errors import DependencyUnavailableError, InvalidRequestError, NotFoundError

PRICE = 150_000


@pytest.fixture(params=["never answered", "forgotten"])
async def bench(request: pytest.FixtureRequest) -> JobsBench:
    """A job that failed by a call which the provider never answered, or which it does not know any more."""
    made = JobsBench()
    seed(made.store, make_job(made.clock))
    await made.plan()
    if request.param == "forgotten":
        await made.send()
        await made.move("created", "unknown")
    else:
        await made.move("planned", "reserved")
        await made.move("reserved", "sending", owner="w1")
        await made.move("sending", "unknown")
    await made.uses.ending.fail(USER, JOB, 1, make_problem())
    return made


def operator(bench: JobsBench) -> Operator:
    return Operator(bench.store, bench.quota, bench.clock)


async def test_what_was_charged_is_settled_and_the_clip_may_be_made_again(bench: JobsBench) -> None:
    judged = await operator(bench).judge(JOB, CLIP, 100_000)
    assert (judged.status, judged.actual_microusd) == (IntentStatus.SETTLED, 100_000)
    assert bench.quota.settled == {(JOB, CLIP): 100_000}
    assert (await bench.read()).job.spent_microusd == 100_000
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.RELEASED


async def test_what_was_not_charged_is_given_back(bench: JobsBench) -> None:
    judged = await operator(bench).judge(JOB, CLIP, None)
    assert judged.status is IntentStatus.REFUNDED
    assert bench.quota.refunded == {(JOB, CLIP)}
    seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB))
    assert (await bench.plan(OTHER_JOB)).status is IntentStatus.PLANNED


@pytest.mark.parametrize("actual", [None, PRICE])
async def test_a_command_that_was_cut_off_is_repeated(bench: JobsBench, actual: int | None) -> None:
    bench.quota.is_down = True
    with pytest.raises(DependencyUnavailableError):
        await operator(bench).judge(JOB, CLIP, actual)
    bench.quota.is_down = False
    for _ in range(2):
        await operator(bench).judge(JOB, CLIP, actual)
    assert (await bench.read()).job.spent_microusd == (actual or 0)
    assert len(bench.quota.settled) + len(bench.quota.refunded) == 1


@pytest.mark.parametrize("actual", [None, PRICE])
async def test_a_verdict_that_quota_has_not_heard_is_told_by_the_reaper(bench: JobsBench, actual: int | None) -> None:
    bench.quota.is_down = True
    with pytest.raises(DependencyUnavailableError):
        await operator(bench).judge(JOB, CLIP, actual)
    await bench.reaper.sweep()
    bench.quota.is_down = False
    for _ in range(3):
        bench.clock.advance(46)
        await bench.reaper.sweep()
    assert bench.quota.settled == ({} if actual is None else {(JOB, CLIP): actual})
    assert bench.quota.refunded == ({(JOB, CLIP)} if actual is None else set())
    job = (await bench.read()).job
    assert (job.money, job.lease_until, job.spent_microusd) == (Money.CLOSED, None, actual or 0)


async def test_a_verdict_takes_no_deletion_back(bench: JobsBench) -> None:
    for _ in range(2):
        await bench.reaper.sweep()
        bench.clock.advance(46)
    await bench.uses.deleting.delete(USER, JOB)
    deleted = (await bench.read()).job
    bench.clock.advance(90_000)
    await operator(bench).judge(JOB, CLIP, PRICE)
    for _ in range(3):
        bench.clock.advance(46)
        await bench.reaper.sweep()
    job = (await bench.read()).job
    assert (job.money, job.deleted_at) == (Money.CLOSED, deleted.deleted_at)
    assert deleted.media_until is not None
    assert job.media_until == deleted.media_until


async def test_another_verdict_afterwards_is_refused(bench: JobsBench) -> None:
    await operator(bench).judge(JOB, CLIP, None)
    with pytest.raises(IntentMovedError):
        await operator(bench).judge(JOB, CLIP, PRICE)


async def test_no_more_is_charged_than_was_held(bench: JobsBench) -> None:
    with pytest.raises(InvalidRequestError):
        await operator(bench).judge(JOB, CLIP, PRICE + 1)


async def test_what_does_not_exist_is_not_found(bench: JobsBench) -> None:
    with pytest.raises(NotFoundError):
        await operator(bench).judge(OTHER_JOB, CLIP, None)
    with pytest.raises(NotFoundError):
        await operator(bench).judge(JOB, IntentId("music.1"), None)


async def test_open_calls_are_listed_until_they_are_judged(bench: JobsBench) -> None:
    listed = [(call.job.job_id, call.intent.intent_id) async for call in operator(bench).list_open()]
    assert listed == [(JOB, CLIP)]
    await operator(bench).judge(JOB, CLIP, None)
    assert [call async for call in operator(bench).list_open()] == []
