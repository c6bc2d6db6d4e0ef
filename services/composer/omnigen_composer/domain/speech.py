"""Spoken lines: fitted into the room that their scenes have, written down as captions."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from omnigen_composer.domain.frames import to_seconds
from omnigen_shared.contracts.media import FPS

FASTEST: Final = 1.5
"""Faster speech is hard to follow: what is still too long then is faded out before the cut."""
CAPTION_LINE: Final = 42
CAPTION_LINES: Final = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line on this machine's disk, where it begins, how much faster it is said, and for how many frames."""

    path: Path
    text: str
    start_frame: int
    frames: int
    tempo: float = 1.0


def fit_line(path: Path, text: str, start_frame: int, room_frames: int, duration_s: float) -> Line:
    """A line of this length in this room: at its own pace if it fits, else faster, and never beyond the room."""
    tempo = min(max(duration_s * FPS / room_frames, 1.0), FASTEST)
    spoken = max(min(math.ceil(duration_s / tempo * FPS), room_frames), 1)
    return Line(path, text, start_frame, spoken, math.ceil(tempo * 1000) / 1000)


def write_captions(lines: Sequence[Line]) -> str:
    """WebVTT: each line while it is spoken, in pieces that fit under a picture."""
    cues = [f"{_stamp(start)} --> {_stamp(stop)}\n{text}\n" for line in lines for start, stop, text in _cut(line)]
    return "\n".join(["WEBVTT\n", *cues])


def _cut(line: Line) -> Iterator[tuple[int, int, str]]:
    """Pieces of a line with their frames, each as long as its share of the characters."""
    rows = textwrap.wrap(" ".join(line.text.split()), CAPTION_LINE)
    pieces = ["\n".join(rows[at : at + CAPTION_LINES]) for at in range(0, len(rows), CAPTION_LINES)]
    whole, told = sum(map(len, pieces)), 0
    for piece in pieces:
        start = line.frames * told // whole
        told += len(piece)
        stop = line.frames * told // whole
        yield line.start_frame + start, line.start_frame + stop, _escape(piece)


def _stamp(frame: int) -> str:
    milliseconds = round(to_seconds(frame) * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
