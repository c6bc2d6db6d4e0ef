"""The last frames of clips, decoded with their bodies, until the transition to the next clip asks for them.

A clip has one key frame as a rule: for its last half second all of it has to be decoded. Whoever finds nothing here
does that, and gets the same frames.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from omnigen_composer.domain.clips import ClipFacts
from omnigen_composer.domain.frames import Span
from omnigen_shared.contracts.media import FrameSize

LIMIT_BYTES: Final = 256 << 20
"""Half a second at 1080p takes 46 MB."""
LIFETIME_S: Final = 180.0
"""Who asks later decodes the clip; for a job that was called off nobody asks."""


@dataclass(frozen=True, slots=True)
class TailKey:
    """Which frames of which clip, in which size."""

    clip_key: str
    span: Span
    size: FrameSize


class Tails:
    """Files in one folder; the oldest go when they are more than `limit_bytes` together, each after `lifetime_s`."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES, lifetime_s: float = LIFETIME_S) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._lifetime_s = lifetime_s
        self._kept: dict[TailKey, tuple[Path, ClipFacts]] = {}
        self._count = 0

    def has_room(self, frames: int, size: FrameSize) -> bool:
        """Whether so many frames, not compressed, would be kept at all."""
        return 0 < frames * size.width * size.height * 3 // 2 < self._limit_bytes

    def keep(self, key: TailKey, video: Path, facts: ClipFacts) -> None:
        """Move the file in; within a running event loop, which takes it away in time."""
        self._drop(key)
        self._count += 1
        path = video.rename(self._folder / f"{self._count}.nut")
        self._kept[key] = path, facts
        asyncio.get_running_loop().call_later(self._lifetime_s, self._expire, key, path)
        sizes = {kept: path.stat().st_size for kept, (path, _) in self._kept.items()}
        while sum(sizes.values()) > self._limit_bytes:
            oldest = next(iter(sizes))
            del sizes[oldest]
            self._drop(oldest)

    def take(self, key: TailKey, video: Path) -> ClipFacts | None:
        """Move the file out; None, and no file, when it is not there."""
        if key not in self._kept:
            return None
        path, facts = self._kept.pop(key)
        path.rename(video)
        return facts

    def _expire(self, key: TailKey, path: Path) -> None:
        """Unless it was taken, or another one stands for its key."""
        if key in self._kept and self._kept[key][0] == path:
            self._drop(key)

    def _drop(self, key: TailKey) -> None:
        if key in self._kept:
            self._kept.pop(key)[0].unlink(missing_ok=True)
