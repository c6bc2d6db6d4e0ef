"""A film from its clips and cuts: which segments are ordered, and where each clip's own sound belongs."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from omnigen_shared.contracts.composer import BodyRequest, ClipSound, PictureRequest, TransitionRequest
from omnigen_shared.contracts.media import TRANSITION_FRAMES, FrameSize, Transition


class Clip(NamedTuple):
    key: str
    kept_frames: int


class Change(NamedTuple):
    """How one scene gives way to the next; without frames it is a cut."""

    frames: int = TRANSITION_FRAMES
    style: Transition = Transition.FADE


CUT: Final = Change(0, Transition.CUT)


def plan_film(clips: Sequence[Clip], changes: Sequence[Change], size: FrameSize) -> list[PictureRequest]:
    """Bodies and transitions in the order in which they are shown."""
    ordered: list[PictureRequest] = []
    around = [0, *(change.frames for change in changes), 0]
    for number, clip in enumerate(clips):
        if around[number]:
            ordered.append(_transition(clips[number - 1], clip, changes[number - 1], size))
        ordered.append(_body(clip, around[number], around[number + 1], size))
    return ordered


def place_sounds(clips: Sequence[Clip], changes: Sequence[Change]) -> tuple[ClipSound, ...]:
    """Each clip's sound beneath the frames in which it is seen."""
    sounds, start = [], 0
    for clip, change in zip(clips, [*changes, CUT], strict=True):
        sounds.append(ClipSound(clip_key=clip.key, start_frame=start, frames=clip.kept_frames))
        start += clip.kept_frames - change.frames
    return tuple(sounds)


def count_film(clips: Sequence[Clip], changes: Sequence[Change]) -> int:
    """Length in frames."""
    return sum(clip.kept_frames for clip in clips) - sum(change.frames for change in changes)


def _body(clip: Clip, head: int, tail: int, size: FrameSize) -> BodyRequest:
    return BodyRequest(
        clip_key=clip.key,
        width=size.width,
        height=size.height,
        kept_frames=clip.kept_frames,
        head_frames=head,
        tail_frames=tail,
    )


def _transition(left: Clip, right: Clip, change: Change, size: FrameSize) -> TransitionRequest:
    return TransitionRequest(
        left_clip_key=left.key,
        left_kept_frames=left.kept_frames,
        right_clip_key=right.key,
        right_kept_frames=right.kept_frames,
        width=size.width,
        height=size.height,
        frames=change.frames,
        style=change.style,
    )
