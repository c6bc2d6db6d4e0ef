"""Pictures and time: the sizes and frame counts that planner, provider and composer must agree on."""

from enum import StrEnum
from typing import Final, NamedTuple

FPS: Final = 30
TRANSITION_FRAMES: Final = 15
"""Half a second of crossfade, counted in frames of the finished video."""


class AspectRatio(StrEnum):
    """The shapes a video may be ordered in."""

    LANDSCAPE = "16:9"
    PORTRAIT = "9:16"
    SQUARE = "1:1"
    CLASSIC = "4:3"
    UPRIGHT = "3:4"


class Transition(StrEnum):
    """How a scene gives way to the next one. All but a cut show both of them for a while."""

    CUT = "cut"
    FADE = "fade"
    DISSOLVE = "dissolve"
    WIPE = "wipe"
    SLIDE = "slide"
    FADE_BLACK = "fade-black"

    @property
    def frames(self) -> int:
        """Frames of the finished video that both scenes pay for."""
        return 0 if self is Transition.CUT else TRANSITION_FRAMES


class Resolution(StrEnum):
    """The length of a video's short side."""

    P480 = "480p"
    P720 = "720p"
    P1080 = "1080p"

    @property
    def short_side_px(self) -> int:
        return int(self.value[:-1])


class FrameSize(NamedTuple):
    """Width and height in pixels, both even."""

    width: int
    height: int


def frame_size(aspect: AspectRatio, resolution: Resolution) -> FrameSize:
    """The finished video's size: 720p is 1280x720, 720x1280 or 720x720."""
    short = resolution.short_side_px
    across, down = (int(part) for part in aspect.value.split(":"))
    if across == down:
        return FrameSize(short, short)
    long = round(short * max(across, down) / min(across, down) / 2) * 2
    return FrameSize(long, short) if across > down else FrameSize(short, long)
