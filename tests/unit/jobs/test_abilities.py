"""What a model cannot do is refused with those that can, and nothing is lessened."""

from datetime import date
from typing import Any

import pytest
from tests.fakes.jobs_bench import make_request

from omnigen_jobs.domain.abilities import Wish, get_able_model
from omnigen_jobs.domain.problems import ModelUnableError
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL, SEEDANCE_PRO_FAST, VIDEO_MODELS
from omnigen_shared.contracts.media import AspectRatio, Resolution

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
