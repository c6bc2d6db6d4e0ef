"""Which segments a scene asks for, and how they add up."""

from typing import Any

import pytest
from tests.fakes.generator_world import World

from omnigen_generator.domain.segments import (
    all_requests,
    body_request,
    clip_keys,
    find_soundtrack,
    keyed,
    list_work,
    pinned_recipe,
    render_request,
    transitions_around,
)
from omnigen_shared.contracts.catalogue import PLANNER_MODEL
from omnigen_shared.contracts.composer import BodyRequest, ModelRole, TransitionRequest
from omnigen_shared.contracts.job import JobSnapshot, SceneState
from omnigen_shared.contracts.media import AspectRatio


def a_snapshot(duration_s: int = 15, **request: Any) -> JobSnapshot:
    """Of a job that was made."""
    world = World()
    world.order(duration_s=duration_s, **request)
    return world.run()


def with_scene(snapshot: JobSnapshot, number: int, **news: Any) -> JobSnapshot:
    scenes = [scene.model_copy(update=news) if scene.number == number else scene for scene in snapshot.scenes]
    return snapshot.model_copy(update={"scenes": tuple(scenes)})


def test_the_first_and_last_bodies_keep_their_outer_ends() -> None:
    snapshot = a_snapshot()
    bodies = [body_request(snapshot, number, "u/ada/x") for number in (1, 2, 3)]
    assert [(body.head_frames, body.tail_frames) for body in bodies] == [(0, 15), (15, 15), (15, 0)]


def test_a_single_scene_has_no_ends_to_give() -> None:
    snapshot = a_snapshot(5)
    body = body_request(snapshot, 1, "u/ada/x")
    assert (body.head_frames, body.tail_frames, body.kept_frames) == (0, 0, 150)
    assert len(all_requests(snapshot)) == 1


def test_a_scene_asks_for_transitions_to_bodies_that_are_there() -> None:
    snapshot = a_snapshot()
    assert len(transitions_around(snapshot, 2)) == 2
    assert len(transitions_around(snapshot, 3)) == 1
    bodiless = with_scene(snapshot, 1, state=SceneState.INGESTED)
    assert len(transitions_around(bodiless, 2)) == 1


def test_a_scenes_own_body_is_made_beside_its_transitions() -> None:
    bodiless = with_scene(a_snapshot(), 2, state=SceneState.INGESTED)
    assert len(transitions_around(bodiless, 2)) == 2
    assert transitions_around(bodiless, 1) == transitions_around(bodiless, 3) == ()
    assert transitions_around(with_scene(a_snapshot(), 2, state=SceneState.GENERATING, clip_key=None), 2) == ()


def test_the_soundtrack_is_the_renders_and_needs_no_clip() -> None:
    whole = a_snapshot()
    early = with_scene(whole, 2, state=SceneState.GENERATING, clip_key=None)
    assert find_soundtrack(early) == render_request(whole, is_silent=False).soundtrack
    assert find_soundtrack(whole.model_copy(update={"music_key": None})) is None


def test_two_neighbours_name_the_same_transition() -> None:
    snapshot = a_snapshot()
    assert transitions_around(snapshot, 1)[0] == transitions_around(snapshot, 2)[0]


@pytest.mark.parametrize("duration_s", [5, 7, 10, 15, 61])
def test_segments_add_up_to_the_video(duration_s: int) -> None:
    snapshot = a_snapshot(duration_s)
    frames = 0
    for request in all_requests(snapshot):
        if isinstance(request, BodyRequest):
            frames += request.kept_frames - request.head_frames - request.tail_frames
        else:
            frames += request.frames
    assert frames == duration_s * 30 == render_request(snapshot, is_silent=False).total_frames


def test_the_size_follows_aspect_and_resolution() -> None:
    (body,) = all_requests(a_snapshot(5, aspect_ratio=AspectRatio.PORTRAIT))
    assert (body.width, body.height) == (720, 1280)


def test_transitions_stand_between_their_clips() -> None:
    snapshot = a_snapshot()
    _, first, _, second, _ = all_requests(snapshot)
    clips = clip_keys(snapshot)
    assert isinstance(first, TransitionRequest)
    assert isinstance(second, TransitionRequest)
    assert (first.left_clip_key, first.right_clip_key) == (clips[1], clips[2])
    assert (second.left_clip_key, second.right_clip_key) == (clips[2], clips[3])


def test_a_missing_clip_is_an_error_and_not_a_shorter_video() -> None:
    with pytest.raises(KeyError):
        all_requests(with_scene(a_snapshot(), 2, clip_key=None))


def test_nothing_is_keyed_before_the_recipe_is_pinned() -> None:
    with pytest.raises(ValueError, match="recipe"):
        pinned_recipe(a_snapshot().model_copy(update={"recipe_id": None}))


def test_a_silent_render_names_no_music() -> None:
    snapshot = a_snapshot()
    assert render_request(snapshot, is_silent=True).music_key is None
    assert render_request(snapshot, is_silent=False).music_key == snapshot.music_key is not None


def test_the_credentials_name_the_models_that_took_part() -> None:
    snapshot = a_snapshot()
    named = {model.role: model.name for model in render_request(snapshot, is_silent=False).models}
    assert named == {
        ModelRole.PLAN: PLANNER_MODEL.name,
        ModelRole.PICTURE: snapshot.request.model,
        ModelRole.MUSIC: snapshot.request.music_model,
    }
    assert ModelRole.MUSIC not in {model.role for model in render_request(snapshot, is_silent=True).models}


def test_a_soundtrack_that_is_made_before_the_clips_is_stopped_too() -> None:
    early = with_scene(a_snapshot(), 2, state=SceneState.GENERATING, clip_key=None)
    soundtrack = find_soundtrack(early)
    assert soundtrack is not None
    [(key, _)] = keyed(early, (soundtrack,))
    assert key in list_work(early)
