"""What a model cannot do is refused with those that can, and nothing is lessened."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.fakes.jobs_bench import make_request, make_storyboard

from omnigen_jobs.domain.abilities import Wish, get_able_model
from omnigen_jobs.domain.problems import ModelUnableError
from omnigen_shared.contracts.catalogue import (
    DEFAULT_VIDEO_MODEL,
    MUSIC_MODELS,
    SEEDANCE_PRO_FAST,
    SPEECH_MODELS,
    VIDEO_MODELS,
)
from omnigen_shared.contracts.media import AspectRatio, Resolution, Transition
from omnigen_shared.contracts.storyboard import Continuity

KLING = "kwaivgi/kling-v2.5-turbo-pro"
HAILUO = "minimax/hailuo-2.3"
TODAY = date(2026, 11, 24)


def wish(*, is_seeded: bool = False, **request: Any) -> Wish:
    return Wish(request=make_request(**request), is_seeded=is_seeded, today=TODAY)


def refuse(asked: Wish) -> dict[str, Any]:
    with pytest.raises(ModelUnableError) as refused:
        get_able_model(asked)
    return refused.value.details


@pytest.mark.parametrize(
    ("asked", "field", "expected"),
    [
        (wish(model=KLING, aspect_ratio=AspectRatio.CLASSIC), "aspect_ratio", ["16:9", "9:16", "1:1"]),
        (wish(model=HAILUO, resolution=Resolution.P480), "resolution", ["720p", "1080p"]),
        (wish(model=HAILUO, negative_prompt="rain"), "negative_prompt", None),
        (wish(model=KLING, is_seeded=True), "seed", None),
        (wish(model="minimax/hailuo-2.3-fast"), "model", None),
        (wish(model="wan-video/wan-2.7-t2v", reference_image="u/user-1/uploads/a.jpg"), "reference_image", None),
        (wish(model="wan-video/wan-2.7-t2v", continuity=Continuity.CHAINED), "continuity", ["parallel"]),
    ],
)
def test_what_a_model_cannot_do_is_named_with_the_models_that_can(
    asked: Wish, field: str, expected: list[str] | None
) -> None:
    details = refuse(asked)
    [found] = details["fields"]
    assert (found["field"], found["limits"].get("allowed")) == (field, expected)
    assert details["alternatives"]
    for name in details["alternatives"]:
        able = asked.request.model_copy(update={"model": name})
        assert get_able_model(Wish(request=able, is_seeded=asked.is_seeded, today=TODAY)).name == name


@pytest.mark.parametrize(
    ("asked", "field", "expected"),
    [
        (wish(music_model="a/b"), "music_model", list(MUSIC_MODELS)),
        (wish(speech_model="a/b"), "speech_model", list(SPEECH_MODELS)),
        (wish(voice="Nobody"), "voice", ["Wise_Woman", "Calm_Woman", "Deep_Voice_Man", "Casual_Guy"]),
        (wish(speech_model="inworld/tts-1.5-max", voice="Andy"), "voice", []),
    ],
)
def test_sound_that_there_is_not_is_refused(asked: Wish, field: str, expected: list[str] | None) -> None:
    [found] = refuse(asked)["fields"]
    assert (found["field"], found["limits"].get("allowed")) == (field, expected)


def test_a_users_line_that_its_scene_has_no_time_for_is_refused() -> None:
    """165 frames less two transitions and some quiet."""
    plan = make_storyboard(3)
    told = "x" * 58
    scenes = [scene.model_copy(update={"narration": told if scene.number == 2 else ""}) for scene in plan.scenes]
    asked = replace(wish(narration=True), storyboard=plan.model_copy(update={"scenes": tuple(scenes)}))
    [found] = refuse(asked)["fields"]
    assert found["field"] == "storyboard.scenes.1.narration"
    assert "57 characters" in found["message"]
    silent = asked.request.model_copy(update={"narration": False})
    assert get_able_model(replace(asked, request=silent)).name == DEFAULT_VIDEO_MODEL


def test_a_model_that_only_animates_is_content_with_a_picture() -> None:
    asked = wish(model="minimax/hailuo-2.3-fast", reference_image="u/user-1/uploads/a.jpg")
    assert get_able_model(asked).needs_start_frame


def test_a_chain_is_cut_and_not_mixed() -> None:
    [*ahead, _] = wish(duration_s=30, continuity=Continuity.CHAINED).to_cuts(SEEDANCE_PRO_FAST)
    assert {cut.transition for cut in ahead} == {Transition.CUT}


def test_an_unknown_model_is_answered_with_those_there_are() -> None:
    details = refuse(wish(model="openai/sora-2"))
    assert details["fields"][0]["limits"]["allowed"] == sorted(VIDEO_MODELS)
    assert DEFAULT_VIDEO_MODEL in details["alternatives"]


def test_alternatives_can_do_the_whole_order() -> None:
    """A negative prompt and a square, from a start in 480p: nobody can do all of it."""
    asked = wish(model=KLING, aspect_ratio=AspectRatio.SQUARE, negative_prompt="rain", resolution=Resolution.P480)
    assert refuse(asked)["alternatives"] == []


@pytest.mark.parametrize(("retires_on", "is_gone"), [(date(2026, 11, 25), False), (TODAY, True), (None, False)])
def test_a_model_may_be_ordered_until_it_retires(
    monkeypatch: pytest.MonkeyPatch, retires_on: date | None, is_gone: bool
) -> None:
    old = SEEDANCE_PRO_FAST.model_copy(update={"name": "a/old", "retires_on": retires_on})
    monkeypatch.setitem(VIDEO_MODELS, "a/old", old)
    if is_gone:
        assert "a/old" not in refuse(wish(model="a/old"))["alternatives"]
    else:
        assert get_able_model(wish(model="a/old")) is old


def test_a_length_that_the_clips_cannot_make_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIDEO_MODELS, "a/b", SEEDANCE_PRO_FAST.model_copy(update={"name": "a/b", "durations_s": (12,)}))
    [found] = refuse(wish(model="a/b", duration_s=5))["fields"]
    assert (found["field"], found["limits"]) == ("duration_s", {"clip_durations_s": [12]})
