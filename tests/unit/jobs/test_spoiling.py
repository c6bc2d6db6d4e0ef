"""An output of no use: paid for good, given to nobody again, and its scene makes another take."""

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import CLIP, FINGERPRINT, JOB, OTHER_JOB, USER, JobsBench, make_job, make_storyboard

from omnigen_jobs.domain.problems import ClipSpoiledError, SceneClosedError, StaleAttemptError
from omnigen_jobs.domain.records import ClaimState, Record
from omnigen_shared.contracts.job import IntentStatus, SceneState, SpoilOutput, UpdateScene

OUTPUT = f"u/{USER}/clips/{FINGERPRINT}.mp4"
WHY = "it has no picture"


@pytest.fixture
async def bench() -> JobsBench:
    """Scene 1 of JOB has a clip that is paid."""
    made = JobsBench()
    for job_id in (JOB, OTHER_JOB):
        seed(made.store, make_job(made.clock, job_id=job_id, storyboard=make_storyboard()))
    await made.plan()
    await made.send()
    await made.move("created", "ingested", output_key=OUTPUT)
    await made.move("ingested", "settled", actual_microusd=150_000)
    await update(made, SceneState.INGESTED, clip_key=OUTPUT)
    return made


async def update(bench: JobsBench, state: SceneState, **told: object) -> Record:
    return await bench.uses.attempts.update_scene(USER, JOB, 1, 1, UpdateScene(state=state, **told))


async def spoil(bench: JobsBench, attempt: int = 1, scene: int | None = 1) -> Record:
    return await bench.uses.spending.spoil(USER, JOB, attempt, CLIP, SpoilOutput(reason=WHY, scene=scene))


async def test_the_scene_goes_on_to_its_next_take_and_the_money_stays_where_it_is(bench: JobsBench) -> None:
    record = await spoil(bench)
    scene, intent = record.find_scene(1), record.find_intent(CLIP)
    assert scene is not None
    assert intent is not None
    assert (scene.take, scene.state, scene.clip_key) == (2, SceneState.QUEUED, None)
    assert (intent.spoiled, intent.status, intent.actual_microusd) == (WHY, IntentStatus.SETTLED, 150_000)
    assert record.job.spent_microusd == 150_000
    assert (await bench.tell_types())[-1] == "scene.changed"


async def test_nobody_is_given_it_again(bench: JobsBench) -> None:
    await spoil(bench)
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.SPOILED
    with pytest.raises(ClipSpoiledError) as refused:
        await bench.plan(OTHER_JOB)
    assert refused.value.details == {"job_id": JOB, "intent_id": CLIP}


async def test_saying_it_twice_makes_one_take(bench: JobsBench) -> None:
    first = await spoil(bench)
    assert await spoil(bench) == first
    assert len(await bench.tell_types()) == 3


async def test_a_job_that_was_given_the_clip_spoils_it_for_all(bench: JobsBench) -> None:
    given = await bench.plan(OTHER_JOB)
    assert given.cached
    await bench.uses.spending.spoil(USER, OTHER_JOB, 1, CLIP, SpoilOutput(reason=WHY, scene=1))
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.SPOILED


async def test_music_has_no_scene(bench: JobsBench) -> None:
    record = await spoil(bench, scene=None)
    scene = record.find_scene(1)
    assert scene is not None
    assert scene.take == 1


async def test_a_scene_that_has_ended_makes_no_other_take(bench: JobsBench) -> None:
    await update(bench, SceneState.PREPARED)
    with pytest.raises(SceneClosedError):
        await spoil(bench)
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.READY


async def test_an_old_attempt_spoils_nothing(bench: JobsBench) -> None:
    with pytest.raises(StaleAttemptError):
        await spoil(bench, attempt=2)


async def test_word_of_an_earlier_take_changes_nothing(bench: JobsBench) -> None:
    before = await spoil(bench)
    for state in (SceneState.PREPARED, SceneState.FAILED, SceneState.INGESTED):
        assert await update(bench, state, take=1, clip_key=OUTPUT) == before


async def test_a_later_take_begins_the_scene_again(bench: JobsBench) -> None:
    record = await update(bench, SceneState.QUEUED, take=3)
    scene = record.find_scene(1)
    assert scene is not None
    assert (scene.take, scene.state, scene.clip_key) == (3, SceneState.QUEUED, None)
