import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from omnigen_shared import contracts
from omnigen_shared.contracts.base import Contract, UserId
from omnigen_shared.contracts.composer import BodyRequest, RenderRequest, TransitionRequest, render_key, segment_key
from omnigen_shared.contracts.media import Transition
from omnigen_shared.contracts.storyboard import PlannedBy, Scene, Storyboard

USER = UserId("u-1")


def scene(number: int, kept_frames: int) -> Scene:
    return Scene(number=number, prompt="a hill", clip_duration_s=6, kept_frames=kept_frames, seed=1)


def storyboard(*scenes: Scene) -> Storyboard:
    return Storyboard(title="t", style="", music_prompt="", planned_by=PlannedBy.TEMPLATE, scenes=scenes)


def test_crossfades_overlap_in_the_total() -> None:
    assert storyboard(scene(1, 160), scene(2, 160), scene(3, 160)).total_frames == 450


def test_a_cut_overlaps_nothing() -> None:
    sharp = scene(1, 160).model_copy(update={"transition": Transition.CUT})
    assert storyboard(sharp, scene(2, 160), scene(3, 160)).total_frames == 465


def test_scenes_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="numbered"):
        storyboard(scene(2, 160), scene(1, 160))


def test_a_key_names_user_recipe_and_content() -> None:
    body = BodyRequest(clip_key="u/u-1/clips/a.mp4", width=64, height=64, kept_frames=90, head_frames=0, tail_frames=15)
    other = body.model_copy(update={"tail_frames": 0})
    assert segment_key(USER, "r1", body).startswith("u/u-1/segments/r1/")
    assert segment_key(USER, "r1", body) == segment_key(USER, "r1", body.model_copy())
    assert segment_key(USER, "r1", body) != segment_key(USER, "r1", other)
    assert segment_key(USER, "r1", body) != segment_key(USER, "r2", body)


def test_a_body_and_a_transition_never_share_a_key() -> None:
    clip = "u/u-1/clips/a.mp4"
    body = BodyRequest(clip_key=clip, width=64, height=64, kept_frames=90, head_frames=15, tail_frames=15)
    transition = TransitionRequest(
        left_clip_key=clip, left_kept_frames=90, right_clip_key=clip, right_kept_frames=90, width=64, height=64
    )
    assert segment_key(USER, "r1", body) != segment_key(USER, "r1", transition)


def test_a_cut_is_no_segment() -> None:
    clip = "u/u-1/clips/a.mp4"
    with pytest.raises(ValidationError, match="no frames of its own"):
        TransitionRequest(
            left_clip_key=clip,
            left_kept_frames=90,
            right_clip_key=clip,
            right_kept_frames=90,
            width=64,
            height=64,
            style=Transition.CUT,
        )


def test_a_render_key_depends_on_the_order_of_segments() -> None:
    keys = ("u/u-1/segments/r1/a.mp4", "u/u-1/segments/r1/b.mp4")
    ahead = RenderRequest(segment_keys=keys, total_frames=100)
    behind = RenderRequest(segment_keys=keys[::-1], total_frames=100)
    assert render_key(USER, "r1", ahead) != render_key(USER, "r1", behind)


@pytest.mark.parametrize("key", ["../etc/passwd", "u//x", "/u/a/b", "u/a/b?c", "v/a/b"])
def test_keys_outside_a_users_prefix_are_no_keys(key: str) -> None:
    with pytest.raises(ValidationError):
        RenderRequest(segment_keys=(key,), total_frames=1)


WITH_CONTRACTS = (
    "omnigen_generator.schemas",
    "omnigen_jobs.schemas.orders",
    *(f"{contracts.__name__}.{module.name}" for module in pkgutil.iter_modules(contracts.__path__)),
)
LOOSE: dict[str, list[Any]] = {"integer": ["1", True, 1.0], "number": ["1", True], "boolean": ["true", 1, "on"]}


def contracts_below(parent: type[Contract]) -> Iterator[type[Contract]]:
    """All of ours that are sent; the catalogue is written by us and sent by nobody."""
    for kind in parent.__subclasses__():
        if kind.__module__.startswith("omnigen_") and ".catalogue." not in kind.__module__:
            yield kind
            yield from contracts_below(kind)


def loose_values() -> Iterator[tuple[type[Contract], str, Any]]:
    """Every number and flag of every contract, with values that are none."""
    for module in WITH_CONTRACTS:
        importlib.import_module(module)
    for kind in contracts_below(Contract):
        for name, schema in kind.model_json_schema()["properties"].items():
            for branch in schema.get("anyOf", [schema]):
                yield from ((kind, name, value) for value in LOOSE.get(str(branch.get("type")), ()))
                items = branch.get("items", {}).get("type", "")
                yield from ((kind, name, [value]) for value in LOOSE.get(items, ()))


def test_no_contract_takes_text_or_true_for_a_number() -> None:
    found = list(loose_values())
    assert len({kind for kind, _, _ in found}) > 10
    for kind, name, value in found:
        with pytest.raises(ValidationError) as caught:
            kind.model_validate({name: value})
        assert name in {error["loc"][0] for error in caught.value.errors()}, f"{kind.__name__}.{name} takes {value!r}"


def test_a_renders_title_is_one_fit_line() -> None:
    keys = ("u/u-1/segments/r1/a.mp4",)
    assert RenderRequest(segment_keys=keys, total_frames=1, title=" a\n b ").title == "a b"
    for wrong in ("a\x00b", "\ud800", "\u202eb", "x" * 201):
        with pytest.raises(ValidationError):
            RenderRequest(segment_keys=keys, total_frames=1, title=wrong)


def test_a_storyboard_keeps_what_is_fit_of_a_models_words() -> None:
    words = {"title": "a\x00\nb", "style": "\x1bc ", "palette": ("d\x07",), "music_prompt": "e\u202e\nf"}
    shown = {
        "prompt": "g\x00\nh",
        "narration": "\ud800i",
        "number": 1,
        "clip_duration_s": 6,
        "kept_frames": 31,
        "seed": 1,
    }
    plan = Storyboard.model_validate({**words, "planned_by": "model", "scenes": [shown]})
    assert (plan.title, plan.style, plan.palette, plan.music_prompt) == ("a b", "c", ("d",), "e\nf")
    assert (plan.scenes[0].prompt, plan.scenes[0].narration) == ("g\nh", "i")
