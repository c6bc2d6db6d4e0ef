"""Frame arithmetic: into which clips a video of a given length is cut.

A clip is whole seconds, because that is what models sell; the finished video is exact to the frame. Crossfades overlap,
so n clips lose (n - 1) x TRANSITION_FRAMES; what the whole seconds give too much is trimmed at the tails.
"""

from dataclasses import dataclass
from typing import Final

from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES

MAX_SCENES: Final = 60
MIN_KEPT_FRAMES: Final = TRANSITION_FRAMES * 2 + 1
PREFERRED_S: Final = (4, 6)
"""A shot of this many seconds is neither hectic nor dull."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One clip: whole seconds that are ordered, and how many of its first frames are shown."""

    clip_duration_s: int
    kept_frames: int


def plan_cuts(duration_s: int, min_clip_s: int, max_clip_s: int) -> tuple[Cut, ...]:
    """Clips that make exactly duration_s of video under a model's clip lengths (whole seconds, both ends allowed).

    Of all numbers of clips that fit: shots of a good length first, then the fewest frames thrown away. ValueError when
    no number of clips fits.
    """
    numbers = [n for n in range(1, MAX_SCENES + 1) if _fits(n, duration_s, min_clip_s, max_clip_s)]
    if not numbers:
        raise ValueError(f"{duration_s} s cannot be cut into clips of {min_clip_s} to {max_clip_s} s")
    count = min(numbers, key=lambda n: _rank(n, duration_s, min_clip_s))
    return _spread(count, duration_s, min_clip_s)


def _needed_frames(count: int, duration_s: int) -> int:
    return duration_s * FPS + TRANSITION_FRAMES * (count - 1)


def _paid_s(count: int, duration_s: int, min_clip_s: int) -> int:
    return max(count * min_clip_s, -(-_needed_frames(count, duration_s) // FPS))


def _fits(count: int, duration_s: int, min_clip_s: int, max_clip_s: int) -> bool:
    if _paid_s(count, duration_s, min_clip_s) > count * max_clip_s:
        return False
    return all(cut.kept_frames >= MIN_KEPT_FRAMES for cut in _spread(count, duration_s, min_clip_s))


def _rank(count: int, duration_s: int, min_clip_s: int) -> tuple[float, int, float]:
    paid_s = _paid_s(count, duration_s, min_clip_s)
    shot_s = paid_s / count
    shortest, longest = PREFERRED_S
    outside_s = max(shortest - shot_s, shot_s - longest, 0.0)
    return outside_s, paid_s * FPS - _needed_frames(count, duration_s), abs(shot_s - (shortest + longest) / 2)


def _spread(count: int, duration_s: int, min_clip_s: int) -> tuple[Cut, ...]:
    """Longer clips last, where a video has its finale; the trimmed frames are shared out from the last one on."""
    paid_s = _paid_s(count, duration_s, min_clip_s)
    lengths = _share(paid_s, count)
    trims = _share(paid_s * FPS - _needed_frames(count, duration_s), count)
    return tuple(Cut(length, length * FPS - trim) for length, trim in zip(lengths, trims, strict=True))


def _share(amount: int, count: int) -> list[int]:
    each, extra = divmod(amount, count)
    return [each + (index >= count - extra) for index in range(count)]
