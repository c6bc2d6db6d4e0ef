"""Frame arithmetic: which frames of a clip go where. Everything is counted at FPS, never in seconds."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from omnigen_composer.domain.problems import FramesMismatchError
from omnigen_shared.contracts.composer import BodyRequest, TransitionRequest
from omnigen_shared.contracts.media import FPS
from omnigen_shared.errors import InvalidRequestError

SAMPLE_RATE_HZ: Final = 48_000
SAMPLES_PER_FRAME: Final = SAMPLE_RATE_HZ // FPS


class Span(NamedTuple):
    """Frames start … stop - 1 of a clip, counted after its conversion to FPS."""

    start: int
    stop: int

    @property
    def frames(self) -> int:
        return self.stop - self.start


def body_span(request: BodyRequest) -> Span:
    """The frames between the two transitions. InvalidRequestError when the transitions leave none."""
    span = Span(request.head_frames, request.kept_frames - request.tail_frames)
    if span.frames < 1:
        raise InvalidRequestError(
            f"{request.head_frames} + {request.tail_frames} frames of transitions leave nothing of "
            f"{request.kept_frames} frames.",
            remedy="Keep at least one frame between the transitions.",
        )
    return span


def transition_spans(request: TransitionRequest) -> tuple[Span, Span]:
    """The left clip's last and the right clip's first frames. InvalidRequestError when a clip is too short."""
    if request.frames > min(request.left_kept_frames, request.right_kept_frames):
        raise InvalidRequestError(
            f"A transition of {request.frames} frames is longer than a clip beside it.",
            remedy="Shorten the transition or keep more frames.",
        )
    left = Span(request.left_kept_frames - request.frames, request.left_kept_frames)
    return left, Span(0, request.frames)


def check_total(total_frames: int, segment_frames: Sequence[int]) -> None:
    """FramesMismatchError unless the segments are together as long as what was ordered."""
    present = sum(segment_frames)
    if present != total_frames:
        raise FramesMismatchError(
            f"The segments have {present} frames, the render was ordered with {total_frames}.",
            details={"segment_frames": list(segment_frames), "total_frames": total_frames},
        )


def to_seconds(frames: int) -> float:
    """Length of that many frames."""
    return frames / FPS


def to_frames(duration_s: float) -> int:
    """How many frames FPS makes of a source of that length."""
    return round(duration_s * FPS)


def to_samples(frames: int) -> int:
    """Audio samples (per channel) under that many frames."""
    return frames * SAMPLES_PER_FRAME
