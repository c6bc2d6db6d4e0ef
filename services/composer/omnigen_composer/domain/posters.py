"""Which frame stands for a video: one with contrast, never a black or a white one."""

from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import Final, NamedTuple

_DARK: Final = 40
_BRIGHT: Final = 225


class Look(NamedTuple):
    """One candidate: where it is in its segment, its mean luma (0 … 255) and its contrast."""

    at_s: float
    mean: float
    contrast: float

    @property
    def score(self) -> float:
        """Contrast counts; a frame that is nearly black or white comes after every other one."""
        return self.contrast if _DARK <= self.mean <= _BRIGHT else self.contrast - 1000


def weigh(at_s: float, luma: bytes) -> Look:
    """A candidate from its luma samples."""
    return Look(at_s, fmean(luma), pstdev(luma))


def choose(looks: Sequence[Sequence[Look]]) -> tuple[int, Look]:
    """Index of the segment and the look in it; the earliest of equals. ValueError when there is none."""
    candidates = [(index, look) for index, found in enumerate(looks) for look in found]
    return max(candidates, key=lambda candidate: candidate[1].score)
