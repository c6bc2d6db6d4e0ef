"""What a clip must be like before it is encoded."""

from dataclasses import dataclass
from typing import Final

from omnigen_composer.domain.frames import to_frames, to_seconds
from omnigen_composer.domain.problems import ClipInvalidError, to_sentence

MAX_PADDING_FRAMES: Final = 15
"""A clip that ends up to this much early is continued by its last frame, which the transition mostly covers."""

CLIP_CODECS: Final = frozenset({"h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "mpeg4", "prores"})
_HD_HEIGHT_PX: Final = 720


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What the probe found. `duration_s` is measured over the packets, not read from a header."""

    codec: str
    width: int
    height: int
    duration_s: float
    has_audio: bool
    has_matrix: bool
    """Whether the clip says how its colours are to be read."""
    is_hdr: bool
    """Whether it is made for a brighter screen than most."""
    is_whole: bool
    """False when data is missing that the header promises."""

    @property
    def assumed_matrix(self) -> str | None:
        """How to read colours that say nothing about themselves: as players do, by the height."""
        if self.has_matrix:
            return None
        return "bt709" if min(self.width, self.height) >= _HD_HEIGHT_PX else "smpte170m"


@dataclass(frozen=True, slots=True)
class ClipLimits:
    """The largest clip that is taken."""

    size_bytes: int = 500_000_000
    duration_s: float = 120
    side_px: int = 4096


def check_size(key: str, size_bytes: int, limits: ClipLimits) -> None:
    """ClipInvalidError for a file that is empty or too large to be fetched."""
    if not 0 < size_bytes <= limits.size_bytes:
        raise _invalid(key, f"it has {size_bytes} bytes, allowed are 1 to {limits.size_bytes}")


def check_clip(key: str, facts: ClipFacts, kept_frames: int, limits: ClipLimits) -> None:
    """ClipInvalidError, with the reason, unless the clip can give `kept_frames` frames."""
    if facts.codec not in CLIP_CODECS:
        raise _invalid(key, f"its codec {facts.codec} is not supported")
    if not facts.is_whole:
        raise _invalid(key, "its data ends before its header says")
    if max(facts.width, facts.height) > limits.side_px:
        raise _invalid(key, f"{facts.width}x{facts.height} is more than {limits.side_px} px")
    if facts.duration_s > limits.duration_s:
        raise _invalid(key, f"it lasts {facts.duration_s:.1f} s, allowed are {limits.duration_s:g} s")
    if to_frames(facts.duration_s) + MAX_PADDING_FRAMES < kept_frames:
        raise _invalid(key, f"it lasts {facts.duration_s:.2f} s, needed are {to_seconds(kept_frames):.2f} s")


def unreadable(key: str, why: str) -> ClipInvalidError:
    """The error for a clip that cannot be opened or decoded."""
    return _invalid(key, why)


def _invalid(key: str, why: str) -> ClipInvalidError:
    return ClipInvalidError(to_sentence(why), details={"clip_key": key, "reason": why})
