import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from omnigen_shared.contracts.composer import BodyRequest, TransitionRequest
from omnigen_shared.contracts.media import TRANSITION_FRAMES
from omnigen_shared.contracts.storyboard import PlannedBy, Scene, Storyboard
from omnigen_shared.errors import InvalidRequestError

SHORTEST = TRANSITION_FRAMES * 2 + 1


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


def spans_of(kept: list[int]) -> list[list[Span]]:
    """For each clip the spans that are taken of it, in the order in which they are shown."""
    last = len(kept) - 1
    taken: list[list[Span]] = []
    for index, frames in enumerate(kept):
        head, tail = TRANSITION_FRAMES * (index > 0), TRANSITION_FRAMES * (index < last)
        spans = [body_span(body_of(frames, head, tail))]
        if index > 0:
            spans.insert(0, transition_spans(transition_of(kept[index - 1], frames))[1])
        if index < last:
            spans.append(transition_spans(transition_of(frames, kept[index + 1]))[0])
        taken.append(spans)
    return taken


@given(st.lists(st.integers(SHORTEST, 900), min_size=1, max_size=40))
def test_every_kept_frame_is_used_once_and_in_order(kept: list[int]) -> None:
    for frames, spans in zip(kept, spans_of(kept), strict=True):
        assert [number for span in spans for number in range(*span)] == list(range(frames))


@given(st.lists(st.integers(SHORTEST, 900), min_size=1, max_size=40))
def test_segments_are_as_long_as_the_storyboard_says(kept: list[int]) -> None:
    scenes = tuple(
        Scene(number=number, prompt="p", clip_duration_s=30, kept_frames=frames, seed=0)
        for number, frames in enumerate(kept, start=1)
    )
    storyboard = Storyboard(title="t", style="s", music_prompt="m", planned_by=PlannedBy.MODEL, scenes=scenes)
    bodies = [
        body_span(body_of(frames, TRANSITION_FRAMES * (n > 0), TRANSITION_FRAMES * (n < len(kept) - 1))).frames
        for n, frames in enumerate(kept)
    ]
    check_total(storyboard.total_frames, [*bodies, *[TRANSITION_FRAMES] * (len(kept) - 1)])


@given(st.integers(SHORTEST, 500), st.integers(SHORTEST, 500), st.integers(2, 120))
def test_both_sides_of_a_transition_are_equally_long(left: int, right: int, frames: int) -> None:
    request = transition_of(left, right, frames)
    if frames > min(left, right):
        with pytest.raises(InvalidRequestError):
            transition_spans(request)
        return
    before, after = transition_spans(request)
    assert (before.frames, after.frames) == (frames, frames)
    assert (before.stop, after.start) == (left, 0)


@given(st.integers(SHORTEST, 500), st.integers(0, 300), st.integers(0, 300))
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
