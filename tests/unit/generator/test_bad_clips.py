"""A clip that the composer cannot use: its scene alone is blamed, made once more, and nobody is given it again."""

import pytest
from tests.fakes.generator_composer import FakeComposer
from tests.fakes.generator_world import CLIPS, World
from tests.fakes.kill_switch import KillSwitch

from omnigen_shared.contracts.composer import BodyRequest, TransitionRequest
from omnigen_shared.contracts.job import JobSnapshot, JobStatus, SceneState

CLIP_PRICE = 5 * 25_000


def learn_clip_keys(number: int, takes: int) -> list[str]:
    """Where the takes of a scene will lie, from a world in which each of them is of no use but the last."""
    keys: list[str] = []
    for _ in range(takes):
        world = a_world(*keys)
        keys.append(str(world.run().scenes[number - 1].clip_key))
    return keys


def a_world(*bad_clips: str) -> World:
    world = World()
    world.composer.bad_clips.update(bad_clips)
    world.order()
    return world


def states(job: JobSnapshot) -> list[SceneState]:
    return [scene.state for scene in job.scenes]


def asked_transitions(composer: FakeComposer) -> list[TransitionRequest]:
    return [request for request in composer.segments.values() if isinstance(request, TransitionRequest)]


@pytest.fixture(scope="module")
def takes() -> list[str]:
    return learn_clip_keys(2, 4)


def test_a_bad_clip_is_made_once_more_and_the_video_uses_the_second_take(takes: list[str]) -> None:
    world = a_world(takes[0])
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    assert [scene.take for scene in job.scenes] == [1, 2, 1]
    assert job.scenes[1].clip_key == takes[1] != takes[0]
    assert world.provider.creates.count(CLIPS) == 4
    assert set(world.provider.bill().values()) == {1}, "a second take is another call, not the same one again"
    bodies = [request for request in world.composer.segments.values() if isinstance(request, BodyRequest)]
    assert takes[0] not in {body.clip_key for body in bodies}


def test_both_takes_are_paid(takes: list[str]) -> None:
    world = a_world(takes[0])
    world.run()
    assert world.quota.spent_microusd("job_1") == 10_000 + (16 + 5) * 25_000 + 30_000
    assert world.quota.held_microusd("job_1") == 0
    assert [world.intent(f"scene-02.{take}").spoiled is None for take in (1, 2)] == [False, True]


def test_a_scene_whose_second_take_is_bad_too_fails_alone(takes: list[str]) -> None:
    world = a_world(*takes[:2])
    job = world.run()
    assert job.status is JobStatus.FAILED
    assert states(job) == [SceneState.PREPARED, SceneState.FAILED, SceneState.PREPARED]
    problem = job.problem
    assert problem is not None
    assert (problem.code, problem.stage, problem.scene) == ("clip_invalid", "generating", 2)
    assert problem.provider_id == world.intent("scene-02.2").provider_id is not None
    assert "no video stream" in problem.detail
    assert world.provider.creates.count(CLIPS) == 4
    assert all(job.scenes[number - 1].clip_key in world.assets.objects for number in (1, 3))


def test_a_transition_of_a_bad_clip_is_no_fault_of_its_neighbours(takes: list[str]) -> None:
    """It is begun beside the body that finds the clip bad."""
    world = a_world(*takes[:2])
    job = world.run()
    asked = [request for request in world.composer.requested if isinstance(request, TransitionRequest)]
    assert takes[1] in {clip for ask in asked for clip in (ask.left_clip_key, ask.right_clip_key)}
    assert states(job) == [SceneState.PREPARED, SceneState.FAILED, SceneState.PREPARED]


def test_an_identical_order_buys_the_bad_scene_alone(takes: list[str]) -> None:
    world = a_world(*takes[:2])
    world.run()
    again = world.beside("job_2")
    again.order()
    job = again.run()
    assert job.status is JobStatus.COMPLETED
    assert world.provider.creates.count(CLIPS) == 5
    assert job.scenes[1].take == 3
    assert again.quota.spent_microusd("job_2") == CLIP_PRICE


def test_an_identical_order_is_given_the_second_take_for_nothing(takes: list[str]) -> None:
    world = a_world(takes[0])
    world.run()
    again = world.beside("job_2")
    again.order()
    assert again.run().status is JobStatus.COMPLETED
    assert world.provider.creates.count(CLIPS) == 4
    assert again.quota.used_microusd("job_2") == 0


def test_without_budget_for_a_second_take_the_first_is_the_reason(takes: list[str]) -> None:
    world = a_world(takes[0])
    world.quota.budget_microusd = 10_000 + 16 * 25_000 + 30_000 + CLIP_PRICE - 1
    job = world.run()
    assert job.problem is not None
    assert (job.problem.code, job.problem.scene) == ("clip_invalid", 2)
    assert "max_cost_usd" in job.problem.remedy
    assert job.problem.provider_id == world.intent("scene-02.1").provider_id is not None
    assert world.provider.creates.count(CLIPS) == 3
    assert world.quota.held_microusd("job_1") == 0


def test_transitions_are_all_made_before_the_render(takes: list[str]) -> None:
    world = a_world(takes[0])
    world.run()
    assert len(asked_transitions(world.composer)) == 2


def test_a_kill_at_any_call_pays_no_more_than_one_take_more(takes: list[str]) -> None:
    counting = KillSwitch()
    a_world(takes[0]).run(counting)
    for at in range(1, counting.calls + 1):
        world = a_world(takes[0])
        job = world.run(KillSwitch(at))
        assert set(world.provider.bill().values()) == {1}
        assert world.provider.creates.count(CLIPS) <= 4
        if job.status is not JobStatus.COMPLETED:
            assert job.problem is not None
            assert job.problem.code == "outcome_unknown", f"call {at}"


def test_music_of_no_use_is_never_given_to_a_later_job() -> None:
    world = World()
    world.composer.is_music_bad = True
    world.order()
    world.run()
    assert world.intent("music.1").spoiled is not None
    world.composer.is_music_bad = False
    again = world.beside("job_2")
    again.order()
    job = again.run()
    assert job.music_key is not None
    assert again.intent("music.2").status == "settled"
