"""Calls of a former round of which nobody knows what became of them: which take a scene goes on with."""

from datetime import timedelta

from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_problem
from tests.fakes.jobs_rounds import CLIP_PRICE, begin, doubt, fail, fail_in_doubt

from omnigen_jobs.domain.records import Record
from omnigen_jobs.domain.rounds import Wish, ask_round
from omnigen_jobs.service.operating import Operator
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import SceneState

NOTHING = Wish()


async def resume(bench: JobsBench) -> Record:
    return await bench.uses.resuming.resume(USER, JOB, NOTHING)


def list_states(record: Record) -> list[tuple[SceneState, int]]:
    return [(scene.state, scene.take) for scene in record.all_scenes]


async def test_a_clip_whose_fate_is_unknown_is_left_alone_and_another_take_made() -> None:
    bench = await fail_in_doubt()
    assert list_states(await resume(bench))[2] == (SceneState.QUEUED, 2)


async def test_what_is_learned_of_the_old_take_does_not_bring_a_scene_back_to_it() -> None:
    bench = await fail_in_doubt()
    await resume(bench)
    await bench.plan(intent=IntentId("scene-03.2.2"), attempt=2, fingerprint=f"{9:064x}")
    await Operator(bench.store, bench.quota, bench.clock).judge(JOB, IntentId("scene-03.1"), None)
    assert list_states(await bench.read())[2] == (SceneState.QUEUED, 2)


async def test_before_the_new_take_has_a_call_a_scene_goes_back_to_what_was_not_charged() -> None:
    bench = await fail_in_doubt()
    await resume(bench)
    await Operator(bench.store, bench.quota, bench.clock).judge(JOB, IntentId("scene-03.1"), None)
    assert list_states(await bench.read())[2] == (SceneState.QUEUED, 1)


async def test_a_call_of_this_round_that_is_in_doubt_makes_no_other_take_before_the_next() -> None:
    failed = await begin()
    await fail(failed)
    await resume(failed)
    name = IntentId("scene-03.1.2")
    await failed.plan(intent=name, attempt=2, fingerprint=f"{9:064x}")
    await doubt(failed, name, attempt=2)
    assert list_states(await failed.read())[2] == (SceneState.QUEUED, 1)


async def test_a_new_take_that_is_in_doubt_itself_is_followed_by_another_although_its_worker_died() -> None:
    bench = await fail_in_doubt()
    await resume(bench)
    second = IntentId("scene-03.2.2")
    await bench.plan(intent=second, attempt=2, fingerprint=f"{9:064x}")
    await doubt(bench, second, attempt=2)
    await bench.uses.ending.fail(USER, JOB, 2, make_problem())
    assert list_states(await resume(bench))[2] == (SceneState.QUEUED, 3)


async def test_what_is_learned_of_a_call_while_a_round_is_asked_for_does_not_lose_the_round() -> None:
    bench = await fail_in_doubt()
    await bench.store.commit(ask_round(await bench.read(), NOTHING, bench.clock.now(), timedelta(minutes=10)))
    await Operator(bench.store, bench.quota, bench.clock).judge(JOB, IntentId("scene-03.1"), CLIP_PRICE)
    for _ in range(3):
        bench.clock.advance(31)
        await bench.reaper.sweep()
    job = (await bench.read()).job
    assert (job.round, job.next_round, job.attempt) == (2, None, 2)
    assert bench.quota.settled[JOB, IntentId("scene-03.1")] == CLIP_PRICE
