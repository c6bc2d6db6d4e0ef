"""Scenes go forwards, are told of once, and stay ended."""

import asyncio

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_job, make_problem, make_storyboard

from omnigen_jobs.domain.problems import SceneClosedError
from omnigen_jobs.domain.records import Scene
from omnigen_shared.contracts.job import SceneState, UpdateScene
from omnigen_shared.errors import InvalidRequestError, NotFoundError

CLIP_KEY = f"u/{USER}/clips/a.mp4"
S = SceneState


@pytest.fixture
def bench() -> JobsBench:
    made = JobsBench()
    seed(made.store, make_job(made.clock, storyboard=make_storyboard(30)))
    return made


async def update(bench: JobsBench, state: SceneState, number: int = 1, **told: object) -> Scene:
    record = await bench.uses.attempts.update_scene(USER, JOB, 1, number, UpdateScene(state=state, **told))
    scene = record.find_scene(number)
    assert scene is not None
    return scene


async def test_a_planned_scene_is_queued_until_it_is_touched(bench: JobsBench) -> None:
    record = await bench.read()
    assert record.find_scene(30) == Scene(number=30, updated_at=record.job.updated_at)
    assert record.find_scene(31) is None
    assert (await update(bench, S.QUEUED)).version == 0


async def test_a_scene_goes_its_way_with_an_event_for_each_step(bench: JobsBench) -> None:
    states = [S.THROTTLED, S.GENERATING, S.THROTTLED, S.GENERATING, S.INGESTED, S.PREPARED]
    for state in states:
        await update(bench, state, clip_key=CLIP_KEY if state is S.INGESTED else None)
    events = await bench.store.list_events(JOB, 0, 10)
    assert [event.data["state"] for event in events] == [state.value for state in states]
    assert {(event.type, event.data["number"], "problem" in event.data) for event in events} == {
        ("scene.changed", 1, False)
    }
    assert (await update(bench, S.PREPARED)).clip_key == CLIP_KEY


@pytest.mark.parametrize(
    ("before", "late"), [(S.INGESTED, S.GENERATING), (S.PREPARED, S.QUEUED), (S.PREPARED, S.PREPARED)]
)
async def test_what_lies_behind_changes_nothing(bench: JobsBench, before: SceneState, late: SceneState) -> None:
    await update(bench, before)
    assert (await update(bench, late)).state is before
    assert len(await bench.tell_types()) == 1


async def test_a_failed_scene_says_why_and_does_nothing_more(bench: JobsBench) -> None:
    await update(bench, S.INGESTED, clip_key=CLIP_KEY)
    problem = make_problem()
    for _ in range(2):
        failed = await update(bench, S.FAILED, problem=problem)
        assert (failed.state, failed.problem, failed.clip_key) == (S.FAILED, problem, CLIP_KEY)
    with pytest.raises(SceneClosedError) as refused:
        await update(bench, S.PREPARED)
    assert refused.value.details == {"state": "failed"}
    [_, event] = await bench.store.list_events(JOB, 0, 10)
    assert event.data["problem"]["provider_id"] == "p-9"


async def test_a_prepared_scene_cannot_fail(bench: JobsBench) -> None:
    await update(bench, S.PREPARED)
    with pytest.raises(SceneClosedError):
        await update(bench, S.FAILED)


async def test_a_scene_that_was_not_planned_is_none(bench: JobsBench) -> None:
    with pytest.raises(NotFoundError):
        await update(bench, S.GENERATING, 31)


@pytest.mark.parametrize("key", ["u/user-2/clips/a.mp4", f"u/{USER}/../user-2/a.mp4", "clips/a.mp4"])
async def test_a_clip_lies_with_its_user(bench: JobsBench, key: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        await update(bench, S.INGESTED, clip_key=key)
    assert refused.value.details["fields"][0]["field"] == "clip_key"


async def test_scenes_side_by_side_do_not_touch_the_job(bench: JobsBench) -> None:
    await asyncio.gather(*(update(bench, S.GENERATING, number) for number in range(1, 31)))
    assert (await bench.read()).job.version == 1
    events = await bench.store.list_events(JOB, 0, 100)
    assert [event.seq for event in events] == list(range(1, 31))
    assert {event.data["number"] for event in events} == set(range(1, 31))
