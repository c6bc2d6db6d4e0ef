"""Scenes that begin where the one before them ends, and the pictures that models are given."""

from itertools import pairwise
from typing import Any

import pytest
from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import CLIPS, World, a_request, broken
from tests.fakes.time_travel import run_virtually

from omnigen_generator.domain.calls import clip_call
from omnigen_generator.domain.matching import list_candidates
from omnigen_generator.domain.pictures import resolve, tell_pictures
from omnigen_generator.domain.predictions import Prediction, PredictionStatus
from omnigen_generator.schemas import StepName, StepOutcome
from omnigen_shared.contracts.catalogue import VIDEO_MODELS
from omnigen_shared.contracts.composer import BodyRequest, last_frame_key
from omnigen_shared.contracts.inputs import is_address_of
from omnigen_shared.contracts.job import IntentRecord, JobStatus, SceneState
from omnigen_shared.contracts.storyboard import Continuity

KEY = "u/ada/segments/recipe1/abc.jpg"


def chained(**order: Any) -> World:
    world = World()
    world.order(continuity=Continuity.CHAINED, music=False, **order)
    return world


def bodies(world: World) -> dict[str, str]:
    """Clip key → its body's key."""
    return {
        request.clip_key: key for key, request in world.composer.segments.items() if isinstance(request, BodyRequest)
    }


def test_each_scene_begins_with_the_last_frame_of_the_one_before() -> None:
    world = chained()
    assert world.run().status is JobStatus.COMPLETED
    clips = [world.intent(f"scene-0{number}.1") for number in (1, 2, 3)]
    assert "image" not in clips[0].input
    for before, after in pairwise(clips):
        assert before.output_key is not None
        assert after.input["image"] == "stored:" + last_frame_key(bodies(world)[before.output_key])


def test_the_provider_is_given_an_address() -> None:
    world = chained()
    world.run()
    told = [entry.prediction.input for entry in world.provider.accepted.values() if "image" in entry.prediction.input]
    assert len(told) == 2
    assert all(str(given["image"]).startswith("https://bucket.test/assets/u/ada/segments/") for given in told)


def test_scenes_of_a_chain_are_made_one_after_the_other() -> None:
    world = chained()
    world.run()
    clips = [
        entry.prediction.created_at for entry in world.provider.accepted.values() if entry.prediction.model == CLIPS
    ]
    assert all((later - earlier).total_seconds() >= world.provider.latency_s for earlier, later in pairwise(clips))


def test_a_plan_is_one_chain() -> None:
    world = chained()

    async def scenario() -> None:
        while (answer := await world.step("plan")).outcome is not StepOutcome.DONE:
            world.clock.advance(3)
        assert answer.chains == ((1, 2, 3),)
        assert (await world.step("scene", scene=2)).outcome is StepOutcome.OUT_OF_TIME
        assert world.provider.creates.count(CLIPS) == 1  # the first scene's, which began with the plan

    run_virtually(scenario())


def test_behind_a_scene_that_fails_nothing_is_bought() -> None:
    world = chained()
    world.provider.script(CLIPS, Fault.NONE, Fault.MODERATED)
    job = world.run()
    assert job.problem is not None
    assert (job.status, job.problem.code, job.problem.scene) == (JobStatus.FAILED, "content_moderated", 2)
    assert [scene.state for scene in job.scenes] == [SceneState.PREPARED, SceneState.FAILED, SceneState.QUEUED]
    assert world.provider.creates.count(CLIPS) == 2


def test_a_chain_whose_first_scene_fails_is_not_waited_for() -> None:
    world = chained()
    world.provider.script(CLIPS, Fault.MODERATED)
    began = world.clock.now()
    job = world.run()
    assert [scene.state for scene in job.scenes] == [SceneState.FAILED, SceneState.QUEUED, SceneState.QUEUED]
    assert (world.clock.now() - began).total_seconds() < world.limits.execution_budget_s / 2
    assert job.attempt == 1


def test_a_chain_whose_first_scene_breaks_for_good_is_not_waited_for() -> None:
    world = chained()
    world.breaks = broken(StepName.SCENE, 1)
    began = world.clock.now()
    job = world.run()
    assert (job.status, job.attempt) == (JobStatus.FAILED, 1)
    assert job.problem is not None
    assert (job.problem.code, job.problem.scene) == ("step_failed", 1)
    assert (world.clock.now() - began).total_seconds() < world.limits.execution_budget_s / 2


def test_the_same_chain_again_pays_nothing_for_clips() -> None:
    world = chained()
    world.run()
    again = world.beside("job_2")
    again.order(continuity=Continuity.CHAINED, music=False)
    again.run()
    assert all(again.intent(f"scene-0{number}.1").cached for number in (1, 2, 3))


def test_a_lost_reply_to_a_chained_call_is_found_by_its_picture() -> None:
    world = chained()
    world.provider.script(CLIPS, Fault.NONE, Fault.REPLY_LOST)
    assert world.run().status is JobStatus.COMPLETED
    assert set(world.provider.bill().values()) == {1}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bytedance/seedance-1-pro-fast", {"image": "stored:start"}),
        ("bytedance/seedance-1-lite", {"image": "stored:start", "reference_images": ["stored:ref"]}),
        ("kwaivgi/kling-v2.5-turbo-pro", {"start_image": "stored:start"}),
        ("minimax/hailuo-2.3-fast", {"first_frame_image": "stored:start"}),
        ("wan-video/wan-2.7-t2v", {}),
    ],
)
def test_pictures_are_told_in_a_models_own_words(name: str, expected: dict[str, Any]) -> None:
    told = tell_pictures(VIDEO_MODELS[name], "start", "ref")
    assert {key: value for key, value in told.items() if key is not None and value is not None} == expected


def test_a_model_without_references_begins_with_the_picture() -> None:
    request = a_request(reference_image="u/ada/uploads/r.jpg")
    world = World()
    world.order()
    world.run()
    plan = world.snapshot.storyboard
    assert plan is not None
    call = clip_call(request, plan, plan.scenes[0])
    assert call.input["image"] == "stored:u/ada/uploads/r.jpg"


async def test_stored_pictures_become_addresses_wherever_they_stand() -> None:
    async def link(key: str) -> str:
        return f"https://s3/{key}?sig"

    given = {"prompt": "stored: no, a word", "image": "stored:a", "reference_images": ["stored:b", "https://x"], "n": 1}
    assert await resolve({**given, "prompt": "p"}, link) == {
        "prompt": "p",
        "image": "https://s3/a?sig",
        "reference_images": ["https://s3/b?sig", "https://x"],
        "n": 1,
    }


@pytest.mark.parametrize(
    ("address", "is_it"),
    [
        (f"https://bucket.s3.amazonaws.com/{KEY}?X-Amz-Signature=1", True),
        (f"http://127.0.0.1:4566/bucket/{KEY}?X-Amz-Signature=2", True),
        (f"https://s3/{KEY}x", False),
        (f"https://s3/x{KEY}", False),
        (KEY, False),
        (None, False),
        (["https://s3/" + KEY], False),
    ],
)
def test_an_address_is_known_by_the_key_in_its_path(address: Any, is_it: bool) -> None:
    assert is_address_of(address, f"stored:{KEY}") is is_it


def test_a_prediction_is_found_whatever_the_signature() -> None:
    world = chained()
    world.run()
    intent = world.intent("scene-02.1")
    listed = [
        Prediction(
            id=name,
            model=intent.model,
            status=PredictionStatus.STARTING,
            created_at=world.clock.now(),
            input={**intent.input, "image": f"https://other/bucket/{key}?sig=9"},
        )
        for name, key in (("ours", str(intent.input["image"]).removeprefix("stored:")), ("other", KEY))
    ]
    found = list_candidates(IntentRecord(**intent.model_dump()), world.clock.now(), world.clock.now(), listed)
    assert [prediction.id for prediction in found] == ["ours"]
