from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.films import Change, Clip, count_film, place_sounds, plan_film

from omnigen_composer.domain.frames import (
    Span,
    body_span,
    check_total,
    to_frames,
    to_samples,
    to_seconds,
    transition_spans,
)
from omnigen_composer.domain.problems import FramesMismatchError
from omnigen_shared.contracts.composer import (
    LONGEST_TRANSITION,
    BodyRequest,
    PictureRequest,
    SoundtrackRequest,
    TransitionRequest,
)
from omnigen_shared.contracts.media import TRANSITION_FRAMES, FrameSize, Transition
from omnigen_shared.contracts.storyboard import PlannedBy, Scene, Storyboard
from omnigen_shared.errors import InvalidRequestError

SHORTEST = TRANSITION_FRAMES * 2 + 1
SIZE = FrameSize(64, 36)


def body_of(kept: int, head: int, tail: int) -> BodyRequest:
    return BodyRequest(clip_key="u/a/c", width=64, height=36, kept_frames=kept, head_frames=head, tail_frames=tail)


def transition_of(left: int, right: int, frames: int = TRANSITION_FRAMES) -> TransitionRequest:
    return TransitionRequest(
        left_clip_key="u/a/l",
        left_kept_frames=left,
        right_clip_key="u/a/r",
        right_kept_frames=right,
        width=64,
        height=36,
        frames=frames,
    )


@st.composite
def films(draw: st.DrawFn) -> tuple[list[Clip], list[Change]]:
    """Any number of scenes of any length, and changes of any kind that leave each body a frame."""
    kept = draw(st.lists(st.integers(1, 900), min_size=1, max_size=40))
    changes, before = [], 0
    for frames, following in pairwise(kept):
        longest = min(frames - before - 1, following - 1, LONGEST_TRANSITION)
        style = draw(st.sampled_from(Transition)) if longest > 0 else Transition.CUT
        before = 0 if style is Transition.CUT else draw(st.integers(1, longest))
        changes.append(Change(before, style))
    return [Clip(f"u/a/{number}", frames) for number, frames in enumerate(kept)], changes


def spans_of(clips: list[Clip], requests: list[PictureRequest]) -> list[list[Span]]:
    """For each clip the spans that are taken of it, in the order in which they are shown."""
    taken: dict[str, list[Span]] = {clip.key: [] for clip in clips}
    for request in requests:
        if isinstance(request, BodyRequest):
            taken[request.clip_key].append(body_span(request))
        else:
            for key, span in zip(
                (request.left_clip_key, request.right_clip_key), transition_spans(request), strict=True
            ):
                taken[key].append(span)
    return [taken[clip.key] for clip in clips]


@given(films())
def test_every_kept_frame_is_used_once_and_in_order(film: tuple[list[Clip], list[Change]]) -> None:
    clips, changes = film
    for clip, spans in zip(clips, spans_of(clips, plan_film(clips, changes, SIZE)), strict=True):
        assert [number for span in spans for number in range(*span)] == list(range(clip.kept_frames))


@given(films())
def test_segments_are_as_long_as_the_film(film: tuple[list[Clip], list[Change]]) -> None:
    clips, changes = film
    segments = [
        body_span(request).frames if isinstance(request, BodyRequest) else request.frames
        for request in plan_film(clips, changes, SIZE)
    ]
    check_total(count_film(clips, changes), segments)


@given(films())
def test_each_sound_begins_and_ends_with_its_picture(film: tuple[list[Clip], list[Change]]) -> None:
    clips, changes = film
    sounds, total = place_sounds(clips, changes), count_film(clips, changes)
    assert SoundtrackRequest(total_frames=total, clip_sounds=sounds).clip_sounds == sounds
    assert (sounds[0].start_frame, sounds[-1].stop_frame) == (0, total)
    overlaps = [before.stop_frame - after.start_frame for before, after in pairwise(sounds)]
    assert overlaps == [change.frames for change in changes]


@given(st.lists(st.integers(SHORTEST, 900), min_size=1, max_size=40))
def test_segments_are_as_long_as_the_storyboard_says(kept: list[int]) -> None:
    scenes = tuple(
        Scene(number=number, prompt="p", clip_duration_s=30, kept_frames=frames, seed=0)
        for number, frames in enumerate(kept, start=1)
    )
    storyboard = Storyboard(title="t", style="s", music_prompt="m", planned_by=PlannedBy.MODEL, scenes=scenes)
    clips = [Clip(f"u/a/{number}", frames) for number, frames in enumerate(kept)]
    assert count_film(clips, [Change()] * (len(kept) - 1)) == storyboard.total_frames


@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, LONGEST_TRANSITION))
def test_both_sides_of_a_transition_are_equally_long(left: int, right: int, frames: int) -> None:
    request = transition_of(left, right, frames)
    if frames > min(left, right):
        with pytest.raises(InvalidRequestError):
            transition_spans(request)
        return
    before, after = transition_spans(request)
    assert (before.frames, after.frames) == (frames, frames)
    assert (before.stop, after.start) == (left, 0)


@given(st.integers(1, 500), st.integers(0, 300), st.integers(0, 300))
def test_a_body_has_at_least_one_frame(kept: int, head: int, tail: int) -> None:
    if head + tail >= kept:
        with pytest.raises(InvalidRequestError):
            body_span(body_of(kept, head, tail))
    else:
        assert body_span(body_of(kept, head, tail)).frames == kept - head - tail


@given(st.integers(1, 10_000))
def test_seconds_and_frames_agree(frames: int) -> None:
    assert to_frames(to_seconds(frames)) == frames
    assert to_samples(frames) / 48_000 == pytest.approx(to_seconds(frames), abs=1e-9)


def test_a_length_that_does_not_add_up_names_both() -> None:
    with pytest.raises(FramesMismatchError) as mismatch:
        check_total(100, [45, 15, 45])
    assert mismatch.value.details == {"segment_frames": [45, 15, 45], "total_frames": 100}
