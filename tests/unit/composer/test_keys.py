import pytest
from tests.fakes.composer_bench import ADA, a_body, a_render, key_of
from tests.fakes.workshop import RECIPE

from omnigen_composer.domain.keys import (
    Form,
    WorkRequest,
    check_key,
    check_owned,
    get_named_keys,
    lease_key,
    poster_key,
)
from omnigen_composer.domain.problems import (
    KeyMismatchError,
    KeyNotAllowedError,
    RecipeMismatchError,
    SegmentMissingError,
)
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import RenderRequest, TransitionRequest, last_frame_key, render_key, segment_key
from omnigen_shared.contracts.exports import ExportFormat, ExportRequest, PreviewRequest, PreviewScene, export_key
from omnigen_shared.contracts.stills import StillRequest, StillType, still_key

EVE = UserId("eve")
A_TRANSITION = TransitionRequest(
    left_clip_key="u/ada/l",
    left_kept_frames=60,
    right_clip_key="u/ada/r",
    right_kept_frames=60,
    width=64,
    height=36,
)


def own_key(request: WorkRequest) -> str:
    if isinstance(request, Form):
        return export_key(ADA, request)
    if isinstance(request, StillRequest):
        return still_key(ADA, request)
    if isinstance(request, RenderRequest):
        return render_key(ADA, RECIPE, request)
    return segment_key(ADA, RECIPE, request)


AN_EXPORT = ExportRequest(video_key="u/ada/renders/r/v.mp4", format=ExportFormat.WEBM, width=64, height=64)
A_PREVIEW = PreviewRequest(scenes=(PreviewScene(clip_key="u/ada/clips/1.mp4", kept_frames=60),), width=64, height=36)

A_STILL = StillRequest(source_key="u/ada/uploads/upl_1", media_type=StillType.PNG, side_px=64)


@pytest.mark.parametrize("request_", [a_body(), A_TRANSITION, a_render()[1], AN_EXPORT, A_PREVIEW, A_STILL])
def test_a_request_may_be_ordered_under_its_own_key(request_: WorkRequest) -> None:
    check_key(ADA, RECIPE, own_key(request_), request_)


@pytest.mark.parametrize(
    "key",
    [
        "u/eve/clips/1.mp4",
        "u/adamant/clips/1.mp4",
        "u/ada",
        "u/ada/",
        "u/ada/../eve/clips/1.mp4",
        "u/ada/./clips/1.mp4",
        "u/ada//clips/1.mp4",
        "x/ada/clips/1.mp4",
        "/u/ada/clips/1.mp4",
        "",
    ],
)
def test_keys_outside_of_the_callers_folder_are_refused(key: str) -> None:
    with pytest.raises(KeyNotAllowedError):
        check_owned(ADA, ["u/ada/clips/1.mp4", key])


@pytest.mark.parametrize(
    "request_",
    [
        a_body(clip_key="u/eve/clips/1.mp4"),
        A_TRANSITION.model_copy(update={"left_clip_key": "u/eve/l"}),
        A_TRANSITION.model_copy(update={"right_clip_key": "u/eve/r"}),
        a_render()[1].model_copy(update={"segment_keys": ("u/eve/segments/x/1.mp4",)}),
        a_render()[1].model_copy(update={"music_key": "u/eve/music"}),
        AN_EXPORT.model_copy(update={"video_key": "u/eve/renders/r/v.mp4"}),
        A_PREVIEW.model_copy(update={"scenes": (PreviewScene(clip_key="u/eve/clips/1.mp4", kept_frames=60),)}),
        A_STILL.model_copy(update={"source_key": "u/eve/uploads/upl_1"}),
    ],
)
def test_no_key_inside_of_a_request_may_be_somebody_elses(request_: WorkRequest) -> None:
    with pytest.raises(KeyNotAllowedError):
        check_key(ADA, RECIPE, own_key(request_), request_)


def test_the_artefacts_key_may_not_be_somebody_elses() -> None:
    with pytest.raises(KeyNotAllowedError):
        check_key(EVE, RECIPE, key_of(a_body()), a_body())


def test_another_recipe_is_told_apart_from_another_request() -> None:
    with pytest.raises(RecipeMismatchError) as mismatch:
        check_key(ADA, RECIPE, segment_key(ADA, "feed", a_body()), a_body())
    assert mismatch.value.details == {"recipe_id": RECIPE}
    with pytest.raises(KeyMismatchError):
        check_key(ADA, RECIPE, key_of(a_body(1)), a_body(2))
    with pytest.raises(KeyMismatchError):
        check_key(ADA, RECIPE, "u/ada/segments", a_body())


def test_a_render_of_another_recipes_segments_names_them() -> None:
    foreign = segment_key(ADA, "feed", a_body())
    request = RenderRequest(segment_keys=(key_of(a_body()), foreign), total_frames=60)
    with pytest.raises(SegmentMissingError) as missing:
        check_key(ADA, RECIPE, render_key(ADA, RECIPE, request), request)
    assert missing.value.details == {"keys": [foreign]}


def test_a_render_reads_its_music_too() -> None:
    _, render = a_render()
    with_music = render.model_copy(update={"music_key": "u/ada/music"})
    assert get_named_keys(with_music) == (*get_named_keys(render), "u/ada/music")


def test_what_stands_beside_an_artefact_is_in_the_same_folder() -> None:
    key = key_of(a_body())
    stem = key.removesuffix(".mp4")
    assert (last_frame_key(key), poster_key(key), lease_key(key)) == (f"{stem}.jpg", f"{stem}.jpg", f"{key}.lease")
