"""What is drawn over the scenes: captions, a card on the last one, a logo on all; and nothing is bought twice."""

from typing import Any

import pytest
from tests.fakes.generator_world import CLIPS, World

from omnigen_generator.domain.segments import all_requests, bodies_of, body_request, start_frame_key
from omnigen_shared.contracts.composer import BodyRequest, EndCard, Logo, TransitionRequest
from omnigen_shared.contracts.job import JobSnapshot, JobStatus
from omnigen_shared.contracts.storyboard import QUIET_FRAMES, Continuity, list_rooms

LOGO = Logo(image_key="u/ada/uploads/logo.png")
CARD = EndCard(text="Try it today", frames=90)
SPOKEN: dict[str, Any] = {"narration": True, "captions": True, "burn_captions": True}


def made(**request: Any) -> tuple[World, JobSnapshot]:
    world = World()
    world.order(**{"duration_s": 15, **request})
    snapshot = world.run()
    assert snapshot.status is JobStatus.COMPLETED
    return world, snapshot


def bodies(snapshot: JobSnapshot, *, is_mute: bool = False) -> list[BodyRequest]:
    requests = all_requests(snapshot, is_mute=is_mute)
    return [request for request in requests if isinstance(request, BodyRequest)]


def test_nothing_is_drawn_unless_it_is_asked_for() -> None:
    _, snapshot = made(narration=True, captions=True)
    for request in all_requests(snapshot):
        assert request.logo is None
        assert not isinstance(request, BodyRequest) or (request.caption, request.end_card) == (None, None)


def test_every_line_is_drawn_over_its_own_scene_inside_its_room() -> None:
    _, snapshot = made(**SPOKEN)
    plan = snapshot.storyboard
    assert plan is not None
    for body, scene, room in zip(bodies(snapshot), plan.scenes, list_rooms(plan.scenes), strict=True):
        assert body.caption is not None
        assert (body.caption.text, body.caption.frames) == (scene.narration, room.frames)
        assert body.caption.start_frame == QUIET_FRAMES
        assert body.caption.stop_frame + QUIET_FRAMES == scene.kept_frames - body.head_frames - body.tail_frames


def test_what_is_not_said_is_not_shown() -> None:
    _, snapshot = made(**SPOKEN)
    assert all(body.caption is None for body in bodies(snapshot, is_mute=True))


def test_voices_of_no_use_leave_a_video_without_captions() -> None:
    world = World()
    world.composer.are_voices_bad = True
    world.order(duration_s=15, **SPOKEN)
    snapshot = world.run()
    assert snapshot.status is JobStatus.COMPLETED
    assert all(body.caption is None for body in bodies(snapshot))


def test_the_card_is_on_the_last_scene_alone_and_never_longer_than_it() -> None:
    _, snapshot = made(end_card=CARD)
    cards = [body.end_card for body in bodies(snapshot)]
    assert cards == [None] * (len(cards) - 1) + [CARD]
    short = body_request(_shortened(snapshot, 80), len(cards), "u/ada/x")
    assert short.end_card is not None
    assert short.end_card.frames == short.kept_frames - short.head_frames < CARD.frames


def test_the_logo_is_on_everything() -> None:
    _, snapshot = made(logo=LOGO)
    requests = all_requests(snapshot)
    assert {request.logo for request in requests} == {LOGO}
    assert any(isinstance(request, TransitionRequest) for request in requests)


@pytest.mark.parametrize("drawn", [{}, SPOKEN])
def test_a_chained_scene_begins_with_the_same_picture_whatever_is_drawn(drawn: dict[str, Any]) -> None:
    world, snapshot = made(continuity=Continuity.CHAINED, **drawn)
    key = start_frame_key(snapshot, 2)
    assert key is not None
    assert world.intent("scene-02.1").input["image"] == f"stored:{key}"
    assert key.removesuffix(".jpg") + ".mp4" in world.composer.segments
    assert len(bodies_of(snapshot, 1, "u/ada/x")) == (2 if drawn else 1)
    assert world.provider.creates.count(CLIPS) == len(snapshot.scenes)


def _shortened(snapshot: JobSnapshot, kept_frames: int) -> JobSnapshot:
    plan = snapshot.storyboard
    assert plan is not None
    last = plan.scenes[-1].model_copy(update={"kept_frames": kept_frames})
    return snapshot.model_copy(update={"storyboard": plan.model_copy(update={"scenes": (*plan.scenes[:-1], last)})})
